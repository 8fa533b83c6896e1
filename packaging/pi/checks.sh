# shellcheck shell=bash
# What is promised of the package and the service, in the order in which one machine can show it. Sourced by
# packaging/test-on-pi. A promise that is broken is a line that says FAILED, and the rest is tried all the same.

passed=0 failed=0

say() {
    printf '         [%4d s] %s\n' "$SECONDS" "$*"
}

# A line of the table: a promise, its figure, and the command that succeeds if it is kept.
row() {
    local promise=$1 figure verdict='  ok  '
    figure=$(tr -s '[:space:]' ' ' <<<"$2")
    figure=${figure% }
    shift 2
    if "$@" >/dev/null; then
        passed=$((passed + 1))
    else
        verdict='FAILED' failed=$((failed + 1))
    fi
    printf '%s  %-58s %s\n' "$verdict" "$promise" "${figure:0:110}"
}

is() { [[ $1 == "$2" ]]; }
has() { [[ $1 == *"$2"* ]]; }
# Whether the number $1 is at most $2.
at_most() { awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value ~ /^[0-9.]+$/ && value + 0 <= limit + 0) }'; }

# What systemd says of the service: the properties' values in the order in which they are asked for.
unit() {
    guest "systemctl show scribe --property=$(IFS=, && echo "$*")" | awk -F = -v names="$*" '
        { value[$1] = substr($0, length($1) + 2) }
        END { count = split(names, name, " "); for (i = 1; i <= count; i++) printf "%s%s", (i > 1 ? " " : ""), value[name[i]] }'
}

unit_is() {
    local wanted=$1
    shift
    [[ $(unit "$@") == "$wanted" ]]
}

restarted_since() {
    local now
    now=$(unit NRestarts ActiveState) && [[ $now == *' active' && ${now% *} -gt $1 ]]
}

# Whether the service runs, and not as process $1 any more.
runs_anew() {
    [[ $(unit ActiveState MainPID) == 'active '[1-9]* ]] && ! unit_is "$1" MainPID
}

# Seconds by the machine's clock that a shell command took there; its output is dropped. Fails as the command does.
seconds_of() {
    # shellcheck disable=SC2016 # meant for the machine's shell
    guest "begin=\$(date +%s%N); { $1; } >/dev/null 2>&1; status=\$?
        awk \"BEGIN { printf \\\"%.1f\\\", (\$(date +%s%N) - \$begin) / 1e9 }\"; exit \$status"
}

healthy() {
    health=$(curl -s --noproxy '*' --max-time 5 "http://127.0.0.1:$health_port/health") &&
        [[ $health == *'"status":"healthy"'*'"database":"connected"'* ]]
}

install_package() {
    guest_reads 'cat >/root/scribe.deb' <"$1"
    guest 'DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Options::=--force-confold -y install /root/scribe.deb 2>&1'
}

# The same package under an earlier version number. dpkg and the package's scripts know versions by that number only, so
# what they do between the two is what they do between any two; that the new program runs is seen by its process.
make_earlier_package() {
    earlier=$work/scribe_0.9.0_arm64.deb
    dpkg-deb -R "$package" "$work/earlier"
    sed -i 's/^Version: .*/Version: 0.9.0/' "$work/earlier/DEBIAN/control"
    dpkg-deb --root-owner-group -Zgzip -z1 -b "$work/earlier" "$earlier" >/dev/null
    rm -r "$work/earlier"
}

# Everything on the machine but what lives in memory, what apt and dpkg note down, and what we have put there.
list_files() {
    guest "find / -xdev \\( -path /root -o -path /tmp -o -path /var/tmp -o -path /var/lib/dpkg -o -path /var/lib/apt \
        -o -path /var/cache -o -path /var/log -o -path /var/lib/systemd \\) -prune -o -print | sort"
}

check_first_installation() {
    local output status state
    list_files >"$work/before"
    output=$(install_package "$earlier")
    status=$?
    row 'unconfigured: installed by apt' "exit status $status" is "$status" 0
    row 'unconfigured: told what to do next' "$(grep -m 1 -i 'scribe setup\|scribe.toml' <<<"$output")" \
        grep -qi 'scribe setup\|/etc/scribe' <<<"$output"
    state=$(unit ActiveState NRestarts)
    row 'unconfigured: not started' "$state" is "$state" 'inactive 0'
    state=$(guest 'systemctl --failed --quiet | wc -l')
    row 'unconfigured: nothing failed' "$state failed units" is "$state" 0
    guest 'systemctl start scribe' 2>/dev/null
    check_refused_settings 'unconfigured: start'
}

# A start that must have ended with exit status 78. What systemd means to start again is `activating`, not `failed`.
check_refused_settings() {
    local state
    wait_for 30 unit_is failed ActiveState
    state=$(unit ActiveState ExecMainStatus NRestarts)
    row "$1: exit 78, no restart" "$state" is "$state" 'failed 78 0'
}

# What a user does: two settings, two secrets. The CA file and the address of the web are this test's affair.
write_settings() {
    local where="postgresql://${pair[USER]}@$host:${pair[PORT]}/${pair[DBNAME]}"
    guest_reads 'cat >/etc/scribe/database-ca.pem' <"${pair[CA]}"
    guest "umask 077; cd /etc/scribe/secrets
        echo '$where?sslmode=verify-ca&sslrootcert=/etc/scribe/database-ca.pem' >database_url
        echo '${pair[PASSWORD]}' >db_password
        cat >>/etc/scribe/scribe.toml <<TOML
searxng_url = \"http://$host:$web_port\"
arxiv_base_url = \"http://$host:$web_port\"
allow_private_hosts = \"$host\"
arxiv_interval = 0
host_interval = 0
poll_interval = 1
TOML
        # A power cut soon after would leave a file of zeros, whoever wrote it: that is not what is tried here.
        sync"
}

settings_sum() {
    guest 'cat /etc/scribe/scribe.toml /etc/scribe/secrets/* | sha256sum'
}

metrics() {
    curl -s --noproxy '*' --max-time 5 "http://127.0.0.1:$health_port/metrics"
}

# Type=notify: systemctl returns with READY.
check_start() {
    local status seconds state figures
    guest 'scribe db upgrade' >"$work/upgrade.log" 2>&1
    status=$?
    row 'scribe db upgrade, through the pooler with TLS' "exit status $status" is "$status" 0
    guest "scribe user add $sender --name 'Sam Student'" >>"$work/upgrade.log" 2>&1
    seconds=$(seconds_of 'systemctl enable --now scribe')
    state=$(unit ActiveState SubState)
    row 'READY after systemctl enable --now' "$state, $seconds s" is "$state" 'active running'
    wait_for 60 healthy
    row '/health, asked from the host' "$health" healthy
    figures=$(metrics)
    row '/metrics, asked from the host' "$(grep -c '^scribe_' <<<"$figures") values" has "$figures" 'scribe_build_info{'
}

# With the database hanging: an installation must not wait for it.
check_upgrade() {
    local before status begin=$SECONDS pid took
    before=$(settings_sum) pid=$(unit MainPID)
    order signal STOP pgbouncer
    install_package "$package" >"$work/apt.log" 2>&1
    status=$? took=$((SECONDS - begin))
    order signal CONT pgbouncer
    row 'upgrade while the database hangs' "exit status $status" is "$status" 0
    row 'upgrade while the database hangs, within 90 s' "$took s" at_most "$took" 90
    row 'upgrade: settings kept' "$(guest 'ls /etc/scribe /etc/scribe/secrets' | paste -sd ' ')" \
        is "$(settings_sum)" "$before"
    row 'upgrade: restarted and running' "process $pid, then $(unit MainPID)" runs_anew "$pid"
    wait_for 60 healthy
    row 'upgrade: healthy' "$(guest 'scribe --version')" healthy
}

all_done() {
    [[ $(sql "SELECT count(*) FROM queue_items WHERE status IN ('PENDING', 'PROCESSING')") == 0 ]]
}

# Ten recipients, while a system call that the unit does not allow would kill the service instead of failing quietly.
check_queue() {
    local figures pid refused id
    guest 'mkdir -p /run/systemd/system/scribe.service.d
        printf "[Service]\nSystemCallErrorNumber=kill\n" >/run/systemd/system/scribe.service.d/strict.conf
        systemctl daemon-reload; systemctl restart scribe'
    guest_reads 'cat >/root/recipients.csv' <"$root/examples/recipients.csv"
    guest_reads 'cat >/root/mail.txt' <"$root/examples/templates/research.txt"
    guest "scribe queue import /root/recipients.csv --user $sender --template /root/mail.txt" >/dev/null
    wait_for 180 all_done
    figures=$(sql "SELECT count(*) FILTER (WHERE status = 'COMPLETED') || ' of ' || count(*) || ' items, ' ||
        (SELECT count(*) || ' e-mails to ' || count(DISTINCT recipient_name) FROM emails) FROM queue_items")
    row 'a queue of ten' "$figures" is "$figures" '10 of 10 items, 10 e-mails to 10'
    refused=$(guest "journalctl -k -o cat | grep -c 'type=1326\\|SIGSYS' || true")
    row 'no system call was refused (refusal kills): kernel log' "$refused lines" is "$refused" 0
    row 'no system call was refused (refusal kills): service' "$(unit NRestarts) restarts" unit_is 0 NRestarts
    check_footprint
    id=$(sql "SELECT id FROM queue_items WHERE status = 'COMPLETED' ORDER BY seq LIMIT 1")
    check_story "$id"
    guest 'rm -r /run/systemd/system/scribe.service.d; systemctl daemon-reload; systemctl restart scribe'
}

# Idle again after the ten. Peaks are since the start of the process.
check_footprint() {
    local pid group=/sys/fs/cgroup/system.slice/scribe.service threads cpu
    local rss anonymous peak now most
    pid=$(unit MainPID)
    read -r peak rss anonymous threads < <(guest "awk '/^(VmHWM|VmRSS|RssAnon|Threads):/ { printf \"%s \", \$2 }' /proc/$pid/status")
    read -r now most < <(guest "cat $group/memory.current $group/memory.peak | paste -sd ' '")
    cpu=$(awk "BEGIN { printf \"%.1f\", $(unit CPUUsageNSec) / 1e9 }")
    row 'memory: resident, at most 16 MB' "$rss kB" at_most "$rss" 16384
    row 'memory: anonymous, at most 8 MB' "$anonymous kB" at_most "$anonymous" 8192
    row 'memory: most resident at any time, at most 32 MB' "$peak kB" at_most "$peak" 32768
    row 'memory: control group, peak at most 32 MB' "$((now / 1024)) kB, peak $((most / 1024)) kB" at_most "$most" 33554432
    row 'threads when idle, at most 6' "$threads" at_most "$threads" 6
    row 'CPU for the ten, emulated, at most 60 s' "$cpu s" at_most "$cpu" 60
}

# The journal tells the life of one item by its fields.
check_story() {
    local story=$work/story.json steps
    guest "journalctl -u scribe QUEUE_ITEM_ID=$1 -o json --no-pager" >"$story"
    steps=$(jq -rs '[.[].STEP // empty] | unique | join(" ")' "$story")
    row 'journal: the story of one item' "$(wc -l <"$story") lines; $steps" \
        is "$steps" 'arxiv_helper email_composer template_parser web_scraper'
    row 'journal: kind of event and attempt in each line' "$(jq -rs 'map(.MESSAGE_ID) | unique | length' "$story") kinds" \
        jq -es 'length > 0 and all(.[]; (.MESSAGE_ID // "" | test("^[0-9a-f]{32}$")) and .ATTEMPT == "1")' "$story"
    row 'journal: how long the item took' "$(jq -rs 'last.DURATION_MS // empty' "$story") ms" \
        jq -es 'last.DURATION_MS // "" | test("^[0-9]+$")' "$story"
}

# Somebody of whom nothing is known, and a template that insists on a paper.
check_failure() {
    local id kind
    printf 'Dear {{name}},\n\nyour paper {{paper}} made me write.\n\n[Your Name]\n' >"$work/insisting.txt"
    id=$(queue_one 'Nemo Unheard' 'tidal energy' "$work/insisting.txt")
    wait_for 60 fate_is "$id" FAILED
    kind=$(guest "journalctl -u scribe QUEUE_ITEM_ID=$id -o json --no-pager" | jq -rs '[.[].ERROR_KIND // empty] | unique | join(" ")')
    row 'an item without remedy fails at once' "$(fate "$id")" fate_is "$id" 'FAILED, attempt 1, 0 '
    row 'journal: the kind of the failure' "$kind" test "$kind"
}

check_exposure() {
    local exposure
    exposure=$(guest 'systemd-analyze security scribe --no-pager' | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
    row 'exposure under this kernel, at most 1.2' "$exposure" at_most "$exposure" 1.2
}

# An item that was interrupted is done once, with the attempts that it should have cost.
check_done_once() {
    local wanted="COMPLETED, attempt $2, 1 e-mail" what=$1
    let_go
    wait_for 150 fate_is "$item" "$wanted"
    row "$what: the item is done, once" "$(fate "$item")" fate_is "$item" "$wanted"
}

check_stop() {
    local seconds
    seconds=$(seconds_of 'systemctl stop scribe')
    row 'stop when idle, within 5 s' "$seconds s" at_most "$seconds" 5
    row 'stop when idle: clean' "$(unit ActiveState Result)" unit_is 'inactive success' ActiveState Result
    guest 'systemctl start scribe'
    begin_item 'Berit Stopp'
    seconds=$(seconds_of 'systemctl stop scribe')
    row 'stop in mid-item, within STOP_GRACE and 5 s' "$seconds s" at_most "$seconds" 15
    row 'stop in mid-item: clean' "$(unit ActiveState Result)" unit_is 'inactive success' ActiveState Result
    row 'stop in mid-item: put back, no attempt spent' "$(fate "$item")" fate_is "$item" 'PENDING, attempt 0, 0 '
    guest 'systemctl start scribe'
    check_done_once 'stop in mid-item' 1
}

check_crash() {
    local restarts
    restarts=$(unit NRestarts)
    begin_item 'Karl Absturz'
    guest "kill -KILL $(unit MainPID)"
    wait_for 60 restarted_since "$restarts"
    row 'SIGKILL in mid-item: restarted by systemd' "$(unit NRestarts ActiveState)" restarted_since "$restarts"
    check_done_once 'SIGKILL in mid-item' 2
}

check_watchdog() {
    local limit begin=$SECONDS restarts
    restarts=$(unit NRestarts)
    # WatchdogSec, then TimeoutAbortSec, RestartSec, and what an emulator takes for a start.
    limit=$(guest 'busctl get-property org.freedesktop.systemd1 /org/freedesktop/systemd1/unit/scribe_2eservice \
        org.freedesktop.systemd1.Service WatchdogUSec')
    limit=$((${limit#t } / 1000000 + 45))
    begin_item 'Hanna Starr'
    begin=$SECONDS
    guest "kill -STOP $(unit MainPID)"
    wait_for "$limit" restarted_since "$restarts"
    row "SIGSTOP: the watchdog bites, new start within $limit s" "$((SECONDS - begin)) s" restarted_since "$restarts"
    check_done_once 'SIGSTOP in mid-item' 2
}

# Boots what is left after a power cut; the service must start by itself.
boot_again() {
    boot
    wait_for 90 healthy
    row "$1: boots and is healthy by itself" "booted in $boot_seconds s" healthy
}

check_power_cuts() {
    begin_item 'Paula Stromlos'
    cut_power
    boot_again 'power cut in mid-item'
    check_done_once 'power cut in mid-item' 1

    # Finished, and the e-mail's INSERT waits for a lock. The database never hears of its client's end.
    begin_item 'Viktor Weg'
    lock emails
    let_go
    wait_for 60 write_waits_for emails
    row 'power cut while storing: the INSERT was under way' "$(fate "$item")" write_waits_for emails
    vanish
    unlock
    boot_again 'power cut while storing'
    check_done_once 'power cut while storing' 1

    # The claim waits for a lock, and is committed after the death of who sent it.
    guest 'scribe queue pause' >/dev/null
    item=$(queue_one 'Clara Griff' 'tidal energy' "$root/examples/templates/research.txt")
    lock queue_items
    guest 'scribe queue resume' >/dev/null
    wait_for 60 write_waits_for queue_items
    row 'power cut while claiming: the claim was under way' "$(fate "$item")" write_waits_for queue_items
    cut_power
    unlock
    say "left behind: $(fate "$item")"
    boot_again 'power cut while claiming'
    check_done_once 'power cut while claiming' 1
}

check_wrong_settings() {
    guest 'cp -p /etc/scribe/scribe.toml /root/; echo "nonsense = 1" >>/etc/scribe/scribe.toml; systemctl reset-failed scribe
        systemctl restart scribe' 2>/dev/null
    check_refused_settings 'a wrong setting'
    guest 'cp -p /root/scribe.toml /etc/scribe/; systemctl start scribe'
}

# In the end the books must balance, whatever was done to the machine: as many e-mails as items that are done, each of
# them one item's, and each counted once.
check_books() {
    local completed emails owned counted
    completed=$(sql "SELECT count(*) FROM queue_items WHERE status = 'COMPLETED'")
    emails=$(sql 'SELECT count(*) FROM emails')
    owned=$(sql 'SELECT count(DISTINCT email_id) FROM queue_items')
    counted=$(sql 'SELECT sum(generation_count) FROM users')
    row 'nothing lost, nothing doubled' "$completed done, $emails e-mails, $owned of an item, $counted counted" \
        is "$emails $owned $counted" "$completed $completed $completed"
}

check_removal() {
    local state left
    guest 'DEBIAN_FRONTEND=noninteractive apt-get -y remove scribe' >"$work/apt.log" 2>&1
    state=$(guest 'systemctl is-active scribe; pgrep -c scribe' | paste -sd ' ')
    row 'remove: stopped' "$state" is "$state" 'inactive 0'
    row 'remove: settings stay' "$(guest 'ls /etc/scribe')" guest 'test -e /etc/scribe/scribe.toml -a -e /etc/scribe/secrets/db_password'
    guest 'DEBIAN_FRONTEND=noninteractive apt-get -y purge scribe' >"$work/apt.log" 2>&1
    list_files >"$work/after"
    left=$(comm -13 "$work/before" "$work/after" | paste -sd ' ')
    row 'purge: nothing is left' "${left:-no file}; $(guest 'dpkg -l scribe 2>/dev/null | grep -c ^ii') packages" is "$left" ''
}

# What one needs to find out why a promise was not kept.
keep_evidence() {
    local evidence=$root/target/pi/evidence
    mkdir -p "$evidence"
    guest 'journalctl -o short-precise --no-pager' >"$evidence/journal"
    cp "$work"/{console,sql.log,apt.log,upgrade.log} "$evidence"
    say "Logs are in $evidence"
}

run_checks() {
    # What goes wrong shows in the table, and the rest is tried all the same.
    set +e
    make_earlier_package
    boot
    say "Booted in $boot_seconds s; package $(($(stat -c %s "$package") / 1024)) kB, installed" \
        "$(dpkg-deb -f "$package" Installed-Size) kB"
    check_first_installation
    write_settings
    check_start
    check_upgrade
    check_queue
    check_failure
    check_exposure
    check_stop
    check_crash
    check_watchdog
    check_power_cuts
    check_wrong_settings
    check_books
    check_removal
    printf '\n%s passed, %s failed\n' "$passed" "$failed"
    ((failed == 0)) || keep_evidence
    ((failed == 0))
}

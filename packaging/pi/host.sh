# shellcheck shell=bash
# What the machine works with, on the host: PostgreSQL behind PgBouncer, and the sample web. Sourced by
# packaging/test-on-pi, which has set $work and sourced scripts/lib.sh. Both end when descriptor 9 or 8 closes.

declare -A pair
web_port=''
sender=sam@example.org

start_host() {
    local line=''
    mkfifo "$work/pair-orders" "$work/pair-answers" "$work/web-life" "$work/web-answers"
    exec 9<>"$work/pair-orders" 8<>"$work/web-life" 7<>"$work/pair-answers"
    "$root/scripts/pair" <"$work/pair-orders" >&7 7>&- 8>&- 9>&- &
    pair_pid=$!
    while read -rt 90 -u 7 line && [[ $line != ready ]]; do
        pair[${line%%=*}]=${line#*=}
    done
    [[ $line == ready ]] || die 'the database did not start; scripts/pair says why above'
    "${CARGO_TARGET_DIR:-$root/target}/debug/examples/sample_web" --hold-while "$work/hold" \
        <"$work/web-life" >"$work/web-answers" 7>&- 8>&- 9>&- &
    web_pid=$!
    read -rt 30 line <"$work/web-answers" || true
    [[ $line =~ http://127\.0\.0\.1:([0-9]+) ]] || die "the sample web did not start (it said '$line')"
    web_port=${BASH_REMATCH[1]}
}

end_host() {
    exec 7>&- 8>&- 9>&-
    { wait "${pair_pid:-}" "${web_pid:-}"; } 2>/dev/null || true
}

# Does harm to the pair, as in `order signal STOP pgbouncer`, and waits until it is done.
order() {
    local answer=''
    printf '%s\n' "$*" >&9
    read -rt 30 -u 7 answer || true
    [[ $answer == obeyed ]] || die "scripts/pair did not obey: $*"
}

# psql as the administrator, past the pooler.
admin_psql() {
    PGPASSWORD=${pair[ADMIN_PASSWORD]} PGOPTIONS='-c statement_timeout=30s' psql -XAtq -v ON_ERROR_STOP=1 "$@" \
        "host=127.0.0.1 port=${pair[DIRECT_PORT]} dbname=${pair[DBNAME]} user=${pair[ADMIN_USER]} connect_timeout=10"
}

sql() {
    admin_psql -c "$1" 2>>"$work/sql.log"
}

# Queues one recipient as a web application would, and prints the item's id.
queue_one() {
    admin_psql -v name="$1" -v interest="$2" -v template="$(<"$3")" -v sender="$sender" <<'SQL'
INSERT INTO queue_items (user_id, recipient_name, recipient_interest, email_template_text, status)
SELECT id, :'name', :'interest', :'template', 'PENDING' FROM users WHERE email = :'sender' RETURNING id;
SQL
}

# What has become of an item, as in "COMPLETED, attempt 1, 1 e-mail". E-mails are counted by the recipient, so that one
# that no item points to is seen as well.
fate() {
    sql "SELECT status || ', attempt ' || attempts || ', ' ||
            (SELECT count(*) FROM emails WHERE recipient_name = item.recipient_name) || ' e-mail'
         FROM queue_items AS item WHERE id = '$1'"
}

fate_is() {
    [[ $(fate "$1") == "$2"* ]]
}

step_is() {
    [[ $(sql "SELECT status || ' ' || current_step FROM queue_items WHERE id = '$1'") == "PROCESSING $2" ]]
}

# Queues a recipient whose work stands still at arXiv, and returns when it does. Sets $item.
begin_item() {
    : >"$work/hold"
    item=$(queue_one "$1" 'tidal energy' "$root/examples/templates/research.txt")
    wait_for 60 step_is "$item" arxiv_helper
}

let_go() {
    rm -f "$work/hold"
}

# Holds table $1 in a transaction of its own until `unlock`: it can be read and not written.
lock() {
    local line=''
    coproc LOCK { exec 7>&- 8>&- 9>&-; admin_psql; }
    printf 'BEGIN; LOCK TABLE %s IN EXCLUSIVE MODE;\n\\echo held\n' "$1" >&"${LOCK[1]}"
    read -rt 20 -u "${LOCK[0]}" line && [[ $line == held ]]
}

# Whether a statement that writes to table $1 waits for the lock.
write_waits_for() {
    [[ $(sql "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '$1'::regclass
              AND mode IN ('RowShareLock', 'RowExclusiveLock')") -gt 0 ]]
}

# Ends the transaction that holds the table, and waits until what had waited for it has come to its end.
unlock() {
    local pid=$LOCK_PID
    printf 'COMMIT;\n\\q\n' >&"${LOCK[1]}"
    { wait "$pid"; } 2>/dev/null || true
    wait_for 60 no_transaction
}

no_transaction() {
    [[ $(sql "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
              AND state <> 'idle' AND pid <> pg_backend_pid()") == 0 ]]
}

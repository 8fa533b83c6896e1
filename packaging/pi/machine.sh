# shellcheck shell=bash
# The emulated machine: made from the image, started, talked to, and robbed of its power. Sourced by
# packaging/test-on-pi, which has set $work and sourced scripts/lib.sh.
#
# It is talked to by ssh over a port of the host's loopback, with a key that is made for this run. It reaches the host's
# loopback as 10.0.2.2 and nothing else that would answer.

host=10.0.2.2
# shellcheck disable=SC2034 # used where this is sourced
health_port='' boot_seconds=''
qemu='' master='' disk=$work/disk.img
vanished=()

# Asks until the command succeeds; fails after $1 seconds.
wait_for() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.2
    done
}

# Runs a shell command on the machine, for at most 120 s. Standard input is passed on only by `guest_reads`, since ssh
# swallows all that there is.
guest() {
    guest_reads "$@" </dev/null
}

guest_reads() {
    timeout -k 5 120 ssh -F "$work/ssh_config" pi "$@" 9>&-
}

# A disk of its own, with the key that opens this machine only.
make_machine() {
    cp --sparse=always "$image/disk.img" "$disk"
    ssh-keygen -q -t ed25519 -N '' -C test-on-pi -f "$work/key"
    # Should the directory be there already, it says so in the log.
    printf 'mkdir /root/.ssh\nwrite %s /root/.ssh/authorized_keys\n' "$work/key.pub" >"$work/debugfs"
    debugfs -w -f "$work/debugfs" "$disk" >"$work/debugfs.log" 2>&1
}

# As a Zero 2 W, but for two of its four cores: more than the host has would wait for each other. Nobody logs in on the
# console, and where the host is busy a start may take its time.
start_qemu() {
    local kernel_line='console=ttyAMA0 panic=-1 quiet rw'
    kernel_line+=' systemd.mask=serial-getty@ttyAMA0.service systemd.default_timeout_start_sec=300'
    setpriv --pdeathsig KILL -- qemu-system-aarch64 -M virt -accel tcg,thread=multi -cpu cortex-a53 -smp 2 -m 512 \
        -display none -monitor none -no-reboot -serial "file:$work/console" \
        -kernel "$image/vmlinuz" -initrd "$image/initrd" -append "$kernel_line" \
        -drive "file=$disk,format=raw,if=none,id=disk" -device virtio-blk-pci,drive=disk \
        -netdev "user,id=net,hostfwd=tcp:127.0.0.1:$1-:22,hostfwd=tcp:127.0.0.1:$2-:8000" \
        -device virtio-net-pci,netdev=net,romfile= \
        </dev/null >"$work/qemu.log" 2>&1 7>&- 8>&- 9>&- &
    qemu=$!
}

# One connection that all commands share: each of its own would cost an emulated key exchange. Succeeds when it stands,
# or when there is nothing left to connect to.
connect() {
    kill -0 "$qemu" 2>/dev/null || return 0
    if [[ $master ]] && kill -0 "$master" 2>/dev/null; then
        ssh -F "$work/ssh_config" -O check pi 2>/dev/null
        return
    fi
    # Left behind by the one before, if that was killed.
    rm -f "$work/control"
    setpriv --pdeathsig KILL -- ssh -F "$work/ssh_config" -M -N pi \
        </dev/null >>"$work/ssh.log" 2>&1 7>&- 8>&- 9>&- &
    master=$!
    return 1
}

# Starts the machine and waits until it can be talked to. A port that is free now may be taken a moment later: then
# qemu ends at once, and others are tried.
boot() {
    local attempt ssh_port begin=${EPOCHREALTIME/./}
    for attempt in {1..5}; do
        ssh_port=$(free_port) health_port=$(free_port) master=''
        cat >"$work/ssh_config" <<CONFIG
Host pi
HostName 127.0.0.1
Port $ssh_port
User root
IdentityFile "$work/key"
IdentitiesOnly yes
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
ControlPath "$work/control"
ConnectTimeout 60
CONFIG
        start_qemu "$ssh_port" "$health_port"
        wait_for 400 connect || break
        if kill -0 "$qemu" 2>/dev/null; then
            boot_seconds=$(awk "BEGIN { printf \"%.1f\", (${EPOCHREALTIME/./} - $begin) / 1e6 }")
            return 0
        fi
        grep -q 'host forwarding rule' "$work/qemu.log" || break
    done
    tail -n 15 "$work/qemu.log" "$work/console" "$work/ssh.log" >&2 || true
    die "the machine did not come up (attempt $attempt); its last words are above"
}

# Ends a process of ours at once, stopped or not, without bash's remark.
end() {
    [[ $1 ]] || return 0
    { kill -KILL "$1" && wait "$1"; } 2>/dev/null || true
}

# The plug is pulled: what the machine had not written is lost, and its connections break.
cut_power() {
    end "$qemu"
    end "$master"
    qemu='' master=''
}

# The plug is pulled, and nobody is told: the machine stands still with its connections open for as long as this script
# runs, so that the database waits for a client that is no more. The disk is taken out and put into another machine.
vanish() {
    kill -STOP "$qemu"
    cp --sparse=always "$disk" "$work/moved.img"
    mv "$work/moved.img" "$disk"
    vanished+=("$qemu")
    end "$master"
    qemu='' master=''
}

end_machines() {
    local pid
    for pid in "$master" "$qemu" "${vanished[@]}"; do end "$pid"; done
}

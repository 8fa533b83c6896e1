# shellcheck shell=bash
# What the scripts share: messages, and making sure that Debian's packages and a Rust compiler are there.
# Sourced, never run. Expects `set -euo pipefail`; the working directory does not matter.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# What the demo and the tests need, on top of Rust.
# shellcheck disable=SC2034 # used where this is sourced
packages=(postgresql pgbouncer openssl build-essential pkg-config libssl-dev curl ca-certificates faketime)

# Says what happened, why and what to do, and ends the script.
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Prints those of its arguments that are not installed packages.
missing_packages() {
    local installed
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
    local name
    for name; do
        [[ $'\n'$installed$'\n' == *$'\n'"installed $name"$'\n'* ]] || printf '%s\n' "$name"
    done
}

# Installs those of its arguments that are missing. When none is, it takes one dpkg-query and no rights.
need_packages() {
    command -v dpkg-query >/dev/null ||
        die "this is not Debian or a relative of it (no dpkg-query);" \
            "install what these packages hold there: $*"
    [[ $(missing_packages "$@") ]] || return 0
    # Two scripts at once: the second waits here, then finds everything installed. The lock is this directory because
    # every user may open it and nothing needs to be created.
    (
        flock 9
        mapfile -t missing < <(missing_packages "$@")
        ((${#missing[@]} == 0)) || install_packages "${missing[@]}" 9>&-
    ) 9</var/lib/dpkg
}

# Runs in a subshell of its own, whose end takes the drop-in away again.
install_packages() {
    local command="apt-get update && apt-get install ${*}"
    ((EUID == 0)) || command -v sudo >/dev/null ||
        die "packages are missing, and installing them takes root or sudo; as root, run: $command"
    printf 'Installing %s\n' "$*" >&2
    # Without the drop-in, the package postgresql creates and starts a cluster of its own on port 5432.
    local conf=/etc/postgresql-common/createcluster.d
    as_root mkdir -p "$conf"
    # shellcheck disable=SC2064 # the value of now
    trap "as_root rm -f $conf/scribe.conf; as_root rmdir --ignore-fail-on-non-empty $conf" EXIT
    as_root tee "$conf/scribe.conf" >/dev/null <<<'create_main_cluster = false'
    apt_get "$@" </dev/null || die "apt-get failed (its messages are above); mend that, or run: $command"
    [[ " $* " != *' pgbouncer '* ]] || stop_pgbouncer_service
}

# apt-get's output goes to standard error: standard output belongs to the caller.
apt_get() {
    local options=(-q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
    # Stale lists are worth a try: a mirror that is briefly away need not stop an installation from the cache.
    as_root apt-get "${options[@]}" update >&2 || printf 'The package lists could not be refreshed.\n' >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install --no-install-recommends "$@" >&2
}

# Debian starts what it installs; the scripts start a PgBouncer of their own and nobody asked for a second.
stop_pgbouncer_service() {
    [[ -d /run/systemd/system ]] || return 0
    as_root systemctl disable --now --quiet pgbouncer >&2 || true
}

# Prints a loopback port where nobody answers.
free_port() {
    local port
    while true; do
        port=$((20000 + SRANDOM % 12000))
        # The subshell closes the connection, if there is one.
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# Asks until database $1 at port $2 lets us in. Fails when the process $3 has ended, or after 30 s.
wait_until_ready() {
    local deadline=$((SECONDS + 30))
    until admin_psql "$1" "$2" -c 'SELECT 1' >/dev/null 2>"$dir/psql.log"; do
        kill -0 "$3" 2>/dev/null && ((SECONDS < deadline)) || return 1
        sleep 0.02
    done
}

# Installs a tool of cargo's in just this version, into target/tools; when it is there, that takes no network. Further
# arguments go to `cargo install`.
need_cargo_tool() {
    ! grep -q "^\"$1 $2 " "$root/target/tools/.crates.toml" 2>/dev/null || return 0
    printf 'Installing %s %s into target/tools\n' "$1" "$2" >&2
    cargo install "$1" --version "$2" --locked --root "$root/target/tools" "${@:3}" >&2
}

# Prints the oldest Rust that Cargo.toml promises.
oldest_rust() {
    sed -n 's/^rust-version *= *"\(.*\)"/\1/p' "$root/Cargo.toml"
}

# Makes sure of a Rust compiler that is new enough for Cargo.toml. rustup's directory is looked at too, because a
# shell that was open while rustup was installed does not have it on its PATH, or has Debian's older compiler first.
need_rust() {
    local wanted found='' dir
    wanted=$(oldest_rust)
    for dir in '' "${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:"; do
        PATH=$dir$PATH
        command -v cargo >/dev/null || continue
        found=$(cd "$root" && rustc --version 2>/dev/null | cut -d ' ' -f 2) || continue
        if printf '%s\n' "$wanted" "${found%%-*}" | sort -CV; then return 0; fi
    done
    [[ $found ]] ||
        die "no working Rust compiler (cargo and rustc) was found; scribe needs $wanted or newer:" \
            "install it from https://rustup.rs, or run 'rustup default stable' if rustup is there"
    die "rustc is version $found, and scribe needs $wanted or newer: run 'rustup update stable'" \
        "(rustup comes from https://rustup.rs)"
}

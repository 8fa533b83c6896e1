# shellcheck shell=bash disable=SC2154 # the variables are those of whoever sources this
# Sourced by packaging/build: Debian 12's own compilers and libraries, unpacked under target/packaging. apt fetches them
# and verifies them by Debian's signatures, in a root of its own: nothing is installed, /etc/apt is not changed, and no
# rights are needed. One Rust compiler serves all architectures, since a standard library belongs to one compiler.
# Expects $root, $architecture, and lib.sh.

tools=$root/target/packaging
# Beside debian, this mirror must have debian-security.
mirror=${DEBIAN_MIRROR:-http://deb.debian.org}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# What Rust and the GNU tools call an architecture.
# shellcheck disable=SC2034 # used where this is sourced
case $architecture in
    amd64) triple=x86_64-unknown-linux-gnu gnu=x86_64-linux-gnu ;;
    arm64) triple=aarch64-unknown-linux-gnu gnu=aarch64-linux-gnu ;;
    armhf) triple=armv7-unknown-linux-gnueabihf gnu=arm-linux-gnueabihf ;;
esac

# apt_for ARCHITECTURE ARGUMENT...: apt-get in a root that knows one architecture, Debian 12, and no installed package.
apt_for() {
    local of=$1 apt=$tools/apt/$1
    shift
    mkdir -p "$apt"/{lists,cache/archives}/partial
    printf "deb [signed-by=$keyring] $mirror/%s main\n" \
        'debian bookworm' 'debian bookworm-updates' 'debian-security bookworm-security' >"$apt/sources.list"
    apt-get -qq -o "APT::Architecture=$of" -o "APT::Architectures=$of" -o APT::Sandbox::User=root \
        -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferencesparts=/dev/null -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" \
        -o Dir::State::status=/dev/null -o APT::Update::Error-Mode=any -o Acquire::Languages=none \
        -o APT::Install-Recommends=false "$@"
}

# bring FOLDER ARCHITECTURE ARGUMENT...: has apt-get fetch packages by these arguments and unpacks them in a folder that
# is whole or absent. What is there is used as it is; remove target/packaging to have it anew.
bring() {
    local folder=$1 of=$2 archive
    shift 2
    [[ ! -e $folder ]] || return 0
    printf "Fetching Debian 12's packages for %s\n" "$of" >&2
    apt_for "$of" update >&2 || die "Debian's index for $of cannot be used (apt's messages are above); try again later," \
        "or name another mirror: DEBIAN_MIRROR=http://…"
    rm -rf "$folder.new" && mkdir -p "$folder.new/archives/partial"
    # What `install` fetches goes into the cache, and what `download` fetches into the working directory.
    (cd "$folder.new/archives" && apt_for "$of" -o "Dir::Cache::archives=$PWD" "$@" >&2) ||
        die "apt cannot fetch what the build needs (its messages are above)"
    for archive in "$folder.new/archives"/*.deb; do
        # The C library of this machine runs the tools; another beside them would get in its way.
        [[ $folder == "$tools/tools" && ${archive##*/} == libc6_* ]] || dpkg-deb -x "$archive" "$folder.new"
    done
    [[ $folder != "$tools/tools" ]] || rm -r "$folder.new/archives"
    keep_links_inside "$folder.new"
    mv "$folder.new" "$folder"
}

# A link to /lib/… would lead out of the folder. The linker does not say so: it takes the static library beside it, and the
# program then depends on the C library's innermost symbols.
keep_links_inside() {
    local link target
    while IFS= read -r -d '' link; do
        target=$(readlink "$link")
        [[ ! -e $1$target ]] || ln -sfnr "$1$target" "$link"
    done < <(find "$1" -type l -lname '/*' -print0)
}

# write_command NAME WORDS: a command that runs what was unpacked with the libraries that it was unpacked with.
write_command() {
    mkdir -p "$tools/bin"
    cat >"$tools/bin/$1" <<END
#!/bin/sh
export LD_LIBRARY_PATH=$tools/tools/usr/lib/x86_64-linux-gnu
exec $2 "\$@"
END
    chmod +x "$tools/bin/$1"
}

# Fetches what is missing. What runs while building (build scripts, macros) is compiled for this machine, also by these.
use_toolchain() {
    local of unpacked=$tools/tools/usr/bin host=x86_64-linux-gnu
    [[ $(dpkg --print-architecture) == amd64 ]] ||
        die "this needs an amd64 machine, where Debian's cross compilers run; on a Pi, cargo build --release makes a program"
    bring "$tools/tools" amd64 --yes --download-only install rustc-web cargo-web gcc gcc-aarch64-linux-gnu \
        gcc-arm-linux-gnueabihf lld-16
    for of in amd64 "$architecture"; do
        bring "$tools/$of" "$of" download libc6 libc6-dev linux-libc-dev libgcc-s1 libssl3 libssl-dev libstd-rust-web-dev
    done
    write_command cargo "env RUSTC=$unpacked/rustc $unpacked/cargo"
    write_command readelf "$unpacked/readelf"
    write_command "$host-gcc" "$unpacked/$host-gcc -B$unpacked/ --sysroot=$tools/amd64"
    [[ $gnu == "$host" ]] || write_command "$gnu-gcc" "$unpacked/$gnu-gcc --sysroot=$tools/$architecture"
    export PATH=$tools/bin:$PATH CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=$tools/bin/$host-gcc \
        CC_x86_64_unknown_linux_gnu=$tools/bin/$host-gcc
}

# Sets what cargo needs to know to build for $architecture.
use_target_libraries() {
    local upper=${triple^^} flags
    upper=${upper//-/_}
    mapfile -t flags < <(remaps)
    [[ $architecture == amd64 ]] || flags+=("--sysroot=$tools/$architecture/usr")
    # It folds functions that are the same, and notes what the loader moves in the short form for ARM as well: a fifth.
    flags+=('-Clink-arg=-fuse-ld=lld' "-Clink-arg=-B$tools/tools/usr/lib/llvm-16/bin" '-Clink-arg=-Wl,--icf=all'
        '-Clink-arg=-Wl,-z,pack-relative-relocs')
    CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f' && printf '%s' "${flags[*]}")
    export CARGO_ENCODED_RUSTFLAGS
    export "CARGO_TARGET_${upper}_LINKER=$tools/bin/$gnu-gcc" "CC_${triple//-/_}=$tools/bin/$gnu-gcc" \
        "${upper}_OPENSSL_LIB_DIR=$tools/$architecture/usr/lib/$gnu" \
        "${upper}_OPENSSL_INCLUDE_DIR=$tools/$architecture/usr/include"
}

# No path of this machine gets into the program: those of its own sources begin with scribe, those of crates with crates.
remaps() {
    local sources
    printf -- '--remap-path-prefix=%s=scribe\n' "$root"
    for sources in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/; do
        printf -- '--remap-path-prefix=%s=crates\n' "${sources%/}"
    done
}

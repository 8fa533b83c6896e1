# shellcheck shell=bash disable=SC2154 # the variables are those of whoever sources this
# Sourced by packaging/build: what must be true of the program and its package, read from the files themselves.
# Expects $root, $tools, $architecture, $gnu, $program, $package, $newest_glibc, and lib.sh.

check_package() {
    local wrong=()
    check_architecture
    check_symbols
    check_alignment
    check_paths
    check_depends
    ((${#wrong[@]} == 0)) || die "$package must not be published:$(printf '\n  %s' "${wrong[@]}")"
}

check_architecture() {
    local machine
    case $architecture in
        amd64) machine='Advanced Micro Devices X86-64' ;;
        arm64) machine=AArch64 ;;
        armhf) machine=ARM ;;
    esac
    read_elf --file-header | grep -qE "Machine: +$machine\$" || wrong+=("the program is not for $architecture")
    [[ $architecture != armhf ]] || read_elf --arch-specific | grep -q 'Tag_CPU_arch: v7$' ||
        wrong+=('the program is not for ARMv7')
    [[ $(dpkg-deb --field "$package" Architecture) == "$architecture" ]] || wrong+=('the package names another architecture')
}

# What a newer C library alone has would end the program at its start on Debian 12.
check_symbols() {
    local newest
    ! read_elf --version-info | grep -q GLIBC_PRIVATE ||
        wrong+=("the program uses the C library's private symbols, which the next one may lack")
    newest=$(read_elf --version-info | grep -oE 'GLIBC_[0-9.]+' | sort -uV | tail -n 1)
    [[ $(printf '%s\n' "GLIBC_$newest_glibc" "$newest" | sort -V | tail -n 1) == "GLIBC_$newest_glibc" ]] ||
        wrong+=("the program needs $newest, and Debian 12 has GLIBC_$newest_glibc")
}

# A Raspberry Pi 5 has pages of 16 KiB: what is aligned to less cannot be mapped there.
check_alignment() {
    local alignment
    [[ $architecture == arm64 ]] || return 0
    while read -r alignment; do
        ((alignment >= 0x4000)) || wrong+=("a segment of the program is aligned to $alignment, less than a page of 16 KiB")
    done < <(read_elf --program-headers | awk '$1 == "LOAD" { print $NF }')
}

check_paths() {
    local path
    for path in "$root" "${CARGO_HOME:-$HOME/.cargo}" "$HOME/"; do
        ! grep -qaF "$path" "$program" || wrong+=("the program holds a path of this machine: $path")
    done
}

# What dpkg-shlibdeps finds must stand in Depends. The target's packages are not installed here, so it is shown where
# they are unpacked.
check_depends() {
    local name stage=$tools/shlibdeps found declared one options=()
    rm -rf "$stage" && mkdir -p "$stage/debian"
    printf 'Source: scribe\n\nPackage: scribe\nArchitecture: any\n' >"$stage/debian/control"
    for name in libc6 libgcc-s1 libssl3; do
        dpkg-deb -R "$tools/$architecture/archives/$name"_*.deb "$stage/$name"
        options+=("-S$name")
    done
    found=$(cd "$stage" && DEB_HOST_ARCH=$architecture dpkg-shlibdeps -O "${options[@]}" "-e$root/$program" 2>log |
        sed -n 's/^shlibs:Depends=//p')
    [[ $found ]] || die "dpkg-shlibdeps cannot tell what the program needs: $(<"$stage/log")"
    declared=$(dpkg-deb --field "$package" Depends | sed 's/ *[,|] */\n/g')
    while read -r one; do
        is_declared "$one" || wrong+=("Depends lacks $one")
    done <<<"${found//, /$'\n'}"
}

# is_declared 'NAME (>= VERSION)': that or a later version. dpkg-shlibdeps goes by symbols, and does not know that relocations
# in the short form take glibc 2.36.
is_declared() {
    local version wanted=${1##*(>= }
    version=$(sed -n "s/^${1%% *} (>= \(.*\))\$/\1/p" <<<"$declared")
    [[ $version ]] && dpkg --compare-versions "$version" ge "${wanted%)}"
}

read_elf() {
    readelf --wide "$@" "$program"
}

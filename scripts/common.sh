# What the scripts share: plain words, timed stages, packages. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)
log=$(mktemp -d "${TMPDIR:-/tmp}/retort.XXXXXX") || exit 1
trap 'rm -rf "$log"' EXIT

say() { printf '%s\n' "$*" >&2; }
die() {
    say "error: $*"
    exit 1
}

# timed NAME COMMAND...: runs the command and says how long it took; its exit status is handed on.
timed() {
    local name=$1 start status=0
    shift
    start=$(date +%s.%N)
    "$@" || status=$?
    printf -- '-- %-34s %7.1f s\n' "$name" "$(echo "$(date +%s.%N) $start" | awk '{print $1 - $2}')" >&2
    return "$status"
}

# quietly COMMAND...: its output is shown only when it fails.
quietly() {
    local status=0
    "$@" >"$log/output" 2>&1 || status=$?
    [ "$status" -eq 0 ] || tail -n 60 "$log/output" >&2
    return "$status"
}

check_machine() { # GIGABYTES that the work needs on this disk
    local free
    [ "$(uname -s)" = Linux ] || die "Retort is built on Linux; this is $(uname -s)."
    case $(uname -m) in
        x86_64) ;;
        aarch64) say "note: not tried on aarch64; x86_64 is." ;;
        *) die "Retort is built on x86_64 (tried) and aarch64 (not tried); this machine is $(uname -m)." ;;
    esac
    free=$(df -Pk "$root" | awk 'NR == 2 {print int($4 / 1048576)}')
    [ "$free" -ge "$1" ] || die "about $1 GB of free disk are needed under $root; $free GB are there."
    command -v apt-get >/dev/null || die "the packages come by apt (Debian 12; Ubuntu 24.04 is meant to work, not tried); there is no apt-get here."
    . /etc/os-release
    [ "${ID:-}${VERSION_ID:-}" = debian12 ] || say "note: tried on Debian 12; this is ${PRETTY_NAME:-another system}."
}

boost_package() { # the one that the system has: 1.81 on Debian 12, newer elsewhere
    if [ "${ID:-}" = ubuntu ]; then echo libboost-dev; else echo libboost1.81-dev; fi
}

packages_to_build() {
    echo ca-certificates git cmake ninja-build ccache clang-19 libcurl4-openssl-dev libssl-dev libsqlite3-dev zlib1g-dev \
        nlohmann-json3-dev libflint-dev libflint-arb-dev libfmt-dev libcli11-dev libtomlplusplus-dev bubblewrap \
        libseccomp-dev prometheus-cpp-dev libspdlog-dev "$(boost_package)"
    # Sources and models come by pip; any Python that has it will do.
    python3 -m pip --version >/dev/null 2>&1 || echo python3 python3-pip
}

packages_to_test() {
    # python3-torch: the reference of the objective; python3-matplotlib: the miniature's report. They come for the
    # system's own Python.
    echo clang-format-19 libclang-rt-19-dev libgtest-dev libgmock-dev librapidcheck-dev python3 python3-torch \
        python3-matplotlib
    # The trainer, which nothing else needs. oneDNN's CMake package asks for OpenCL's, which it only recommends.
    echo libdnnl-dev ocl-icd-opencl-dev libtorch-dev libopenblas0-openmp libarchive-dev libprotozero-dev libzstd-dev
}

# install PACKAGE...: what is not there yet, by apt, as root or with sudo.
install() {
    local package missing=() as_root=()
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "packages are missing and there is neither root nor sudo; install: ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing by apt: ${missing[*]}"
    "${as_root[@]}" apt-get update -q >"$log/apt" 2>&1 || die "apt-get update failed (no network?): $(tail -n 1 "$log/apt")"
    # Not through a package that would be taken away or lowered for it.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends --no-remove \
        "${missing[@]}" >"$log/apt" 2>&1 || die "apt-get install failed: $(grep '^E:' "$log/apt" | head -n 1)"
}

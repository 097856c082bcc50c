# shellcheck shell=bash
# What ops/test, ops/run and .ci/run share: steps that say what they do, and what a fresh Debian 12 lacks.
# Steps speak on stderr, so that stdout belongs to the program.

readonly swift_version_min=6.3
readonly apt_lock_wait_seconds_max=300

# What Swift's own programs load, a C compiler to link with, the C libraries that Bifrost wraps, and a database
# server to run. The cluster that Debian creates with it is never used, started or stopped.
readonly debian_packages=(
    libcurl4 libncurses6 libsqlite3-0 zlib1g
    ca-certificates g++ git pkg-config python3
    libpq-dev librabbitmq-dev liblz4-dev
    postgresql protobuf-compiler
)

say() { printf '==> %s\n' "$*" >&2; }

# fail WHAT REMEDY
fail() {
    printf 'error: %s\n' "$1" >&2
    printf '  fix: %s\n' "$2" >&2
    exit 1
}

# step WHAT REMEDY COMMAND…
step() {
    local what=$1 remedy=$2
    shift 2
    say "$what"
    "$@" || fail "$what: \`$*\` failed" "$remedy"
}

# need_packages [MORE…]
need_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "No dpkg here: expecting the equivalents of ${debian_packages[*]}"
        return
    fi
    local package missing=()
    for package in "${debian_packages[@]}" "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    if ((${#missing[@]} == 0)); then
        say "System packages are all installed"
        return
    fi
    local by_hand="as root: apt-get update && apt-get install ${missing[*]}"
    local as_root=() apt_options=(-qq -o "DPkg::Lock::Timeout=$apt_lock_wait_seconds_max")
    if ((EUID != 0)); then
        as_root=(sudo)
        [[ -t 0 ]] || as_root=(sudo -n) # nobody is there to type a password
        "${as_root[@]}" true || fail "these packages are missing and sudo does not work here" "$by_hand"
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    say "Refreshing the list of packages"
    "${as_root[@]}" apt-get "${apt_options[@]}" update >&2 ||
        say "apt-get update failed; going on with the list that is here"
    step "Installing ${missing[*]}" "$by_hand" \
        "${as_root[@]}" apt-get "${apt_options[@]}" install --yes --no-install-recommends "${missing[@]}" >&2
}

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# Puts a Swift that is new enough on PATH.
need_swift() {
    local folder text found=()
    for folder in "" /opt/swift/usr/bin; do
        text=$(PATH=${folder:+$folder:}$PATH swift --version 2>&1) || true
        if [[ ! $text =~ Swift\ version\ ([0-9]+\.[0-9]+) ]]; then
            found+=("in ${folder:-PATH}: ${text##*$'\n'}")
        elif is_new_enough "${BASH_REMATCH[1]}"; then
            PATH=${folder:+$folder:}$PATH
            say "Swift ${BASH_REMATCH[1]} at $(command -v swift)"
            return
        else
            found+=("in ${folder:-PATH}: Swift ${BASH_REMATCH[1]}")
        fi
    done
    printf '%s\n' "${found[@]}" >&2
    fail "expected Swift $swift_version_min or newer, was as above" \
        "install it from https://www.swift.org/install/linux/ and put its usr/bin on PATH"
}

is_new_enough() {
    local major=${1%%.*} minor=${1#*.}
    local major_min=${swift_version_min%%.*} minor_min=${swift_version_min#*.}
    ((major > major_min || (major == major_min && minor >= minor_min)))
}

readonly server_ready_seconds_max=120
server=
server_url=

# start_server BIFROST DATA_DIR LOG: `bifrost up` on a free port; sets server_url.
start_server() {
    local log=$3 end=$((SECONDS + server_ready_seconds_max))
    "$1" up --data-dir "$2" --port 0 >"$log" 2>&1 &
    server=$!
    until server_url=$(grep --only-matching --max-count=1 'http://127.0.0.1:[0-9]*' "$log"); do
        if ((SECONDS >= end)) || ! kill -0 "$server" 2>/dev/null; then
            cat "$log" >&2
            return 1
        fi
        sleep 0.2
    done
}

# Ends what start_server started, if it did.
stop_server() {
    [[ -n $server ]] || return 0
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
}

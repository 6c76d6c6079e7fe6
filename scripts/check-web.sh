#!/usr/bin/env bash
# Whether the committed pages are what their sources build to. Exit status 77, with a word: it could not be checked
# here, because there is no Node or its packages cannot be fetched.
#
#   check-web.sh             compares
#   check-web.sh --tests     and runs the browser tests (Chromium)
#   check-web.sh --real      the live page of the real program in Chromium, over its default model; some minutes. The
#                            program: build/bin/retort, or RETORT_PROGRAM
#   check-web.sh --smoke     of --real the first look alone: some seconds
set -uo pipefail
. "$(dirname "$0")/common.sh"

skip() {
    say "   skipped: $*"
    exit 77
}

node_is_new_enough() {
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)'
}

fetch_packages() {
    [ node_modules/.package-lock.json -nt package-lock.json ] || quietly npm ci --ignore-scripts --no-audit --no-fund
}

check_page() { # its name, in its folder
    quietly npx tsc || die "the page's types do not check: cd web/$1 && npx tsc"
    quietly npx vite build --outDir "$log/$1" || die "the page does not build: cd web/$1 && npm run build"
    cmp "$log/$1/$1.html" "dist/$1.html" >&2 ||
        die "web/$1/dist/$1.html is not what its sources build to: cd web/$1 && npm ci && npm run build, and commit it"
}

command -v node >/dev/null && command -v npm >/dev/null || skip "no Node here; the pages were not built again"
node_is_new_enough || skip "Node $(node --version) is too old; 20.19, 22.12 or newer builds the pages"

test_real() { # npm's name of the tests
    local chromium=${RETORT_CHROMIUM:-/usr/bin/chromium}
    export RETORT_PROGRAM=${RETORT_PROGRAM:-$root/build/bin/retort}
    [ -x "$chromium" ] || skip "no Chromium at $chromium"
    [ -x "$RETORT_PROGRAM" ] || die "there is no program $RETORT_PROGRAM: build Retort first, or name it by RETORT_PROGRAM"
    RETORT_PROGRAM=$(realpath "$RETORT_PROGRAM")
    cd "$root/web/live"
    fetch_packages || skip "npm ci failed; the live page was not opened"
    npm run "$1"
}

case ${1:-} in
    --real | --smoke)
        test_real "test:${1#--}"
        exit
        ;;
    "" | --tests) ;;
    *) die "unknown option \"$1\"; known are: --tests, --real, --smoke" ;;
esac

for page in report live; do
    cd "$root/web/$page"
    fetch_packages || skip "npm ci failed; the pages were not built again"
    check_page "$page"
done
[ "${1:-}" = --tests ] || exit 0

status=0
for page in report live; do
    cd "$root/web/$page"
    npm test || status=1
done
exit "$status"

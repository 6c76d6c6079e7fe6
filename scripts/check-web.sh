#!/usr/bin/env bash
# Whether the committed pages are what their sources build to. Exit status 77, with a word: it could not be checked
# here, because there is no Node or its packages cannot be fetched.
#
#   check-web.sh             compares
#   check-web.sh --tests     and runs the browser tests (Chromium)
set -uo pipefail
. "$(dirname "$0")/common.sh"
cd "$root/web/report"

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

command -v node >/dev/null && command -v npm >/dev/null || skip "no Node here; the pages were not built again"
node_is_new_enough || skip "Node $(node --version) is too old; 20.19, 22.12 or newer builds the pages"
fetch_packages || skip "npm ci failed; the pages were not built again"

quietly npx tsc || die "the page's types do not check: cd web/report && npx tsc"
quietly npx vite build --outDir "$log/dist" || die "the page does not build: cd web/report && npm run build"
cmp "$log/dist/report.html" dist/report.html >&2 ||
    die "web/report/dist/report.html is not what its sources build to: cd web/report && npm ci && npm run build, and commit it"
[ "${1:-}" = --tests ] || exit 0
npm test

#!/usr/bin/env bash
# From a fresh clone to answers: installs what is needed, builds the program, solves a problem, and shows what PDR gains
# over one long chain of thought on 100 problems. Nothing is fetched but packages and sources. Arguments are those of
# `retort solve`; with options among them that is all that is run. May run again, and is then quick.
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

configure() {
    local first=()
    # The tests need packages of their own; a build folder that has them keeps them.
    [ -e build/CMakeCache.txt ] || first=(-DRETORT_TESTS=OFF -DRETORT_EXAMPLES=OFF)
    quietly cmake --preset default "${first[@]}" || die "the build could not be configured; the reason stands above."
}

build() {
    # Its progress is shown on a terminal only.
    if [ -t 2 ]; then
        cmake --build build --target retort-cli >&2 || die "the build failed; the reason stands above."
    else
        quietly cmake --build build --target retort-cli || die "the build failed; the reason stands above."
    fi
}

has_options() {
    local argument
    for argument in "$@"; do
        case $argument in -*) return 0 ;; esac
    done
    return 1
}

# Of another model file the results are kept apart; of the same they are not asked for again.
compare() {
    local folder=build/quickstart
    local journal=$folder/$(cksum <models/countdown.gguf | tr ' ' -).db
    mkdir -p "$folder"
    build/bin/retort suite make countdown --count 100 --seed 2026 --out "$folder/problems.jsonl" >/dev/null 2>&1 &&
        build/bin/retort sweep experiments/quickstart.toml --suite "$folder/problems.jsonl" --journal "$journal" \
            --resume || return
    say ""
    say "cot: one long chain of thought. vote: a majority of drafts. pdr: 16 drafts,"
    say "then one call that reads four of their answers. b_seq: tokens on the longest"
    say "path to the answer, what you wait for; b_total: all tokens, what you pay."
    say ""
    say "what next: docs/tutorial.md"
}

check_machine 3
timed "packages" install $(packages_to_build)
[ -e build/bin/retort ] || say "building the program and llama.cpp; the first time this takes some minutes"
timed "configure" configure
timed "build" build

if [ "$#" -eq 0 ]; then
    set -- "Use 2, 9, 9, 14 to make 10" --seed 1
    say ""
    say "build/bin/retort solve \"$1\" --seed 1"
    timed "solve" build/bin/retort solve "$@"
elif has_options "$@"; then
    timed "solve" build/bin/retort solve "$@"
    exit
else
    timed "solve" build/bin/retort solve "$@"
fi
say ""
say "The same model, retort's own, on 100 problems that it never saw:"
say ""
timed "100 problems" compare

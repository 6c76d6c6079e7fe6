#!/usr/bin/env bash
# From a fresh clone to a first answer: installs what is needed, builds the program, gets the default model, and
# solves a problem. Arguments are those of `retort solve`. May run again, and is then quick.
set -euo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

model=smollm2-135m-instruct
# A model this small strays at temperature 1.
simple=(--temperature 0.4 --seed 1 'What color is the sky on a clear day?')

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

get_model() { build/bin/retort model pull "$model" >&2 || die "the model could not be fetched; the reason stands above."; }

check_machine 3
timed "packages" install $(packages_to_build)
[ -e build/bin/retort ] || say "building the program and llama.cpp; the first time this takes some minutes"
timed "configure" configure
timed "build" build
timed "model $model" get_model

if [ "$#" -eq 0 ]; then
    say ""
    say "$model is here to try the machinery with. It has 135 million parameters, gets few sums right, and"
    say "strays from simple questions too. For answers that count: build/bin/retort solve --url http://HOST:PORT/v1 --model NAME"
    say ""
    set -- "${simple[@]}"
    say "build/bin/retort solve ${simple[*]@Q}"
fi
timed "solve" build/bin/retort solve "$@"

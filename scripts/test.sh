#!/usr/bin/env bash
# Installs, builds, runs all tests; the last line sums them up. Goes on after a failure, to name all of them.
#
# What takes longer than a change should wait for (threads, long fuzzing, soak) is in check-slow.sh.
set -uo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

model=smollm2-135m-instruct
passed=0 failed=0 skipped=0
failures=()

count_one() { # NAME STATUS
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        failures+=("$1")
    fi
}

# check NAME COMMAND...: a timed stage that is one test by itself.
check() {
    local status=0
    timed "$@" || status=$?
    count_one "$1" "$status"
    return "$status"
}

attribute() { grep -m 1 '<testsuite' -A 8 "$1" | grep -o "\b$2=\"[0-9]*\"" | head -n 1 | tr -dc 0-9; }

# tests NAME FOLDER [OPTIONS of ctest]: its tests are counted one by one.
tests() {
    local name=$1 folder=$2 status=0 all bad out
    shift 2
    rm -f "$log/junit.xml"
    timed "$name" ctest --test-dir "$folder" --output-on-failure --no-tests=error -j "$jobs" \
        --output-junit "$log/junit.xml" "$@" >"$log/ctest" 2>&1 || status=$?
    if [ ! -s "$log/junit.xml" ]; then
        tail -n 30 "$log/ctest" >&2
        count_one "$name" 1
        return
    fi
    all=$(attribute "$log/junit.xml" tests) bad=$(attribute "$log/junit.xml" failures)
    out=$(($(attribute "$log/junit.xml" skipped) + $(attribute "$log/junit.xml" disabled)))
    passed=$((passed + all - bad - out)) failed=$((failed + bad)) skipped=$((skipped + out))
    printf '   %s: %d tests, %d failed, %d skipped\n' "$name" "$all" "$bad" "$out" >&2
    [ "$bad" -eq 0 ] || failures+=("$name ($bad)")
    if [ "$status" -ne 0 ]; then
        grep -v -E '^ *[0-9]+/[0-9]+ Test .* Passed|^ *Start ' "$log/ctest" | tail -n 150 >&2
        [ "$bad" -gt 0 ] || count_one "$name" "$status"
    fi
}

# Where there is no Node the committed page is taken as it is.
web_page() {
    local status=0
    timed "web page is current" bash scripts/check-web.sh || status=$?
    if [ "$status" -eq 77 ]; then skipped=$((skipped + 1)); else count_one "web page is current" "$status"; fi
}

# The live page of the program that was built, where there is a browser.
live_page() {
    local status=0
    timed "live page opens" quietly bash scripts/check-web.sh --smoke || status=$?
    if [ "$status" -eq 77 ]; then skipped=$((skipped + 1)); else count_one "live page opens" "$status"; fi
}

formatting() { git ls-files '*.h' '*.cpp' | xargs -r clang-format-19 --dry-run -Werror; }

build_default() {
    cmake --preset default -DRETORT_WERROR=ON -DRETORT_TESTS=ON -DRETORT_EXAMPLES=ON -DRETORT_LLAMA=ON \
        -DRETORT_LLAMA_TOOLS=ON -DRETORT_LLAMA_ONE_CPU=ON && cmake --build --preset default
}

# The real model's tests want its path, and those that compare logits want F32 weights.
get_model() {
    local path f32=build/model-f32.gguf
    path=$(build/bin/retort model pull "$model") || return 1
    if [ ! -s "$f32" ]; then
        build/bin/llama-quantize --allow-requantize "$path" "$f32.part" F32 && mv "$f32.part" "$f32" || return 1
    fi
    export RETORT_TEST_MODEL=$root/$f32 RETORT_TEST_SERVER=$root/build/bin/llama-server
}

# Our own code sanitized, over the llama.cpp that was built and installed before.
build_asan() {
    local llama=(-DRETORT_LLAMA=OFF)
    [ ! -d build/install-check/moved ] ||
        llama=(-DRETORT_LLAMA=ON "-DCMAKE_PREFIX_PATH=$root/build/install-check/moved")
    cmake --preset asan "${llama[@]}" -DRETORT_TESTS=ON -DRETORT_FUZZ_SECONDS=10 && cmake --build --preset asan
}

began=$SECONDS
check_machine 6
timed "packages" install $(packages_to_build) $(packages_to_test)

check "formatting" formatting
web_page
if check "build, default preset" quietly build_default; then
    timed "model $model" quietly get_model || say "   no model: the tests that need it are skipped"
    tests "unit, end to end, examples" build
    live_page
    check "installed package" quietly bash scripts/check-install.sh build
fi
if check "build, address and undefined" quietly build_asan; then
    tests "unit, sanitized" build-asan -LE 'fuzz|e2e|model|train|torch'
    tests "fuzz, corpus and 10 s each" build-asan -L fuzz
fi

say "-- in all $((SECONDS - began)) s"
for failure in "${failures[@]}"; do say "failed: $failure"; done
summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary+=", $skipped skipped"
echo "$summary"
[ "$failed" -eq 0 ]

#!/usr/bin/env bash
# What takes longer than a change should wait for; run before a release.
#
#   check-slow.sh [PART...]        all parts, or those named:
#
#   tsan     unit tests under ThreadSanitizer
#   fuzz     each fuzz target for FUZZ_MINUTES (6)
#   soak     FAULT_RUNS (1000) runs over a failing server; KILLS (200) kills and resumes of solve, EVAL_KILLS (50) of
#            eval; for SOAK_MINUTES (10) real runs, in process and over llama-server, repeated
#   gateway  retort serve at 100 requests of pdr:4,2 a second for GATEWAY_SOAK_MINUTES (10); for GATEWAY_CHAOS_MINUTES (30)
#            with servers, clients and settings that fail and change; HANG_UPS (1000) of clients
#   train    TRAIN_KILLS (50) kills and resumes of a training run
#   tinker   training on a real server that speaks the Tinker protocol (installed into TINKER_DIR, by pip; Python 3.12 or 3.13):
#            it learns; TINKER_KILLS (20) kills and restarts of client and server
#   tokenizers  ids and chat templates of real models against Python's tokenizers and transformers (by pip)
#   miniature  experiments/miniature/run.sh at its smallest, killed in each of its phases
#   bench    ten thousand calls in flight; in process against llama-server
#   tidy     clang-tidy
#   web      the pages in Chromium, the live one also over the real program (needs Node)
#   report   a report of 100,000 calls within its time and memory; exports read by Inspect's own package (by pip)
set -uo pipefail
. "$(dirname "$0")/common.sh"
cd "$root"

known=(tsan fuzz soak gateway train tinker tokenizers miniature bench tidy web report)
failures=()

build_all() {
    cmake --preset default -DRETORT_TESTS=ON -DRETORT_BENCH=ON -DRETORT_LLAMA_TOOLS=ON && cmake --build --preset default
}

get_model() { build/bin/retort model pull smollm2-135m-instruct; }

part_tsan() {
    cmake --preset tsan -DRETORT_TESTS=ON && cmake --build --preset tsan &&
        ctest --preset tsan -j "$jobs" -LE 'e2e|model|fuzz'
}

part_fuzz() {
    cmake --preset fuzz -DRETORT_FUZZ_SECONDS=$((${FUZZ_MINUTES:-6} * 60)) && cmake --build --preset fuzz &&
        ctest --preset fuzz -j "$jobs" -L fuzz
}

part_soak() {
    local model end
    quietly build_all && model=$(get_model) || return 1
    RETORT_FAULT_RUNS=${FAULT_RUNS:-1000} build/bin/test_engine_http --gtest_filter='*ault*' || return 1
    python3 scripts/check-kill.py build/bin/retort build/bin/retort-mock-server "${KILLS:-200}" solve || return 1
    python3 scripts/check-kill.py build/bin/retort build/bin/retort-mock-server "${EVAL_KILLS:-50}" eval || return 1
    end=$((SECONDS + ${SOAK_MINUTES:-10} * 60))
    export RETORT_TEST_MODEL=$model RETORT_TEST_SERVER=$root/build/bin/llama-server
    while [ "$SECONDS" -lt "$end" ]; do
        ctest --preset default -L 'e2e|model' || return 1
    done
}

part_gateway() {
    local status=0
    quietly build_all || return 1
    scripts/check-gateway.py soak --minutes "${GATEWAY_SOAK_MINUTES:-10}" || status=1
    scripts/check-gateway.py chaos --minutes "${GATEWAY_CHAOS_MINUTES:-30}" || status=1
    scripts/check-gateway.py hang-ups --hang-ups "${HANG_UPS:-1000}" || status=1
    return "$status"
}

part_train() { quietly build_all && RETORT_TRAIN_KILLS=${TRAIN_KILLS:-50} ctest --preset default -L train; }

part_tinker() {
    quietly build_all && scripts/check-tinker.py --kills "${TINKER_KILLS:-20}" ${TINKER_DIR:+--server "$TINKER_DIR"}
}

part_tokenizers() { quietly build_all && install python3-venv && python3 scripts/check-tokenizers.py; }

part_miniature() { quietly build_all && install python3-matplotlib && python3 scripts/check-miniature.py; }

part_bench() {
    local model port server status=0
    quietly build_all && model=$(get_model) || return 1
    build/bin/retort-mock-server --latency-ms 3000 --between-ms 2000 --tokens 200 --stream-chunks 20 >"$log/port" &
    server=$!
    while [ ! -s "$log/port" ]; do sleep 0.1; done
    port=$(cat "$log/port")
    build/bin/inflight_bench --url "http://127.0.0.1:$port/v1" --calls "${CALLS:-10000}" || status=1
    kill "$server"
    bench/llama_vs_server.sh "$model" --bin build/bin --llama-bin build/bin || status=1
    return "$status"
}

part_web() { quietly build_all && install chromium && bash scripts/check-web.sh --tests && bash scripts/check-web.sh --real; }

part_report() { quietly build_all && install python3-venv && python3 scripts/check-report.py build/bin; }

part_tidy() { cmake --preset tidy && cmake --build --preset tidy; }

[ "$#" -gt 0 ] || set -- "${known[@]}"
for part in "$@"; do
    [[ " ${known[*]} " == *" $part "* ]] || die "unknown part \"$part\"; known are: ${known[*]}"
done
check_machine 10
timed "packages" install $(packages_to_build) $(packages_to_test) clang-tidy-19
for part in "$@"; do
    timed "$part" "part_$part" || failures+=("$part")
done
for failure in "${failures[@]}"; do say "failed: $failure"; done
echo "$(($# - ${#failures[@]})) passed, ${#failures[@]} failed"
[ "${#failures[@]}" -eq 0 ]

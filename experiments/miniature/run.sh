#!/usr/bin/env bash
# The paper in miniature: trains small models, evaluates them, and writes tables and a report. Goes on where it stopped;
# what stands in results/ is not done again.
#
#   experiments/miniature/run.sh                 all, in hours
#   experiments/miniature/run.sh sft base        some of its stages: sft, base, parts, arms, ceiling, latency, report
#   experiments/miniature/run.sh --quick         the same shape, smaller, into a folder of its own (19 minutes on two quiet cores)
#   experiments/miniature/run.sh --smoke         the same shape in a minute: whether it runs; its figures say nothing
#
# Needs Python with numpy and matplotlib (Debian: python3-matplotlib). PYTHON: which (default: /usr/bin/python3).
# RETORT: the program (default: build/bin/retort). RETORT_RUNS: where runs are kept (default: ~/.cache/retort/runs).
# MINIATURE_ARMS, MINIATURE_SEEDS: only these, as in MINIATURE_SEEDS="1 2". Arms train with one thread: start one run.sh for
# each core, of different seeds.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
retort=${RETORT:-$here/../../build/bin/retort}
python=("${PYTHON:-/usr/bin/python3}" -B)
results=$here/results
runs=${RETORT_RUNS:-$HOME/.cache/retort/runs}/miniature
size=full

say() { printf '%s\n' "$*" >&2; }
die() {
    say "error: $*"
    exit 1
}

# One at a time works on a run. Its children hold the lock too: where run.sh was killed alone, they still write.
alone() { # NAME
    local lock
    exec {lock}>"$runs/$1.lock"
    flock -n "$lock" || die "$1 is being made by another run.sh, or by a training that one left behind (fuser $runs/$1.lock)"
}

# Trains in a folder of its own, or goes on there.
train() { # FOLDER FILE KEY=VALUE...
    local folder=$1 file=$2 status=0
    shift 2
    if [ -e "$folder/config.toml" ]; then set -- "$@" --resume; fi
    "$retort" train "$file" run="$folder" "$@" || status=$?
    [ "$status" -eq 0 ] || die "$folder: training ended with status $status; start run.sh again to go on"
}

# Evaluates a model, one method after another; keeps what came of each problem. Interrupted, it goes on with the method that
# it was at.
evaluate() { # NAME FILE MODEL PROBLEMS OUT KEY=VALUE...
    local folder=$runs/$1 file=$2 model=$3 problems=$4 out=$5 methods i part
    [ -e "$out" ] && return
    alone "$1"
    shift 5
    say "== evaluating $model"
    mapfile -t methods < <("${python[@]}" "$here/collect.py" methods "$file")
    if [ "$size" = smoke ]; then methods=("$(IFS=';' && printf '%s' "${methods[*]}")"); fi # starting takes longer than evaluating
    mkdir -p "$folder-parts"
    for i in "${!methods[@]}"; do
        part=$folder-parts/$i.csv.gz
        [ -e "$part" ] && continue
        rm -rf "$folder"
        "$retort" train "$file" run="$folder" model.from="$model" eval.suite="$problems" eval.operators="${methods[i]}" "$@" \
            "${smaller_eval[@]}" || die "$folder: the evaluation failed"
        "${python[@]}" "$here/collect.py" samples "$folder/rollouts.db" "$part.new"
        mv "$part.new" "$part"
    done
    "${python[@]}" "$here/collect.py" join "$out.part" "$folder-parts"/*.csv.gz
    mv "$out.part" "$out"
    rm -rf "$folder" "$folder-parts"
}

# The metrics of a run, without those of the clock, and its configuration, without those of the machine.
keep_run() { # RUN OUT
    sed -E -e 's| *#.*||' -e 's|^run = .*|run = ""|' -e '/^(model\.from|eval\.suite) /s|"[^"]*/|"|' "$1/config.toml" >"$2.toml"
    "${python[@]}" "$here/collect.py" metrics "$1/metrics.jsonl" "$2.jsonl"
}

# 300 problems to choose by and 500 to tell by: distinct, of the test split.
make_problems() { # KIND PREFIX
    mkdir -p "$runs"
    [ -e "$runs/$2test.jsonl" ] && return
    "$retort" suite make "$1" --count 800 --seed 1123 --out "$runs/$2all.jsonl" >/dev/null 2>&1
    head -n 300 "$runs/$2all.jsonl" >"$runs/$2validation.jsonl"
    sed -n "301,$((300 + tests))p" "$runs/$2all.jsonl" >"$runs/$2test.part"
    mv "$runs/$2test.part" "$runs/$2test.jsonl"
}

# What a training showed, and its model last: that it is there says that it is done.
keep_trained() { # NAME
    keep_run "$runs/$1" "$results/$1"
    cp "$runs/$1/model.gguf" "$results/$1.gguf.part"
    mv "$results/$1.gguf.part" "$results/$1.gguf"
}

sft() { # NAME
    [ -e "$results/$1.gguf" ] && return
    alone "$1"
    say "== $1"
    train "$runs/$1" "$here/$1.toml" "${smaller_sft[@]}"
    keep_trained "$1"
}

stage_sft() {
    sft sft
}

stage_base() {
    local group
    for group in budgets distillers rounds others; do
        evaluate "$group" "$here/evaluate/$group.toml" "$results/sft.gguf" "$runs/test.jsonl" "$results/base-$group.csv.gz"
    done
}

# The second task.
stage_parts() {
    sft parts-sft
    evaluate parts "$here/evaluate/parts.toml" "$results/parts-sft.gguf" "$runs/parts-test.jsonl" "$results/parts.csv.gz"
}

# An arm is what it was trained by, what it learnt and how it did, in that order: the last one there says that it is done.
arm() { # NAME SEED FROM KEY=VALUE...
    local name=$1-s$2 seed=$2 from=$3 task='' fewer=()
    if [[ "$1" = parts-* ]]; then task=parts-; fi
    if [ "$seed" -gt 2 ]; then fewer=(eval.samples=2); fi # five seeds tell as much of two samples as two seeds of four
    shift 3
    [ -e "$results/$name.csv.gz" ] && return
    [ "$from" = "${task}sft" ] || from=$from-s$seed
    [ -e "$results/$from.gguf" ] || die "$name goes on from $from, which is not there yet: run that first"
    if [ ! -e "$results/$name.gguf" ]; then
        alone "$name"
        say "== $name"
        train "$runs/$name" "$here/${task}rl.toml" model.from="$results/$from.gguf" seed="$seed" "$@" "${smaller_rl[@]}"
        keep_trained "$name"
    fi
    evaluate "$name-eval" "$here/evaluate/${task}arm.toml" "$results/$name.gguf" "$runs/${task}test.jsonl" \
        "$results/$name.csv.gz" seed="$seed" "${fewer[@]}"
    rm -rf "${runs:?}/$name"
}

wanted() { # NAME LIST: in it, or there is none
    [ -z "$2" ] || [[ " $2 " == *" $1 "* ]]
}

stage_arms() {
    local tier seed name of from settings
    for tier in 1 2 3; do
        for seed in ${seeds_of[tier]}; do
            wanted "$seed" "${MINIATURE_SEEDS:-}" || continue
            while read -r name of from settings; do
                [ "$of" = "$tier" ] && wanted "$name" "${MINIATURE_ARMS:-}" || continue
                # shellcheck disable=SC2086  # settings are words
                arm "$name" "$seed" "$from" $settings
            done < <(grep -v '^#' "$here/arms.txt")
        done
    done
}

stage_ceiling() {
    [ -e "$results/ceiling.csv" ] && return
    "${python[@]}" "$here/ceiling.py" "$runs/test.jsonl" >"$results/ceiling.csv.part"
    mv "$results/ceiling.csv.part" "$results/ceiling.csv"
}

# One sample at a time in process, so that it waits for nothing but its own calls.
stage_latency() {
    [ -e "$results/latency.csv" ] && return
    alone latency
    say "== latency"
    local method journals=()
    for method in cot/64 cot/128 cot/256 cot/512 sr:4/64 sr:8/64 pdr:4/48 pdr:8/48 pdr:16/48 pdr:32/48 pdr:8/96 \
        pdr:16/96 pdr:8,8/48 pdr:8,8,8/48; do
        journals+=("$runs/latency-${method/\//-}.db")
        "$retort" eval --suite "$runs/test.jsonl" --limit "$timed" --model "$results/sft.gguf" --operator "${method%/*}" \
            --think "${method#*/}" --distiller random --k 4 --temperature 0.7 --concurrency 1 --journal "${journals[-1]}" \
            --resume >/dev/null 2>"$runs/latency.log" || die "the latency of $method: $(tail -n 1 "$runs/latency.log")"
    done
    "${python[@]}" "$here/collect.py" latency "$results/latency.csv.part" "${journals[@]}"
    mv "$results/latency.csv.part" "$results/latency.csv"
    rm -f "$runs"/latency-*.db*
}

stage_report() {
    "${python[@]}" "$here/report.py" "$results"
}

case ${1:-} in
    --quick | --smoke)
        size=${1#--}
        runs=$runs-$size
        results=$runs/results
        shift
        ;;
esac
smaller_sft=() smaller_rl=() smaller_eval=() tests=500 timed=200 seeds_of=([1]="1 2 3 4 5" [2]="1 2" [3]="1 2")
case $size in
    quick)
        smaller_sft=(sft.steps=550 checkpoint_every=50)
        smaller_rl=(rl.steps=3 rl.prompts=16 checkpoint_every=1)
        smaller_eval=(eval.samples=1)
        tests=60 timed=10 seeds_of=([1]="1" [2]="1" [3]="1")
        ;;
    smoke)
        smaller_sft=(sft.steps=2 sft.batch_tokens=600)
        smaller_rl=(rl.steps=1 rl.prompts=2 rl.generations=2)
        smaller_eval=(eval.samples=1)
        tests=2 timed=1 seeds_of=([1]="1" [2]="" [3]="")
        ;;
esac
[ -x "$retort" ] || die "there is no $retort: build Retort first (scripts/quickstart.sh, then scripts/test.sh for the trainer)"
"${python[@]}" -c "import numpy, matplotlib" 2>/dev/null || die "${python[0]} has no numpy or matplotlib: apt-get install python3-matplotlib"
mkdir -p "$results"
make_problems countdown ""
make_problems countdown-parts parts-
[ "$#" -gt 0 ] || set -- sft base parts arms ceiling latency report
for stage in "$@"; do
    case $stage in
        sft | base | parts | arms | ceiling | latency | report) "stage_$stage" ;;
        *) die "unknown stage \"$stage\": expected sft, base, parts, arms, ceiling, latency or report" ;;
    esac
done

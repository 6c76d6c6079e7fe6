#!/usr/bin/env bash
# Runs the server of setup.sh in the foreground, on 127.0.0.1 only; Ctrl-C or SIGTERM ends it. What it keeps (SQLite
# database, checkpoints) lies in DIR/run: deleted, the server begins anew; two servers need two folders.
#
#   scripts/tinker/start.sh DIR PORT [OPTION...]       options of the server: --base-model FOLDER is another model
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ "$#" -ge 2 ] || { echo "usage: start.sh DIR PORT [OPTION...]" >&2; exit 2; }
cd "$1" # the base model's name is its path as given
[ -e venv/installed.txt ] || { echo "$1: expected a server; run $here/setup.sh $1 first" >&2; exit 2; }
mkdir -p run
export PATH="$PWD/venv/bin:$PATH" VIRTUAL_ENV="$PWD/venv" PYTHONPATH="$here/stand_ins"
export JAX_PLATFORMS=cpu JAX_COMPILATION_CACHE_DIR="$PWD/jax-cache" JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0
export HF_HUB_OFFLINE=1 UV_OFFLINE=1 UV_NO_CACHE=1
# One datum at a time, 64 samples side by side: the number of either compiles nothing anew.
backend='{"max_lora_adapters": 8, "max_lora_rank": 32, "train_micro_batch_size": 1, "sample_max_num_sequences": 64}'
# By `uv run`: the API starts its engine with what it reads from its parent's command line.
exec uv run --no-project -m skyrl.tinker.api --host 127.0.0.1 --port "$2" --base-model countdown \
    --backend jax --backend-config "$backend" \
    --checkpoints-base "$PWD/run/checkpoints" --database-url "sqlite:///$PWD/run/tinker.db" "${@:3}"

#!/usr/bin/env bash
# Installs a training server that speaks the Tinker protocol (skyrl, on the CPU) into a folder, and Retort's default
# model as its base model. One to four minutes and 1 GB; nothing is fetched later. Run again, it does what is not done yet.
#
#   scripts/tinker/setup.sh DIR        PYTHON names an interpreter (3.12 or 3.13) where none such is found
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
[ "$#" -eq 1 ] || { echo "usage: setup.sh DIR" >&2; exit 2; }

fits() { "$1" -c 'import sys; sys.exit(not (3, 12) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.13 python3.12 python3 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[23].*/bin/python}; do
        if fits "$candidate"; then echo "$candidate"; return; fi
    done
    echo "expected Python 3.12 or 3.13, found none; install one and name it: PYTHON=/path/to/python3.12 $0 ..." >&2
    return 1
}

mkdir -p "$1" && cd "$1"
if ! cmp -s "$here/requirements.txt" venv/installed.txt; then
    python=$(find_python)
    rm -rf venv
    "$python" -m venv venv
    venv/bin/pip install --quiet --disable-pip-version-check --no-compile --no-deps --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" venv/installed.txt # last: an installation that was cut short is begun anew
fi
if [ ! -e countdown/config.json ]; then
    rm -rf countdown countdown.part
    venv/bin/python "$root/tests/tools/gguf_to_hf.py" "$root/models/countdown.gguf" countdown.part
    mv countdown.part countdown
fi
echo "installed; start it with scripts/tinker/start.sh $1 PORT: it is up when it says \"Uvicorn running\"" >&2

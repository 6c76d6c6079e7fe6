#!/usr/bin/env bash
# check-install.sh BUILD: installs a build into a folder of its own and builds and runs examples/ against that alone,
# as a user of the CMake package would.
set -euo pipefail
. "$(dirname "$0")/common.sh"

build=$(cd "${1:?usage: check-install.sh BUILD_FOLDER}" && pwd)
prefix=$build/install-check/prefix
rm -rf "$build/install-check"
cmake --install "$build" --prefix "$prefix" >/dev/null
# Moved, so that nothing that works only in the place of installation goes unseen.
mv "$prefix" "$build/install-check/moved"
prefix=$build/install-check/moved

"$prefix/bin/retort" --version
[ ! -e "$build/bin/retort-train" ] || "$prefix/bin/retort" train --version
cmake -S "$root/examples" -B "$build/install-check/examples" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_PREFIX_PATH="$prefix"
cmake --build "$build/install-check/examples"
ctest --test-dir "$build/install-check/examples" --output-on-failure --no-tests=error

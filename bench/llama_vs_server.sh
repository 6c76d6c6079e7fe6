#!/bin/sh
# Drafts over one shared prompt: in process against llama-server (as many concurrent requests; one request with n) and
# against llama.cpp's batched bench, the limit. All alternate within one run; the medians are printed. Takes about ten
# minutes; not part of the checks.
#
#     bench/llama_vs_server.sh MODEL.gguf [--repeat 5] [--threads 2] [--drafts 16] [--prompt 1024] [--tokens 128]
#                              [--bin build/bin] [--llama-bin build/bin] [--only NAME,NAME] [--json FILE]
exec python3 "$(dirname "$0")/llama_vs_server.py" "$@"

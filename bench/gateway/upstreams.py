"""What stands behind the proxies: answers that cost next to nothing, so that the proxies are what is measured.

Two servers of one nginx: `whole` answers with a chat completion, `streamed` with a stream of events that comes all at
once, as a chunked body. `chunks` is retort-mock-server, which writes a stream event by event.
"""
import json
import os
import sys
from dataclasses import dataclass

from gateway import processes

EVENTS = 50  # of a stream of `streamed`
CHUNKS = 16  # of a stream of `chunks`

MODELS = '{"object":"list","data":[{"id":"m","object":"model"}]}'

CONFIGURATION = """
worker_processes 1;
worker_rlimit_nofile {files};
daemon off;
pid {folder}/upstream.pid;
error_log {folder}/upstream.log error;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
    open_file_cache max=16;
    {temporary}
    root {folder}/answers;
    # A file is not served to a POST; the error's page is.
    error_page 405 =200 $uri;
    server {{
        listen 127.0.0.1:{whole} backlog=4096;
        location = /v1/models {{ default_type application/json; return 200 '{models}'; }}
        location = /v1/chat/completions {{ error_page 405 =200 /whole.json; try_files /whole.json =404; }}
        location = /whole.json {{ default_type application/json; }}
    }}
    server {{
        listen 127.0.0.1:{streamed} backlog=4096;
        location = /v1/models {{ default_type application/json; return 200 '{models}'; }}
        location = /v1/chat/completions {{ error_page 405 =200 /events; try_files /events =404; }}
        # What is added behind makes its length unknown, so that it is sent in chunks as streams are.
        location = /events {{ default_type text/event-stream; add_after_body /last; addition_types text/event-stream;
                              output_buffers 1 64k; }}
        location = /last {{ }}
    }}
}}
"""


@dataclass
class Upstream:
    url: str  # with /v1
    process: object


def temporary_folders(folder):
    """nginx wants to write below its own folders otherwise."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{kind}_temp_path {folder}/temporary-{kind};" for kind in kinds)


def event(content, finish=None):
    delta = {} if content is None else {"content": content}
    return "data: " + json.dumps({
        "id": "chatcmpl-benchmark", "object": "chat.completion.chunk", "created": 1700000000, "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}, separators=(",", ":")) + "\n\n"


def write_answers(folder):
    os.makedirs(folder)
    whole = {"id": "chatcmpl-benchmark", "object": "chat.completion", "created": 1700000000, "model": "m",
             "choices": [{"index": 0, "finish_reason": "stop",
                          "message": {"role": "assistant", "content": "Seventeen times 23 is 391. " * 20}}],
             "usage": {"prompt_tokens": 180, "completion_tokens": 160, "total_tokens": 340}}
    events = [event(f" word{i:02}") for i in range(EVENTS - 1)] + [event(None, "stop")]
    for name, text in (("whole.json", json.dumps(whole)), ("events", "".join(events)), ("last", "data: [DONE]\n\n")):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(text)


def start_fixed(programs, nginx, folder, core, files):
    write_answers(os.path.join(folder, "answers"))
    ports = {"whole": processes.free_port(), "streamed": processes.free_port()}
    path = os.path.join(folder, "upstream.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(CONFIGURATION.format(folder=folder, files=files, connections=min(files, 4096), models=MODELS,
                                        temporary=temporary_folders(folder), **ports))
    process = programs.start("upstream", [nginx, "-c", path, "-e", f"{folder}/upstream.log"], core)
    for port in ports.values():
        programs.wait_until_up(process, f"http://127.0.0.1:{port}/v1/models")
    return {name: Upstream(f"http://127.0.0.1:{port}/v1", process) for name, port in ports.items()}


def start_chunks(programs, mock_server, core):
    port = processes.free_port()
    process = programs.start("mock", [mock_server, "--port", port, "--tokens", 64, "--stream-chunks", CHUNKS,
                                      "--model", "m"], core)
    programs.wait_until_up(process, f"http://127.0.0.1:{port}/v1/models")
    return Upstream(f"http://127.0.0.1:{port}/v1", process)


def start_holding(programs, core):
    port = processes.free_port()
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hold_streams.py")
    process = programs.start("holding", [sys.executable, script, port], core)
    programs.wait_until_up(process, f"http://127.0.0.1:{port}/v1/models")
    return Upstream(f"http://127.0.0.1:{port}/v1", process)

#!/usr/bin/env python3
"""Tries `retort serve` with clients as others wrote them, unchanged: what they ask must come back as they expect it.

Installs the clients with pip and npm into a folder of its own, each Python client with an environment of its own
(some want different versions of the same package), starts a gateway over a fake model server, one over llama-server with
a small model and one with the default model in process, and runs scripts/clients/ against them:

    scripts/check-clients.py                                 all clients, the programs of build/bin
    scripts/check-clients.py --only "openai (Python)" llm    some of them
    scripts/check-clients.py --update --markdown table.md    the newest versions first; the table as Markdown too

Needs Python with venv, Node with npm, and the model smollm2-135m-instruct (fetched with `retort model pull` if it is not
there). Exits with 1 when a check fails.
"""

import argparse
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENTS_FOLDER = os.path.join(HERE, "clients")
sys.path.insert(0, CLIENTS_FOLDER)

import fake_server  # noqa: E402

SMALL_MODEL = "smollm2-135m-instruct"
CLIENT_TIME_S = 1500


@dataclass
class Client:
    name: str
    file: str
    packages: list


CLIENTS = [
    Client("openai (Python)", "with_openai.py", ["openai"]),
    Client("openai (Node)", "openai.mjs", ["openai"]),
    Client("litellm", "with_litellm.py", ["litellm"]),
    Client("langchain-openai", "with_langchain.py", ["langchain-openai"]),
    Client("instructor", "with_instructor.py", ["instructor"]),
    Client("pydantic-ai", "with_pydantic_ai.py", ["pydantic-ai-slim[openai]"]),
    Client("inspect-ai", "with_inspect.py", ["inspect-ai", "openai"]),
    Client("lm-eval", "with_lm_eval.py", ["lm-eval[api]"]),
    Client("llm", "with_llm.py", ["llm"]),
]


def is_node(client):
    return client.file.endswith(".mjs")


def folder_of(client, work):
    return os.path.join(work, re.sub(r"[^a-z]+", "-", client.name.lower()).strip("-"))


def quietly(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-3000:]}")
    return done.stdout


def install(client, work, update):
    """Into the client's folder, unless it is there; its last file says that all of it is."""
    folder = folder_of(client, work)
    done = os.path.join(folder, "installed")
    if os.path.exists(done) and not update:
        return
    print(f"installing {client.name}", file=sys.stderr)
    os.makedirs(folder, exist_ok=True)
    if is_node(client):
        quietly(["npm", "install", "--prefix", folder, *(package + "@latest" for package in client.packages)])
    else:
        quietly([sys.executable, "-m", "venv", folder])
        pip = [os.path.join(folder, "bin", "pip"), "install", "--no-input", "--quiet", "--upgrade"]
        quietly([*pip, *client.packages])
    with open(done, "w", encoding="utf-8") as file:
        file.write("\n".join(client.packages) + "\n")


def small_model(retort):
    """The path of its file, which is fetched if it is not there."""
    done = subprocess.run([retort, "model", "pull", SMALL_MODEL], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_until_healthy(url, process, patience_s=120):
    end = time.monotonic() + patience_s
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as reply:
            if reply.status == 200:
                return
        time.sleep(0.3)
    raise SystemExit(f"{process.args[0]} did not come up: see its log")


class Servers:
    """What the clients talk to, and what stands behind it, as long as this is open."""

    def __init__(self, programs, logs):
        self.programs = programs
        self.logs = logs
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()

    def start(self, name, command):
        with open(os.path.join(self.logs, name + ".log"), "w", encoding="utf-8") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def llama(self, model):
        port = free_port()
        process = self.start("llama-server", [
            os.path.join(self.programs, "llama-server"), "-m", model, "--alias", "smollm2", "--jinja",
            "--ctx-size", "8192", "--parallel", "2", "--port", str(port)])
        wait_until_healthy(f"http://127.0.0.1:{port}/health", process)
        return f"http://127.0.0.1:{port}/v1"

    def gateway(self, name, *options):
        port = free_port()
        process = self.start(name, [os.path.join(self.programs, "retort"), "serve", "--listen", f"127.0.0.1:{port}", *options])
        wait_until_healthy(f"http://127.0.0.1:{port}/ready", process)
        return f"http://127.0.0.1:{port}/v1"

    def all(self, model):
        behind = f"http://127.0.0.1:{fake_server.start().server_port}"
        # The small model is here to be spoken through, not to be right: it may say little, so that a busy machine keeps up.
        brief = ["--max-answer", "24", "--think", "0"]
        return {"behind": behind,
                "fake": self.gateway("gateway-fake", "--url", behind + "/v1", "--model", "fake"),
                "small": self.gateway("gateway-small", "--url", self.llama(model), "--model", "smollm2", *brief),
                "local": self.gateway("gateway-local")}


def command_for(client, work, places, results):
    file = os.path.join(CLIENTS_FOLDER, client.file)
    if is_node(client):
        return ["node", file, places, results, folder_of(client, work)]
    return [os.path.join(folder_of(client, work), "bin", "python"), "-B", file, places, results]


def broken(client, fault):
    return {"client": client.name, "version": "", "what": "its checks as a whole", "fault": fault}


def results_of(client, work, places, logs):
    """What each check of the client found."""
    results = os.path.join(logs, os.path.basename(folder_of(client, work)) + ".jsonl")
    open(results, "w", encoding="utf-8").close()
    print(f"trying {client.name}", file=sys.stderr)
    try:
        done = subprocess.run(command_for(client, work, places, results), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=CLIENT_TIME_S, check=False)
        fault = None if done.returncode == 0 else f"exit {done.returncode}: {done.stdout[-600:]}"
    except subprocess.TimeoutExpired:
        fault = f"not done after {CLIENT_TIME_S} s"
    with open(results, encoding="utf-8") as file:
        found = [json.loads(line) for line in file]
    return found + ([broken(client, fault)] if fault else [])


def verdict(result):
    return "passed" if result["fault"] is None else "FAILED: " + " ".join(result["fault"].split())


def rows_of(results):
    return [(one["client"], one["version"], one["what"], verdict(one)) for one in results]


def print_table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print(" | ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[3]]))


def write_markdown(rows, path):
    def line(cells):
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
    with open(path, "w", encoding="utf-8") as file:
        file.write(line(["client", "version", "what was run", "result"]) + line(["---"] * 4))
        file.writelines(line(row) for row in rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", default=os.path.join(HERE, "..", "build", "bin"), help="folder of retort and llama-server")
    parser.add_argument("--work", default="~/.cache/retort/clients", help="folder for the clients (default: %(default)s)")
    parser.add_argument("--only", nargs="+", metavar="CLIENT", choices=[client.name for client in CLIENTS])
    parser.add_argument("--update", action="store_true", help="the newest versions, though others are there")
    parser.add_argument("--markdown", metavar="FILE", help="the table as Markdown as well")
    return parser.parse_args()


def main():
    asked = arguments()
    work = os.path.abspath(os.path.expanduser(asked.work))
    clients = [client for client in CLIENTS if not asked.only or client.name in asked.only]
    for client in clients:
        install(client, work, asked.update)
    model = small_model(os.path.join(asked.programs, "retort"))
    logs = tempfile.mkdtemp(prefix="check-clients-")
    results = []
    with Servers(asked.programs, logs) as servers:
        places = os.path.join(logs, "places.json")
        with open(places, "w", encoding="utf-8") as file:
            json.dump(servers.all(model), file)
        for client in clients:
            results += results_of(client, work, places, logs)
    rows = rows_of(results)
    print_table(rows)
    if asked.markdown:
        write_markdown(rows, asked.markdown)
    failed = sum(one["fault"] is not None for one in results)
    print(f"logs: {logs}")
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())

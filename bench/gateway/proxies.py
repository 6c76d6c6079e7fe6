"""The proxies that are measured, each started before one model server and pinned to one core."""
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from gateway import processes, upstreams

NGINX = """
worker_processes 1;
worker_rlimit_nofile {files};
daemon off;
pid {folder}/nginx-{port}.pid;
error_log {folder}/nginx-{port}.log error;
events {{ worker_connections {files}; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
    {temporary}
    upstream model {{ server {server}; keepalive 1024; keepalive_requests 1000000000; keepalive_timeout 3600s; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://model;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
            proxy_read_timeout 3600s;
        }}
    }}
}}
"""

LITELLM = """
model_list:
  - model_name: m
    litellm_params: {{model: openai/m, api_base: "{url}", api_key: none}}
litellm_settings: {{telemetry: false, set_verbose: false, num_retries: 0, callbacks: []}}
general_settings: {{disable_spend_logs: true, disable_error_logs: true}}
"""

# What its server imports. The rest of what it requires (PyTorch among it, several gigabytes) is for plugins and for
# models in process, which a request that is passed through does not touch.
OPTILLM_NEEDS = ["flask", "openai", "cerebras_cloud_sdk", "z3-solver<=4.15.4.0", "numpy", "networkx", "PyYAML", "aiohttp",
                 "tiktoken", "requests", "scikit-learn", "sympy", "math-verify"]


@dataclass
class Place:
    """Where proxies are installed, and what is written for one run."""
    work: str
    folder: str
    core: int
    files: int
    retort: str
    nginx: str


def quietly(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-2000:]}")
    return done.stdout.strip()


def environment_of(name, work, *installs):
    """A Python environment of its own, made unless it is there; its last file says that all of it is."""
    folder = os.path.join(work, name)
    if not os.path.exists(os.path.join(folder, "installed")):
        print(f"installing {name}", file=sys.stderr)
        quietly([sys.executable, "-m", "venv", "--clear", folder])
        for arguments in installs:
            quietly([os.path.join(folder, "bin", "pip"), "install", "--no-input", "--quiet", *arguments])
        open(os.path.join(folder, "installed"), "w", encoding="ascii").close()
    return folder


def version_of(package, folder):
    return quietly([os.path.join(folder, "bin", "python"), "-c",
                    f"import importlib.metadata; print(importlib.metadata.version('{package}'))"])


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Proxy:
    name = ""
    asks_streams = True  # of the server; one that does not is given whole answers and makes streams of them
    many_streams = True  # whether thousands at one time can be asked of it
    health = "/health"
    environment = {}

    def __init__(self, place):
        self.place = place
        self.version = ""

    def command(self, url, port):
        raise NotImplementedError

    def start(self, programs, url):
        port = processes.free_port()
        process = programs.start(f"{self.name}-{port}", self.command(url, port), self.place.core, self.environment)
        programs.wait_until_up(process, f"http://127.0.0.1:{port}{self.health}")
        return upstreams.Upstream(f"http://127.0.0.1:{port}/v1", process)


class Retort(Proxy):
    name = "retort"

    def __init__(self, place):
        super().__init__(place)
        said = quietly([place.retort, "--version"]).splitlines()
        self.version = said[0].split()[-1] + ", " + said[1]

    def command(self, url, port):
        return [self.place.retort, "serve", "--listen", f"127.0.0.1:{port}", "--url", url, "--model", "m", "--log", "off"]


class Nginx(Proxy):
    name = "nginx"
    health = "/v1/models"

    def __init__(self, place):
        super().__init__(place)
        self.version = quietly([place.nginx, "-v"]).split("/")[-1]

    def command(self, url, port):
        folder = self.place.folder
        text = NGINX.format(folder=folder, port=port, files=self.place.files, server=url.split("/")[2],
                            temporary=upstreams.temporary_folders(folder))
        path = write(os.path.join(folder, f"nginx-{port}.conf"), text)
        return [self.place.nginx, "-c", path, "-e", f"{folder}/nginx-{port}.log"]


class Litellm(Proxy):
    name = "litellm"
    many_streams = False
    health = "/health/liveliness"
    # Without a master key it looks up no keys; without the local map it asks the network for prices as it starts.
    environment = {"LITELLM_LOG": "ERROR", "LITELLM_MODE": "PRODUCTION", "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                   "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true"}

    def __init__(self, place):
        super().__init__(place)
        self.home = environment_of("litellm", place.work, ["litellm[proxy]"])
        self.version = version_of("litellm", self.home)

    def command(self, url, port):
        path = write(os.path.join(self.place.folder, f"litellm-{port}.yaml"), LITELLM.format(url=url))
        return [os.path.join(self.home, "bin", "litellm"), "--config", path, "--host", "127.0.0.1", "--port", port,
                "--num_workers", "1", "--telemetry", "False"]


class Optillm(Proxy):
    name = "optillm"
    asks_streams = False
    many_streams = False
    environment = {"OPENAI_API_KEY": "none"}

    def __init__(self, place):
        super().__init__(place)
        self.home = environment_of("optillm", place.work, ["--no-deps", "optillm"], OPTILLM_NEEDS)
        self.version = version_of("optillm", self.home)

    def command(self, url, port):
        return [os.path.join(self.home, "bin", "optillm"), "--approach", "none", "--base-url", url, "--model", "m",
                "--host", "127.0.0.1", "--port", port, "--log", "critical"]


ALL = {one.name: one for one in (Retort, Nginx, Litellm, Optillm)}


def program(name, package):
    """Its path; those of administrators are not on everybody's."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
    if not found:
        raise SystemExit(f"{name} is not installed: it comes with the package {package}")
    return found

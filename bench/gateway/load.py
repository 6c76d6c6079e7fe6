"""Requests at proxies: as many as go with wrk, at a constant rate with vegeta."""
import json
import os
import shutil
import subprocess
import sys

from gateway import processes

VEGETA = "github.com/tsenart/vegeta/v12@v12.13.0"
PATIENCE_S = 30  # with an answer
CONNECTIONS = 256  # at most at a constant rate: a moment's delay must not become a storm of new ones
KEEPS_UP = 0.95  # of the rate that was asked for

# One line of JSON at the end; times in microseconds.
WRK = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("{body}", "rb")
wrk.body = file:read("*a")
file:close()
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{{"duration": %d, "requests": %d, "bytes": %d, "p50": %d, "p99": %d, "errors": ' ..
    '{{"connect": %d, "read": %d, "write": %d, "status": %d, "timeout": %d}}}}\\n', summary.duration, summary.requests,
    summary.bytes, latency:percentile(50), latency:percentile(99), e.connect, e.read, e.write, e.status, e.timeout))
end
"""


def chat_body(streamed):
    """About a kilobyte, as a client would send it."""
    told = ("You are a careful assistant. Work through the problem step by step, check each step before you go on to the "
            "next, and write the final answer on a line of its own. ")
    asked = ("A train leaves the first town at 9:40 and travels at 80 km/h; another leaves the second town, 210 km away, "
             "at 10:10 and travels towards it at 100 km/h. At what time do they meet, and how far from the first town? ")
    return json.dumps({"model": "m", "stream": streamed, "temperature": 0.7, "top_p": 0.95, "max_tokens": 1024,
                       "messages": [{"role": "system", "content": told * 2},
                                    {"role": "user", "content": asked * 2}]}).encode()


class Load:
    """The generators, with what they send."""

    def __init__(self, wrk, vegeta, folder, core):
        self.wrk = wrk
        self.vegeta = vegeta
        self.folder = folder
        self.pinned = ["taskset", "-c", str(core)]
        for name, streamed in (("whole", False), ("streamed", True)):
            with open(self.file(name, "json"), "wb") as file:
                file.write(chat_body(streamed))
            with open(self.file(name, "lua"), "w", encoding="utf-8") as file:
                file.write(WRK.format(body=self.file(name, "json")))

    def file(self, kind, ending):
        return os.path.join(self.folder, f"{kind}.{ending}")

    def check(self, server, kind):
        """One request must come back as it should, before thousands are counted."""
        status, text = processes.fetch(server.url + "/chat/completions", chat_body(kind == "streamed"))
        good = text.rstrip().endswith("data: [DONE]") if kind == "streamed" else "choices" in json.loads(text)
        if status != 200 or not good:
            raise RuntimeError(f"status {status}, {text[-500:]}")

    def most(self, server, kind, concurrency, seconds):
        """As many requests as go, so many at a time."""
        busy = processes.cpu_seconds(server.process.pid)
        done = subprocess.run([*self.pinned, self.wrk, "-t", "1", "-c", str(concurrency), "-d", f"{seconds}s", "--timeout",
                               f"{PATIENCE_S}s", "-s", self.file(kind, "lua"), server.url + "/chat/completions"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        busy = processes.cpu_seconds(server.process.pid) - busy
        last = done.stdout.strip().rsplit("\n", 1)[-1]
        if not last.startswith("{"):
            raise RuntimeError(f"wrk: exit {done.returncode}, {done.stdout[-500:]}")
        said = json.loads(last)
        good = said["requests"] - said["errors"]["status"]
        return {"per_second": good / said["duration"] * 1e6, "requests": said["requests"], "errors": said["errors"],
                "p50_us": said["p50"] if said["requests"] else None, "p99_us": said["p99"] if said["requests"] else None,
                "cpu_us": busy * 1e6 / said["requests"] if said["requests"] else None,
                "core": busy / said["duration"] * 1e6}

    def steady(self, server, kind, rate, seconds):
        """Requests at a constant rate, whether answers come or not."""
        target = (f"POST {server.url}/chat/completions\nContent-Type: application/json\n@{self.file(kind, 'json')}\n")
        attack = subprocess.run([*self.pinned, self.vegeta, "attack", "-rate", f"{max(1, round(rate))}/s",
                                 "-duration", f"{seconds}s", "-timeout", f"{PATIENCE_S}s",
                                 "-connections", str(CONNECTIONS), "-max-connections", str(CONNECTIONS),
                                 "-max-workers", "4000", "-max-body", "0"],
                                input=target.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if attack.returncode != 0:
            raise RuntimeError(f"vegeta: exit {attack.returncode}, {attack.stderr.decode()[-500:]}")
        said = json.loads(subprocess.run([self.vegeta, "report", "-type", "json"], input=attack.stdout,
                                         stdout=subprocess.PIPE, check=True).stdout)
        errors = {"without an answer" if code == "0" else "status " + code: count
                  for code, count in said["status_codes"].items() if code != "200"}
        return {"asked_rate": rate, "rate": said["rate"], "kept_up": said["rate"] > KEEPS_UP * rate,
                "requests": said["requests"], "errors": errors, "said": said["errors"][:3],
                "p50_us": said["latencies"]["50th"] / 1e3, "p99_us": said["latencies"]["99th"] / 1e3}


def install_vegeta(work):
    """Built from the Go module proxy, unless it is there."""
    path = os.path.join(work, "bin", "vegeta")
    if os.path.exists(path):
        return path
    go = shutil.which("go", path=os.environ.get("PATH", "") + os.pathsep + "/usr/local/go/bin")
    if not go:
        raise SystemExit("vegeta, which sends at a constant rate, needs Go to be built: "
                         "install Go, or leave latency out of --parts")
    print("installing vegeta", file=sys.stderr)
    done = subprocess.run([go, "install", VEGETA], env={**os.environ, "GOBIN": os.path.dirname(path)},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"go install {VEGETA}: exit {done.returncode}\n{done.stdout[-2000:]}")
    return path

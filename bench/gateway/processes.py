"""Programs that run beside the measurement: started on one core, watched, and ended for certain."""
import contextlib
import os
import shlex
import signal
import socket
import subprocess
import time
import urllib.request

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def tree(pid):
    """The process and all below it; nginx works in a child, others may."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{one}/task"):
                with open(f"/proc/{one}/task/{task}/children", encoding="ascii") as file:
                    found += map(int, file.read().split())
    return found


def cpu_seconds(pid):
    total = 0
    for one in tree(pid):
        with contextlib.suppress(OSError), open(f"/proc/{one}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def memory(pid):
    """Bytes of the process and all below it: all that is resident, and what of it is no file."""
    total = {"VmRSS": 0, "RssAnon": 0}
    for one in tree(pid):
        with contextlib.suppress(OSError), open(f"/proc/{one}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                name = line.split(":")[0]
                if name in total:
                    total[name] += int(line.split()[1]) * 1024
    return total


def wait_until_idle(pid, patience_s):
    """Servers go on with requests whose client has left; the next measurement must not pay for them. Whether it came."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        before = cpu_seconds(pid)
        time.sleep(0.3)
        if cpu_seconds(pid) - before < 0.02:
            return True
    return False


def fetch(url, body=None, patience_s=60):
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"} if body else {})
    with urllib.request.urlopen(request, timeout=patience_s) as reply:
        return reply.status, reply.read().decode(errors="replace")


class Programs:
    """Those that were started, as long as this is open."""

    def __init__(self, logs):
        self.logs = logs
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in list(self.running):
            self.stop(process)

    def start(self, name, command, core, environment=None):
        path = os.path.join(self.logs, name + ".log")
        with open(path, "ab") as log:
            process = subprocess.Popen(["taskset", "-c", str(core), *map(str, command)], stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, env={**os.environ, **(environment or {})},
                                       start_new_session=True)
        process.log = path
        self.running.append(process)
        return process

    def stop(self, process):
        """A session of its own each: what a program started goes with it."""
        self.running.remove(process)
        for sign, patience_s in ((signal.SIGTERM, 3), (signal.SIGKILL, 10)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience_s)
                break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def wait_until_up(self, process, url, patience_s=90):
        end = time.monotonic() + patience_s
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(OSError):
                if fetch(url, patience_s=5)[0] == 200:
                    return
            time.sleep(0.2)
        with open(process.log, encoding="utf-8", errors="replace") as file:
            said = file.read()[-1500:]
        raise RuntimeError(f"{shlex.join(process.args)} did not come up:\n{said}")

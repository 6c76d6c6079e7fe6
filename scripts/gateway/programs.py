"""The gateway and the mock server as processes, and what the system and /metrics say of the gateway."""

import asyncio
import os
import re
import signal
import subprocess
import tempfile
import time

import wire

START_S = 60


def cores():
    """Of the gateway, and of all else."""
    ours = sorted(os.sched_getaffinity(0))
    return {ours[0]}, set(ours[1:2]) or {ours[0]}


def pin_this_process():
    os.sched_setaffinity(0, cores()[1])


def start(command, core, stderr, stdout=subprocess.DEVNULL):
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                            preexec_fn=lambda: os.sched_setaffinity(0, core))


def end(process, patience_s=60):
    """Its exit code; None: it had to be killed."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


class Mock:
    def __init__(self, program, *options):
        self.process = start([program, "--port", "0", *options], cores()[1], subprocess.DEVNULL, subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def close(self):
        end(self.process)
        self.process.stdout.close()


class Gateway:
    """Listens on a port of its own; what it says on stderr is kept until it is closed."""

    def __init__(self, program, *options):
        self.said = tempfile.NamedTemporaryFile(prefix="check-gateway-", suffix=".log")
        command = [program, "serve", "--listen", "127.0.0.1:0", "--log", "off", *options]
        self.process = start(command, cores()[0], self.said)
        self.port = self.wait_for_port()

    def log(self):
        with open(self.said.name, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_for_port(self):
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            found = re.search(r"serving http://127\.0\.0\.1:(\d+)/", self.log())
            if found:
                return int(found[1])
            time.sleep(0.05)
        end(self.process)
        raise SystemExit(f"the gateway did not come up: {self.log()}")

    def is_up(self):
        return self.process.poll() is None

    def resident(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def waited_s(self):
        """For its core, which others had."""
        with open(f"/proc/{self.process.pid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def close(self):
        code = end(self.process)
        said = self.log()
        self.said.close()
        return code, said


def parse_metrics(text):
    """Values by their name with its labels: 'retort_requests_total{handling="run",status="200"}'."""
    out = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            out[name] = float(value)
    return out


async def get(port, path):
    reader, writer = await wire.connect(port)
    try:
        writer.write(wire.request_bytes("GET", path, close=True))
        return await asyncio.wait_for(wire.read_reply(reader), 30)
    finally:
        wire.hang_up(writer)


async def metrics(port):
    return parse_metrics(bytes((await get(port, "/metrics")).body).decode())


def requests_by_label(values):
    """{(handling, status): count}, of what the gateway counted."""
    out = {}
    for name, value in values.items():
        found = re.fullmatch(r'retort_requests_total\{handling="(\w+)",status="(\d+)"\}', name)
        if found:
            out[found[1], int(found[2])] = int(value)
    return out


def labelled(values, name):
    return {one: value for one, value in values.items() if one.startswith(name + "{")}

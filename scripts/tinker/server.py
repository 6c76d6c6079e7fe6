"""The server of setup.sh as a process: started, waited for, killed, started again over the same files."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
READY_S = 120  # until the port answers; the engine behind it may still be loading, requests wait for it


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """In a process group of its own, so that a kill reaches its API and its engine alike. Used by one thread."""

    def __init__(self, installed, state):
        """`installed`: the folder of setup.sh. `state`: where database, checkpoints and server.log go."""
        self.installed = os.path.abspath(installed)
        self.state = os.path.abspath(state)
        self.port = free_port()  # kept over restarts: clients know the server by it
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        os.makedirs(self.state, exist_ok=True)
        command = [
            os.path.join(HERE, "start.sh"), self.installed, str(self.port),
            "--checkpoints-base", os.path.join(self.state, "checkpoints"),
            "--database-url", f"sqlite:///{self.state}/tinker.db",
        ]
        with open(os.path.join(self.state, "server.log"), "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def wait(self):
        """Until it answers. Raises when it has ended, or does not within READY_S."""
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with status {self.process.returncode}:\n{self.last_lines()}")
            try:
                with urllib.request.urlopen(self.url + "/api/v1/healthz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError(f"the server does not answer after {READY_S} s:\n{self.last_lines()}")

    def kill(self):
        """SIGKILL, to all that it began."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it had ended
        self.process.wait()

    def last_lines(self, count=20):
        with open(os.path.join(self.state, "server.log"), encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-count:])

"""The same weights here and on the server: the same log-probabilities, loss and steps? (tests/train/tinker/real_server_test.cpp)"""

import os
import subprocess

from server import Server

LIMIT_S = 600


def run(asked, folder, verdict):
    program = os.path.join(os.path.dirname(asked.retort), "test_tinker_real")
    with Server(asked.server, os.path.join(folder, "state")) as server:
        server.wait()
        done = subprocess.run(
            [program], env={**os.environ, "RETORT_TINKER_URL": server.url, "RETORT_TINKER_MODEL": asked.base},
            capture_output=True, text=True, check=False, timeout=LIMIT_S,
        )
    for line in done.stdout.splitlines():
        if "differ" in line:
            verdict.tell("measured", line)
    verdict.expect(done.returncode == 0 and "SKIPPED" not in done.stdout,
                   "log-probabilities, loss and steps are those of the local trainer")
    if done.returncode != 0:
        print(done.stdout)

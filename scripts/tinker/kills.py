"""kill -9 of the client and of the server at random moments: the run goes on, and comes to what an unbroken one comes to.

Weights are compared by how far two runs are apart, as a share of how far training led from the base model: a step that
was counted twice, or lost, moves that by about one part in the number of steps."""

import math
import os
import random
import shutil
import time

from client import Client
from server import Server
from weights import distance, read_tensors

ROW_TOLERANCE = 1e-3  # of a figure, relative; below it sums in another order
NOISE = 5e-5  # log-probabilities that the server computes in other company differ by up to 2.4e-5, and so what is made of two
WEIGHT_TOLERANCE = 1e-3
WORDS = ["save=f32", "checkpoint_every=2"]
LIMIT_S = 900  # of what is left of a run after a kill


class Torn:
    """One run that is killed until its kills are used up, and then left alone."""

    def __init__(self, client, server, moments, longest_s):
        self.client = client
        self.server = server
        self.moments = moments
        self.longest_s = longest_s
        self.kills = {"client": 0, "server": 0}
        self.ended_by_server = 0

    def kill(self):
        """One of the two. The server is there again at once, with what it has on its disk."""
        which = self.moments.choice(sorted(self.kills))
        self.kills[which] += 1
        if which == "client":
            self.client.kill()
            self.client.start("--resume")
        else:
            self.server.kill()
            self.server.start()

    def through(self, kills):
        """Until the run is done; at most so many kills."""
        self.client.start()
        while True:
            left = kills - sum(self.kills.values())
            status = self.client.wait(self.moments.uniform(0, self.longest_s) if left > 0 else LIMIT_S)
            if status == 0:
                return
            if status is None and left == 0:
                raise RuntimeError(f"not done {LIMIT_S} s after its last kill:\n{self.client.last_lines()}")
            if status is None:
                self.kill()
                continue
            if self.kills["server"] == self.ended_by_server:
                raise RuntimeError(f"retort train ended with status {status}:\n{self.client.last_lines()}")
            # It may give up when its server is gone; then it is resumed, as a person would.
            self.ended_by_server = self.kills["server"]
            self.server.wait()
            self.client.start("--resume")


def same(one, other):
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=ROW_TOLERANCE, abs_tol=NOISE)
    return one == other


def row_differences(whole, torn):
    """Texts. What the clock has a part in is left out."""
    if [row["step"] for row in whole] != [row["step"] for row in torn]:
        return [f"steps {[row['step'] for row in torn]}"]
    out = []
    for one, other in zip(whole, torn):
        for key in sorted(set(one) | set(other)):
            if key != "recovered" and not key.startswith("time/") and not same(one.get(key), other.get(key)):
                out.append(f"step {one['step']}: {key}: {one.get(key)} became {other.get(key)}")
    return out


def compare(whole, torn, base, number, verdict):
    differences = row_differences(whole.rows(), torn.rows())
    for text in differences[:10]:
        print(f"  {text}")
    verdict.expect(not differences, f"run {number}: the rows of the unbroken run ({len(differences)} differ)")
    model = read_tensors(whole.model)
    apart = distance(model, read_tensors(torn.model)) / distance(model, base)
    verdict.tell(f"run {number}: weights apart, of the way that training led", f"{apart:.2e}")
    verdict.expect(apart < WEIGHT_TOLERANCE, f"run {number}: the weights of the unbroken run")


def run(asked, folder, verdict):
    moments = random.Random(asked.seed)
    base = read_tensors(asked.base)
    with Server(asked.server, os.path.join(folder, "state")) as server:
        server.wait()

        def client(name):
            return Client(asked.retort, asked.config, server.url, os.path.join(folder, name), [*asked.words, *WORDS])

        with client("whole") as whole:
            whole_s = whole.whole(LIMIT_S)
        verdict.tell("seconds of the unbroken run", f"{whole_s:.0f}")
        kills, number = 0, 0
        while kills < asked.kills:
            number += 1
            began = time.monotonic()
            with client(f"torn-{number}") as one:
                torn = Torn(one, server, moments, whole_s / 5)
                torn.through(asked.kills - kills)
            verdict.tell(f"run {number}", f"{torn.kills['client']} kills of the client and {torn.kills['server']} of the "
                         f"server; {time.monotonic() - began:.0f} s")
            compare(whole, one, base, number, verdict)
            kills += sum(torn.kills.values())
            shutil.rmtree(one.run)

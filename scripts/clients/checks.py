"""What the checks of every Python client share: where the servers are, and how a check is named, run and told.

A client's file is run as `with_CLIENT.py PLACES.json RESULTS.jsonl`. The places are addresses: "fake" is a gateway
over the fake server, "small" one over a small model, "local" one with its model in process, "behind" the fake server.
"""

import importlib.metadata
import json
import sys
import time
import traceback
import urllib.request

ANSWER = "The answer is 10."
QUESTION = "What is 4 + 6?"
KEY = "not-a-secret"
PATIENCE_S = 400  # of the small model on a busy machine

with open(sys.argv[1], encoding="utf-8") as file:
    PLACES = json.load(file)


def seen():
    """What the fake server was asked so far."""
    with urllib.request.urlopen(PLACES["behind"] + "/seen", timeout=10) as reply:
        return json.load(reply)


def wait_until_asked(before, patience_s=15):
    """Until the fake server has got another request: who hangs up earlier has nothing to stop there."""
    end = time.monotonic() + patience_s
    while len(seen()["requests"]) <= before:
        assert time.monotonic() < end, "the model server was not asked"
        time.sleep(0.05)


def wait_until_left(before, patience_s=15):
    """Until the fake server notices that a stream was left; it does when it writes the next piece."""
    end = time.monotonic() + patience_s
    while seen()["left"] <= before:
        assert time.monotonic() < end, "the model server was still writing long after the client had hung up"
        time.sleep(0.2)


def same(found, expected):
    assert found == expected, f"expected {expected!r}, found {found!r}"


def raises(kind, call):
    """The error of that class that the call ends with."""
    try:
        found = call()
    except kind as error:
        return error
    raise AssertionError(f"expected {kind.__name__}, found the answer {found!r}")


def fault_of(error):
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({place.filename.rsplit('/', 1)[-1]}:{place.lineno})"


class Checks:
    def __init__(self, client, package):
        self.client = client
        self.version = importlib.metadata.version(package)
        self.checks = []

    def check(self, what):
        def add(function):
            self.checks.append((what, function))
            return function
        return add

    def run(self):
        with open(sys.argv[2], "a", encoding="utf-8") as results:
            for what, function in self.checks:
                began = time.monotonic()
                try:
                    function()
                    fault = None
                except Exception as error:  # of whatever kind: it is what is looked for here
                    fault = fault_of(error)
                took_s = round(time.monotonic() - began, 1)
                results.write(json.dumps({"client": self.client, "version": self.version, "what": what,
                                          "fault": fault, "took_s": took_s}) + "\n")
                results.flush()

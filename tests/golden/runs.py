"""The golden runs: what was asked, and the form in which results are compared."""

import json
import os
import re
from dataclasses import dataclass

FOLDER = os.path.dirname(os.path.abspath(__file__))
PROMPTS = os.path.join(FOLDER, "prompts")


@dataclass(frozen=True)
class Run:
    problem: str
    right: int  # what a draft says when it is not off by one
    arguments: tuple
    failures: int = 0  # so many requests are refused at first
    seed: int = 7


RUNS = {
    "cot": Run("What is 17 + 25?", 42, ("--operator", "cot")),
    "pdr-summary": Run("A crate holds 6 rows of 9 pears. How many pears are that?", 54, ("--operator", "pdr:4,2", "--distiller", "summary")),
    "pdr-topk": Run("What is 91 - 34?", 57, ("--operator", "pdr:3,2", "--distiller", "topk")),
    "sr-analysis": Run("How many minutes are 3 hours and 5 minutes?", 185, ("--operator", "sr:3,analysis"), seed=2),
    # One call at a time: else it is chance whose request is refused.
    "vote": Run("What is half of 268?", 134, ("--operator", "vote:4", "--reference", "134", "--in-flight", "1"), failures=1),
    "best": Run("How many days are 17 weeks?", 119, ("--operator", "best:4", "--reference", "119"), seed=5),
    "tournament": Run("What is 13 * 11?", 143, ("--operator", "tournament:5,2,3", "--judge-model", "mock-1")),
    "rsa": Run("How many edges has a prism over a heptagon?", 21, ("--operator", "rsa:4,2,2")),
}


def journal(name):
    return os.path.join(FOLDER, name + ".journal")


def expected(name):
    return os.path.join(FOLDER, name + ".json")


def replay_arguments(name):
    return ("solve", "--replay", journal(name), "--prompts", PROMPTS, "--json")


def without_times(output):
    """The bytes of a result, the clock's figures 0. Inside a text a key's quotes are escaped: texts stay as they are."""
    return re.sub(r'"wall_s":[-+.0-9e]+', '"wall_s":0', output)


def pretty(output):
    """A line a value, so that a difference is a line."""
    return json.dumps(json.loads(output), indent=1, ensure_ascii=False) + "\n"


def compact(text):
    """What pretty() was made from."""
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False) + "\n"

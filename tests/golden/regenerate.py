#!/usr/bin/env python3
"""Writes the golden results anew, after a change of behaviour that is meant.

    tests/golden/regenerate.py [--program build/bin/retort]                the results (.json), from the journals
    tests/golden/regenerate.py --record NAME [--record NAME]...            the journals of these runs too

A journal is recorded only when it must be: a new run, or a request that is now another one. Those that stay were
written by older versions, and that they still replay is part of what they are for; a new schema is no reason.
Look at the difference before it is committed.
"""

import argparse
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time

import runs

ROOT = os.path.dirname(os.path.dirname(runs.FOLDER))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
from mock_server import MockServer  # noqa: E402

MODEL = "mock-1"
PAGE_BYTES = 1024  # the tables are many and short
TIMES = {
    "session": ("opened",),
    "run": ("started",),
    "call": ("started",),
    "outcome": ("ended", "wall_s", "first_token_s"),
    "attempt": ("wall_s",),
    "event": ("at",),
}


def solution(run, seed):
    value = run.right + (seed % 4 == 0)
    return "Step %d of the sum, and once more to be sure.\nSOLUTION\nBy steps the result is \\boxed{%d}." % (seed % 9, value)


def scripted(run):
    """Replies by what the prompt asks for. Some drafts never come to an end; a selection is readable when asked again."""

    def reply(seed, prompt):
        time.sleep(0.4 * seed / 2**32)  # calls land in another order than they were asked, but always in the same
        if prompt.startswith("Select again"):
            return "SELECT: 1, 3"
        if prompt.startswith("Select"):
            return "The first and the last."
        if prompt.startswith("Score again"):
            return "SCORE: 40"
        if prompt.startswith("Score"):
            return "It looks fine." if seed % 3 == 0 else "SCORE: %d" % (seed % 101)
        if prompt.startswith("Compare"):
            return "Both are fine." if seed % 4 == 0 else "SELECT: %d" % (1 + seed % 2)
        if prompt.startswith("Summarise"):
            return "SOLUTION\n" + "The attempts agree on the way, not on the result. " * 6
        if prompt.startswith("Analyse"):
            return "SOLUTION\nThe last step %d is not justified." % (seed % 9)
        return "wait " * 200 if seed % 5 == 0 else solution(run, seed)

    return reply


def call_program(program, *arguments):
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        done = subprocess.run([program, *arguments], capture_output=True, text=True, env=environment, cwd=home, check=False)
    if done.returncode != 0:
        sys.exit("%s: exit %d: %s" % (" ".join(arguments), done.returncode, done.stderr))
    return done.stdout


def neutral(path, url):
    """Takes out what differs from machine to machine and from time to time, and leaves one small file."""
    database = sqlite3.connect(path)
    for table, columns in TIMES.items():
        database.execute("UPDATE %s SET %s" % (table, ", ".join(column + "=0" for column in columns)))
    database.execute("UPDATE session SET pid=0")
    database.execute("UPDATE model SET location=replace(location, ?, 'http://localhost/v1')", (url,))
    database.execute("UPDATE attempt SET error_message=replace(error_message, ?, 'http://localhost/v1')", (url,))
    for key, body in database.execute("SELECT id, body FROM event").fetchall():
        database.execute("UPDATE event SET body=? WHERE id=?", (runs.without_times(body), key))
    database.commit()
    database.execute("PRAGMA journal_mode=DELETE")
    database.execute("PRAGMA page_size=%d" % PAGE_BYTES)
    database.execute("VACUUM")
    database.close()


def record(program, name):
    run = runs.RUNS[name]
    path = runs.journal(name)
    if os.path.exists(path):
        os.unlink(path)
    mock = MockServer()
    mock.behaviour.reply = scripted(run)
    mock.behaviour.fail_first = run.failures
    options = ("--url", mock.url, "--model", MODEL, "--prompts", runs.PROMPTS, "--seed", str(run.seed), "--journal", path)
    call_program(program, "solve", run.problem, *run.arguments, *options, "-q")
    neutral(path, mock.url)
    mock.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "bin", "retort"))
    parser.add_argument("--record", metavar="NAME", action="append", default=[], choices=sorted(runs.RUNS))
    options = parser.parse_args()
    program = os.path.abspath(options.program)
    for name in options.record:
        record(program, name)
    for name in runs.RUNS:
        output = runs.without_times(call_program(program, *runs.replay_arguments(name)))
        with open(runs.expected(name), "w", encoding="utf-8") as file:
            file.write(runs.pretty(output))


if __name__ == "__main__":
    main()

"""Recorded runs, replayed: a change of behaviour shows as a difference in a result."""

import difflib
import os
import sys
import unittest

import runs

sys.path.insert(0, os.path.join(os.path.dirname(runs.FOLDER), "e2e"))
from program import ProgramTest  # noqa: E402

MEANT = "if this is meant, tests/golden/regenerate.py writes the results anew (its head says when to record journals)"
MOST_BYTES = 100_000


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Golden(ProgramTest):
    def setUp(self):
        super().setUp()
        self.mock.close()  # whatever asks a model fails

    def replay(self, name):
        done = self.run_program(*runs.replay_arguments(name))
        self.assertEqual(done.code, 0, "%s does not replay: %s%s" % (name, done.err, MEANT))
        return runs.without_times(done.out)

    def compare(self, name, output):
        expected = read(runs.expected(name))
        lines = difflib.unified_diff(expected.splitlines(), runs.pretty(output).splitlines(), "expected", "replayed", lineterm="")
        difference = "\n".join(lines)
        if difference:
            self.fail("%s gives another result:\n%s\n%s" % (name, difference, MEANT))
        self.assertEqual(output, runs.compact(expected), "%s: the same values in other bytes\n%s" % (name, MEANT))

    def test_each_run_gives_the_result_that_is_kept(self):
        for name in runs.RUNS:
            with self.subTest(name):
                self.compare(name, self.replay(name))

    def test_each_journal_is_shown(self):
        for name, run in runs.RUNS.items():
            with self.subTest(name):
                done = self.run_program("show", runs.journal(name))
                self.assertEqual(done.code, 0, done.err)
                self.assertIn(run.problem, done.out)

    def test_each_journal_is_one_small_file(self):
        files = {file for file in os.listdir(runs.FOLDER) if ".journal" in file}
        self.assertEqual(files, {os.path.basename(runs.journal(name)) for name in runs.RUNS})
        for name in runs.RUNS:
            self.assertLess(os.path.getsize(runs.journal(name)), MOST_BYTES, name)


if __name__ == "__main__":
    unittest.main()

"""Evaluations in shards: each a part of the problems, and their journals merged are those of one run."""

import json
import os
import resource
import sqlite3
import unittest

from program import ProgramTest

MODEL = ("--model", "sim:skill=0.5", "--operator", "pdr:3,2", "--distiller", "random", "--samples", "2", "--json")
OF_THE_PROCESS = ("wall_s", "sample_wall_s", "resumed_calls")

SWEEP = """
suite = "sums.jsonl"
samples = 2
[[grid]]
operator = ["pdr:3", "vote:3"]
distiller = "random"
"""


def figures(done):
    """What an evaluation came to, without what depends on the process that ran it."""
    return {name: value for name, value in done.json.items() if name not in OF_THE_PROCESS}


def calls(journal):
    """Of every call its run, place, seed and prompt, and what it gave; in no order."""
    with sqlite3.connect(journal) as db:
        return sorted(
            db.execute(
                "SELECT run_id, problem, sample, round, draft, role, turn, seed, hash, finish, text, tokens_in, tokens_out FROM call JOIN run ON "
                "run.id = call.run JOIN prompt ON prompt.id = call.prompt JOIN outcome ON outcome.call = call.id"
            )
        )


class Shards(ProgramTest):
    def setUp(self):
        super().setUp()
        self.suite = self.path("sums.jsonl")
        made = self.run_program("suite", "make", "arithmetic", "--count", "11", "--seed", "1", "--out", self.suite)
        self.assertEqual(made.code, 0, made.err)

    def eval(self, journal, *more):
        return self.run_program("eval", "--suite", self.suite, "--journal", self.path(journal), *MODEL, *more)

    def evaluated(self, journal, *more):
        done = self.eval(journal, *more)
        self.assertEqual(done.code, 0, done.err)
        return done

    def merge(self, *journals, **options):
        return self.run_program("journal", "merge", *(self.path(journal) for journal in journals), **options)

    def make_shards(self):
        return [self.evaluated("%d.db" % i, "--shard", "%d/3" % i).json for i in (1, 2, 3)]

    def test_merged_shards_are_the_run_of_the_whole(self):
        whole = self.evaluated("whole.db")
        shards = self.make_shards()
        self.assertEqual([shard["problems"] for shard in shards], [4, 4, 3])
        self.assertEqual([shard["shard"] for shard in shards], [{"index": i, "of": 3} for i in (1, 2, 3)])
        self.assertEqual({shard["run"] for shard in shards}, {whole.json["run"]})
        self.assertEqual(sum(shard["calls"] for shard in shards), whole.json["calls"])
        merged = self.merge("all.db", "3.db", "1.db", "2.db")
        self.assertEqual(merged.code, 0, merged.err)
        self.assertEqual(merged.out, "%s: 1 run, 22 samples, %d calls, of 3 journals\n" % (self.path("all.db"), whole.json["calls"]))
        self.assertEqual(calls(self.path("all.db")), calls(self.path("whole.db")))
        again = self.evaluated("all.db", "--resume")
        self.assertEqual(again.json["resumed_calls"], whole.json["calls"])
        self.assertEqual(calls(self.path("all.db")), calls(self.path("whole.db")), "nothing is asked again")
        self.assertEqual(figures(again), figures(whole))
        self.assertNotIn("shard", again.json)

    def test_a_merged_journal_is_read_like_any_other(self):
        self.make_shards()
        self.assertEqual(self.merge("all.db", "1.db", "2.db", "3.db").code, 0)
        problem = json.loads(open(self.suite, encoding="utf-8").readlines()[1])["id"]
        shown = self.run_program("show", self.path("all.db"), "--problem", problem)
        self.assertEqual(shown.code, 0, shown.err)
        self.assertIn("r1.d0", shown.out)
        report = self.run_program("report", self.path("all.db"), "--out", self.path("all.html"))
        self.assertEqual(report.code, 0, report.err)
        lines = self.run_program("export", self.path("all.db"), "--to", "jsonl", "--out", "-")
        self.assertEqual(len(lines.out.splitlines()), 22, lines.err)
        self.assertEqual(self.run_program("show", self.path("2.db")).code, 0, "so is that of a shard")
        self.assertEqual(self.run_program("report", self.path("2.db"), "--out", self.path("2.html")).code, 0)

    def test_one_journal_may_go_on_with_another_shard(self):
        whole = self.evaluated("whole.db")
        self.evaluated("all.db", "--shard", "1/2")
        self.assertEqual(self.eval("all.db", "--shard", "2/2").code, 2, "it exists")
        second = self.evaluated("all.db", "--shard", "2/2", "--resume")
        self.assertEqual((second.json["resumed_calls"], second.json["problems"]), (0, 5))
        again = self.evaluated("all.db", "--resume")
        self.assertEqual(again.json["resumed_calls"], whole.json["calls"])
        self.assertEqual(figures(again), figures(whole))

    def test_what_is_printed_says_that_it_is_a_shard(self):
        words = ("eval", "--suite", self.suite, "--model", "sim:skill=0.5", "--operator", "cot", "--shard", "2/3", "--journal", self.path("s.db"))
        for more in (("--dry-run",), ()):
            done = self.run_program(*words, *more)
            self.assertEqual(done.code, 0, done.err)
            self.assertIn("shard 2 of 3: 4 of 11 problems", done.out)
        planned = self.eval("never.db", "--shard", "2/3", "--dry-run").json
        self.assertEqual((planned["problems"], planned["shard"]), (4, {"index": 2, "of": 3}))

    def test_a_shard_is_taken_of_the_problems_that_are_chosen(self):
        ids = [json.loads(line)["id"] for line in open(self.suite, encoding="utf-8")]
        self.evaluated("a.db", "--limit", "5", "--shard", "2/2")
        self.assertEqual({call[1] for call in calls(self.path("a.db"))}, {ids[1], ids[3]})

    def test_wrong_shards_are_named(self):
        for wrong in ("0/3", "4/3", "3", "x/y", "1/0", "-1/3", "1/2/3"):
            done = self.eval("never.db", "--shard=" + wrong)
            self.assertEqual(done.code, 2, done.err)
            self.assertIn("expected I/N with 1 <= I <= N", done.err)
        done = self.eval("never.db", "--shard", "12/12")
        self.assertEqual(done.code, 2, done.err)
        self.assertIn("there are 11 in all", done.err)
        self.assertFalse(os.path.exists(self.path("never.db")))

    def test_a_contradiction_makes_no_journal(self):
        self.make_shards()
        with open(self.path("1.db"), "rb") as file, open(self.path("other.db"), "wb") as copy:
            copy.write(file.read())
        with sqlite3.connect(self.path("other.db")) as db:
            db.execute("UPDATE outcome SET text = 'The answer is none of these' WHERE id = (SELECT min(id) FROM outcome)")
        db.close()
        done = self.merge("all.db", "1.db", "2.db", "other.db")
        self.assertEqual((done.code, done.out), (2, ""), done.err)
        for part in (self.path("1.db"), self.path("other.db"), "contradict"):
            self.assertIn(part, done.err)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("all.db")], [])
        self.assertEqual(self.merge("all.db", "1.db", "2.db", "1.db", "3.db").code, 0, "the same twice is no contradiction")

    def test_a_merge_writes_a_whole_new_file_or_none(self):
        self.make_shards()
        self.assertEqual(self.merge("1.db", "2.db", "3.db").code, 2)
        self.assertEqual(self.merge("all.db").code, 2)
        done = self.merge("all.db", "1.db", "none.db")
        self.assertEqual(done.code, 1)
        self.assertIn(self.path("none.db"), done.err)
        limit = os.path.getsize(self.path("1.db"))  # of a file's size: as a disk that is full
        done = self.merge("all.db", "1.db", "2.db", "3.db", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.assertEqual((done.code, done.out), (1, ""), done.err)
        self.assertIn(self.path("all.db"), done.err)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("all.db")], [])
        self.assertEqual(self.merge("all.db", "1.db", "2.db", "3.db").code, 0)

    def test_sweeps_come_in_shards_too(self):
        file = self.write("grid.toml", SWEEP)

        def sweep(journal, *more):
            done = self.run_program("sweep", file, "--model", "sim:skill=0.5", "--journal", self.path(journal), "--json", *more)
            self.assertEqual(done.code, 0, done.err)
            return done.json

        whole = sweep("whole.db")
        shards = [sweep("%d.db" % i, "--shard", "%d/2" % i) for i in (1, 2)]
        self.assertEqual([run["shard"]["index"] for shard in shards for run in shard["runs"]], [1, 1, 2, 2])
        self.assertEqual(self.merge("all.db", "1.db", "2.db").code, 0)
        again = sweep("all.db", "--resume")
        for one, other in zip(again["runs"], whole["runs"]):
            self.assertEqual(one["resumed_calls"], other["calls"])
            for name in ("run", "mean", "ci95", "pass_at_k", "maj_at_k", "b_seq", "b_total", "calls", "problems"):
                self.assertEqual(one[name], other[name], name)
        report = self.run_program("report", self.path("all.db"), "--out", self.path("all.html"))
        self.assertEqual(report.code, 0, report.err)


if __name__ == "__main__":
    unittest.main()

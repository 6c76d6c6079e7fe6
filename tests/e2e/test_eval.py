"""Evaluations and sweeps: counted, resumed, killed, compared with their journal."""

import json
import os
import re
import signal
import sqlite3
import unittest

from program import ProgramTest, without_times


def suite(count):
    rows = []
    for i in range(count):
        rows.append(json.dumps({"id": "p%d" % i, "problem": "What is %d plus %d?" % (i, i), "answer": str(2 * i)}))
    return "\n".join(rows) + "\n"


def sum_of(seed, prompt):
    """Right two times of three."""
    numbers = re.search(r"What is (\d+) plus (\d+)", prompt)
    if "SELECT" in prompt:
        return "SELECT: 1, 2"
    return "The answer is %d" % (int(numbers[1]) + int(numbers[2]) + (seed % 3 == 0))


def recorded_results(journal):
    """(run's id, problem, sample, result)."""
    with sqlite3.connect(journal) as db:
        rows = db.execute("SELECT run_id, problem, sample, body FROM event JOIN run ON run.id = event.run WHERE event.kind = 'result' "
                          "ORDER BY event.id").fetchall()
    return [(*row[:3], json.loads(row[3])) for row in rows]


class Evals(ProgramTest):
    def setUp(self):
        super().setUp()
        self.behaviour.reply = sum_of
        self.suite = self.write("sums.jsonl", suite(6))
        self.journal = self.path("eval.db")

    def arguments(self, *more, journal=None):
        return ("eval", "--suite", self.suite, "--samples", "3", "--operator", "pdr:3,2", "--distiller", "random", "--journal",
                journal or self.journal, "--url", self.mock.url, "--model", "mock-1", "--json", *more)

    def eval(self, *more, journal=None):
        return self.run_program(*self.arguments(*more, journal=journal))

    def test_every_sample_is_run_and_counted(self):
        done = self.eval()
        self.assertEqual(done.code, 0, done.err)
        figures = done.json
        self.assertEqual((figures["problems"], figures["samples"], figures["version"]), (6, 3, 1))
        self.assertEqual(figures["calls"], 6 * 3 * 6)
        self.assertEqual(figures["calls"], self.behaviour.completed)
        self.assertAlmostEqual(figures["b_total"] * 18, self.behaviour.tokens_in + self.behaviour.tokens_out)
        self.assertLessEqual(figures["b_seq"], figures["b_total"])
        self.assertEqual(sorted(figures["pass_at_k"]), sorted(figures["maj_at_k"]))
        self.assertEqual(figures["pass_at_k"]["1"], figures["mean"])
        self.assertIn("3", figures["pass_at_k"])
        low, high = figures["ci95"]
        self.assertLessEqual(low, figures["mean"])
        self.assertGreaterEqual(high, figures["mean"])
        self.assertEqual(figures["resumed_calls"], 0)

    def test_an_existing_journal_is_refused_and_a_finished_one_asks_nothing(self):
        first = self.eval()
        self.assertEqual(self.eval().code, 2)
        asked = len(self.behaviour.asked)
        again = self.eval("--resume")
        self.assertEqual(again.code, 0, again.err)
        self.assertEqual(len(self.behaviour.asked), asked)
        one, two = first.json, again.json
        self.assertEqual(two.pop("resumed_calls"), one["calls"])
        one.pop("resumed_calls")
        for figures in (one, two):
            figures.pop("sample_wall_s")
        self.assertEqual(without_times(one), without_times(two))

    def test_a_sample_is_replayed_without_a_server(self):
        self.assertEqual(self.eval().code, 0)
        results = recorded_results(self.journal)
        self.assertEqual(len(results), 18)
        for run, problem, sample, result in results[::5]:
            again = self.run_program("solve", "--replay", self.journal, "--problem", problem, "--sample", str(sample), "--run", run[:8], "--json")
            self.assertEqual(again.code, 0, again.err)
            for key in ("answer", "text", "verdict", "budget", "rounds", "final", "warnings"):
                self.assertEqual(again.json[key], result[key], key)
        for words, why in ((("--problem", "p9"), "no evaluation with sample 0 of problem p9"), ((), "say which sample"),
                           (("--problem", "p1", "--sample", "3"), "sample 3 of problem p1"),
                           (("--problem", "p1", "--operator", "cot"), "this sample was made otherwise: --operator")):
            done = self.run_program("solve", "--replay", self.journal, *words)
            self.assertEqual(done.code, 2)
            self.assertIn(why, done.err)

    def test_another_configuration_is_named(self):
        self.eval()
        for option, name in ((("--seed", "9"), "--seed: 0"), (("--limit", "2"), "--limit"), (("--temperature", "0.5"), "--temperature: 1.0"),
                             (("--think", "9"), "--think: 8192 in the journal, 9 now")):
            done = self.eval("--resume", *option)
            self.assertEqual(done.code, 2, done.err)
            self.assertIn(name, done.err)
            self.assertIn("in the journal", done.err)

    def test_a_budget_that_is_too_small_is_refused_before_any_call(self):
        self.write("sums.jsonl", suite(6) + json.dumps({"id": "long", "problem": "What is 1 plus 2? " * 200, "answer": "3"}) + "\n")
        done = self.eval("--budget-seq", "500")
        self.assertEqual(done.code, 4, done.err)
        self.assertRegex(done.err, r"--budget-seq 500 is too small for pdr:3,2: problem long needs at least \d+")
        self.assertEqual(self.behaviour.asked, [])
        self.assertFalse(os.path.exists(self.journal))
        enough = re.search(r"needs at least (\d+)", done.err)[1]
        done = self.eval("--budget-seq", enough)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.json["failed"], 0)

    def test_a_kill_loses_no_answer_and_changes_no_figure(self):
        whole = self.eval(journal=self.path("whole.db")).json
        self.behaviour.latency_s = 0.02
        for landed in (3, 20, 50):
            self.behaviour.asked.clear()
            self.behaviour.completed = 0
            journal = self.path("kill%d.db" % landed)
            process = self.start(*self.arguments(journal=journal))
            self.wait_until(lambda: self.behaviour.completed >= landed, "some calls to complete")
            self.interrupt(process, signal.SIGKILL)
            self.wait_until(lambda: self.behaviour.in_flight == 0, "the server to have ended its calls")
            done = self.eval("--resume", journal=journal)
            self.assertEqual(done.code, 0, done.err)
            if landed > 16:  # before that all may still be on their way to this side
                self.assertGreater(done.json["resumed_calls"], 0)
            again = len(self.behaviour.asked) - whole["calls"]
            self.assertLessEqual(again, 16 * 3, "only what was in flight may be asked again")
            for name in ("mean", "ci95", "pass_at_k", "maj_at_k", "b_seq", "b_total", "calls", "truncated"):
                self.assertEqual(done.json[name], whole[name], name)

    def test_an_interrupted_evaluation_says_how_to_go_on(self):
        self.behaviour.latency_s = 0.05
        process = self.start(*self.arguments())
        self.wait_until(lambda: self.behaviour.completed >= 3, "some calls to complete")
        code, out, err = self.interrupt(process)
        self.assertEqual(code, 130, err)
        self.assertEqual(out, "")
        self.assertIn("--resume", err)
        self.assertEqual(self.eval("--resume").code, 0)

    def test_failures_are_counted_as_wrong_and_tried_again(self):
        self.behaviour.fail_first = 0
        self.behaviour.reply = lambda seed, prompt: "The answer is 0"
        self.write("sums.jsonl", suite(1))
        self.behaviour.status = 400
        done = self.eval("--concurrency", "4")
        self.assertEqual(done.code, 3, done.err)
        self.behaviour.status = 200
        again = self.eval("--resume")
        self.assertEqual(again.code, 0, again.err)
        self.assertEqual(again.json["failed"], 0)

    def test_a_dead_server_ends_the_evaluation_early(self):
        self.write("sums.jsonl", suite(500))
        self.behaviour.status = 401
        done = self.eval("--concurrency", "2")
        self.assertEqual(done.code, 3, done.err)
        self.assertLess(len(self.behaviour.asked), 100)

    def test_only_and_limit_choose_problems(self):
        done = self.eval("--only", "p1,p4")
        self.assertEqual(done.json["problems"], 2)
        wrong = self.eval("--only", "p1,nobody", journal=self.path("b.db"))
        self.assertEqual(wrong.code, 2)
        self.assertIn("nobody", wrong.err)
        self.assertEqual(self.eval("--limit", "4", journal=self.path("c.db")).json["problems"], 4)

    def test_problems_without_a_reference_are_run_and_not_scored(self):
        self.write("sums.jsonl", '{"id":"a","problem":"What is 1 plus 1?"}\n')
        done = self.eval()
        self.assertEqual(done.code, 0, done.err)
        self.assertIsNone(done.json["mean"])
        self.assertIn("no reference", done.err)

    def test_wrong_suites_are_named(self):
        for text, word in (("", "found none"), ("nonsense\n", ":1:"), ('{"id":"a"}\n', "problem"), ('{"id":"a","problem":"x","kind":"poetry"}\n', "known are")):
            self.write("sums.jsonl", text)
            done = self.eval(journal=self.path("never.db"))
            self.assertEqual(done.code, 2, done.err)
            self.assertIn(word, done.err)
        self.suite = self.path("none.jsonl")
        self.assertEqual(self.eval().code, 2)

    def test_a_dry_run_asks_nothing(self):
        done = self.eval("--dry-run")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.json["calls"], 6 * 3 * 6)
        self.assertEqual(self.behaviour.asked, [])


SWEEP = """
suite = "sums.jsonl"
samples = 2
[[grid]]
operator = "pdr:3"
distiller = ["random", "full", "conclusions"]
[[grid]]
operator = ["cot", "vote:3"]
distiller = ["random", "full"]
[prices]
output = 2.0
"""


class Sweeps(ProgramTest):
    def setUp(self):
        super().setUp()
        self.behaviour.reply = sum_of
        self.write("sums.jsonl", suite(4))
        self.file = self.write("grid.toml", SWEEP)

    def sweep(self, *more):
        return self.run_program("sweep", self.file, "--url", self.mock.url, "--model", "mock-1", "--think", "64", "--json", *more)

    def test_first_rounds_are_drawn_once_for_all_distillers(self):
        planned = self.sweep("--dry-run").json
        done = self.sweep()
        self.assertEqual(done.code, 0, done.err)
        runs = done.json["runs"]
        self.assertEqual([run["operator"] for run in runs], ["pdr:3"] * 3 + ["cot", "vote:3"])
        # Three distillers over the same first round, which is that of vote:3 too.
        self.assertEqual(done.json["shared_calls"], 4 * 2 * 3 * 3)
        self.assertEqual(planned["shared_calls"], done.json["shared_calls"])
        self.assertEqual(planned["calls"], len(self.behaviour.asked))
        # Shared or not, every run counts what it read and wrote.
        self.assertEqual(runs[0]["calls"], 4 * 2 * 4)
        self.assertEqual(runs[0]["calls"], runs[1]["calls"])
        self.assertGreater(planned["dollars"], 0)

    def test_resumes_and_takes_up_new_runs(self):
        first = self.sweep().json
        asked = len(self.behaviour.asked)
        again = self.sweep("--resume")
        self.assertEqual(again.code, 0, again.err)
        self.assertEqual(len(self.behaviour.asked), asked)
        self.assertEqual([r["mean"] for r in again.json["runs"]], [r["mean"] for r in first["runs"]])
        self.write("grid.toml", SWEEP.replace('"conclusions"', '"conclusions", "topk"'))
        self.assertEqual(len(self.sweep("--resume").json["runs"]), 6)

    def test_a_sweep_of_which_everything_failed_says_so(self):
        self.behaviour.status = 400
        done = self.sweep("-q")
        self.assertEqual(done.code, 3, done.err)
        self.assertIn("--resume", done.err)

    def test_warnings_on_options_belong_to_no_sample(self):
        self.sweep("--journal", self.path("w.db"), "--k", "3")
        run = self.run_program("show", self.path("w.db"), "--json").json["runs"][3]["run"]
        self.assertNotIn("not finished", self.run_program("show", self.path("w.db"), run).out)
        nobody = self.run_program("show", self.path("w.db"), run, "--problem", "nobody")
        self.assertEqual(nobody.code, 2, nobody.out)

    def test_mistakes_in_the_file_are_named_with_their_line(self):
        for text, words in (("samles = 3\nsuite='sums.jsonl'", ("grid.toml:1", "samples")), ("suite='sums.jsonl'\n[[grid]]\noperatr=['cot']", ("grid.toml:3", "operator")),
                            ("suite='sums.jsonl'\n[[grid]]\nthink=[-4]", ("grid.toml:3", "think")), ("suite=", ("not TOML",)), ("samples=2", ("--suite",))):
            self.write("grid.toml", text)
            done = self.sweep()
            self.assertEqual(done.code, 2, done.err)
            for word in words:
                self.assertIn(word, done.err)


if __name__ == "__main__":
    unittest.main()

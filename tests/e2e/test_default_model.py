"""The model that answers where none is named: questions in free words, what it says of others, and that PDR gains by it."""

import json
import os
import shutil
import subprocess
import unittest

from program import PROGRAM, TIMEOUT_S, ProgramTest, without_times

PROBLEM = "Use 2, 9, 9, 14 to make 10"
HAS_LLAMA = os.environ.get("RETORT_LLAMA") == "1"


class WhatItDoesNotKnow(ProgramTest):
    def test_is_said_with_a_question_that_it_can_be_asked(self):
        for question, found in (
            ("Use 3, 7, 25, 50 to make 114", "25, 50; its target is 114"),
            ("3 7 8 13 2 50", "it has 5 numbers"),
            ("What color is the sky on a clear day?", "does not name a few numbers and one target"),
        ):
            done = self.run_program("solve", question)
            self.assertEqual((done.code, done.out), (2, ""), done.err)
            self.assertIn("knows Countdown with 4 whole numbers from 1 to 15 and a target from 10 to 60", done.err)
            self.assertIn(found, done.err)
            self.assertIn('It can be asked: "Use', done.err)
            self.assertIn("--url", done.err)

    def test_of_a_suite_is_a_warning(self):
        suite = self.write("s.jsonl", '{"id":"a","problem":"1 + 1?","answer":"2"}\n')
        done = self.run_program("eval", "--suite", suite, "--journal", self.path("e.db"), "--dry-run")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("1 of 1 problems are beyond the model countdown", done.err)


class Shipped(ProgramTest):
    def test_has_the_sum_of_its_row_and_needs_no_fetching(self):
        done = self.run_program("model", "pull", "countdown")
        self.assertEqual(done.code, 0, done.err)
        self.assertTrue(os.path.isfile(done.out.strip()))

    def test_is_found_from_the_programs_own_place(self):
        os.makedirs(self.path("moved/bin"))
        program = shutil.copy(PROGRAM, self.path("moved/bin/retort"))
        environment = {**self.environment, "LD_LIBRARY_PATH": os.path.dirname(PROGRAM)}

        def pull():
            return subprocess.run([program, "model", "pull", "countdown"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  env=environment, timeout=TIMEOUT_S)

        self.assertEqual(pull().returncode, 1)
        os.makedirs(self.path("moved/share/retort/models"))
        there = self.run_program("model", "pull", "countdown").out.strip()
        copy = shutil.copy(there, self.path("moved/share/retort/models/countdown.gguf"))
        self.assertEqual(os.path.realpath(pull().stdout.strip()), os.path.realpath(copy))
        with open(copy, "ab") as file:
            file.write(b"x")
        damaged = pull()
        self.assertEqual(damaged.returncode, 1)
        self.assertIn("is not the file that comes with the program", damaged.stderr)


@unittest.skipUnless(HAS_LLAMA, "built without llama.cpp")
class Answers(ProgramTest):
    def test_of_a_model_that_was_named_come_with_a_warning(self):
        for question in ("Use 3, 7, 25, 50 to make 114", "What color is the sky? é漢"):
            done = self.run_program("solve", question, "--model", "countdown", "--json")
            self.assertEqual(done.code, 0, done.err)
            self.assertIn("knows Countdown with 4 whole numbers", done.json["warnings"][0])
            self.assertNotEqual(done.json["verdict"], "equal")

    def test_are_checked_whatever_the_words(self):
        for question in (PROBLEM, "2 9 9 14 10", "2 9 9 14 = 10"):
            verdicts = []
            for seed in "1234":
                done = self.run_program("solve", question, "--seed", seed, "--json")
                self.assertEqual(done.code, 0, done.err)
                self.assertEqual((done.json["problem"], done.json["model"]), (question, "countdown"))
                self.assertTrue(done.json["operator"].startswith("pdr:"))
                verdicts.append(done.json["verdict"])
                if verdicts[-1] == "equal":
                    break
            self.assertIn("equal", verdicts, question)

    def test_need_nothing_that_doctor_would_miss(self):
        done = self.run_program("doctor")
        self.assertEqual(done.code, 0, done.out + done.err)
        self.assertIn("countdown.gguf", done.out)

    def test_come_again_from_the_journal_with_their_verdict(self):
        journal = self.path("run.db")
        done = self.run_program("solve", PROBLEM, "--seed", "1", "--journal", journal, "--json")
        self.assertEqual(done.code, 0, done.err)
        again = self.run_program("solve", "--replay", journal, "--json")
        self.assertEqual(without_times(again.json), without_times(done.json), again.err)
        self.assertEqual(self.run_program("show", journal).code, 0)
        self.assertEqual(self.run_program("report", journal, "--out", self.path("r.html")).code, 0)
        other = self.run_program("solve", "2 9 9 14 11", "--replay", journal)
        self.assertEqual(other.code, 2, other.err)

    def test_gain_by_pdr(self):
        suite = self.path("s.jsonl")
        self.assertEqual(self.run_program("suite", "make", "countdown", "--count", "24", "--seed", "3", "--out", suite).code, 0)

        def evaluate(name, *method):
            done = self.run_program("eval", "--suite", suite, "--journal", self.path(name), "--json", "-q", *method)
            self.assertEqual(done.code, 0, done.err)
            return done.json

        cot, pdr = evaluate("cot.db", "--operator", "cot", "--think", "128"), evaluate("pdr.db")
        self.assertLess(abs(pdr["b_seq"] - cot["b_seq"]), 70)
        self.assertGreater(pdr["mean"], cot["mean"], json.dumps([cot, pdr]))


if __name__ == "__main__":
    unittest.main()

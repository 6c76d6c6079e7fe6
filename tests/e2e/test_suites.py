"""suite make, check, list, pull."""

import gzip
import hashlib
import json
import os
import unittest

from file_server import serve_file
from program import ProgramTest

KINDS = ("countdown", "countdown-parts", "game24", "sudoku", "blocksworld", "arithmetic")


class SuiteMake(ProgramTest):
    def make(self, kind, *arguments, out="suite.jsonl"):
        done = self.run_program("suite", "make", kind, "--out", self.path(out), *arguments)
        self.assertEqual(done.code, 0, done.err)
        with open(self.path(out), "rb") as file:
            return file.read()

    def test_every_kind_is_made_and_checks(self):
        for kind in KINDS:
            made = self.make(kind, "--count", "10", "--seed", "3")
            lines = [json.loads(line) for line in made.decode().splitlines()]
            self.assertEqual(len({line["id"] for line in lines}), 10)
            for line in lines:
                self.assertEqual(line["kind"], "math" if kind == "arithmetic" else kind)
                self.assertTrue(line["problem"] and line["answer"])
            self.assertEqual(self.make(kind, "--count", "10", "--seed", "3", out="again.jsonl"), made)
            checked = self.run_program("suite", "check", self.path("suite.jsonl"))
            self.assertEqual((checked.code, checked.err), (0, ""), checked.out)
            self.assertIn("10 problems, 10 with a reference", checked.out)
            self.assertIn("nothing is wrong", checked.out)

    def test_splits_share_nothing(self):
        def problems(split, seed):
            return {line["id"] for line in map(json.loads, self.make("countdown", "--count", "200", "--seed", seed, "--split", split).splitlines())}

        train = problems("train", "1") | problems("train", "2")
        self.assertFalse(train & problems("test", "1"))
        self.assertFalse(train & problems("test", "2"))

    def test_to_standard_output(self):
        done = self.run_program("suite", "make", "arithmetic", "--count", "2", "--out", "-", "--terms", "2", "--operations", "+", "--largest", "9")
        self.assertEqual(len(done.out.splitlines()), 2)
        self.assertRegex(json.loads(done.out.splitlines()[0])["problem"], r"^What is \d \+ \d\?$")

    def test_what_cannot_be_is_said(self):
        few = self.run_program("suite", "make", "game24", "--count", "2000", "--out", self.path("x"))
        self.assertEqual(few.code, 2)
        self.assertRegex(few.err, r"there are only \d+ game24 in the test split")
        self.assertFalse(os.path.exists(self.path("x")))
        for wrong in (("chess",), ("countdown", "--blocks", "3"), ("countdown", "--split", "dev"), ("sudoku", "--size", "5")):
            done = self.run_program("suite", "make", *wrong, "--out", self.path("x"))
            self.assertEqual(done.code, 2, done.err)
        self.assertEqual(self.run_program("suite", "make", "countdown", "--out", self.path("no/x")).code, 1)


class SuiteCheck(ProgramTest):
    def test_all_faults_are_listed_with_their_lines(self):
        lines = ['{"id":"a","problem":"1+1?","answer":"2"}', "no JSON", '{"id":"a","problem":"1+2?","answer":"3"}', '{"id":"c","kind":"countdown","numbers":[1,2],"target":3,"answer":"1 * 2"}']
        done = self.run_program("suite", "check", self.write("s.jsonl", "\n".join(lines)))
        self.assertEqual(done.code, 1)
        faults = done.err.splitlines()
        self.assertEqual([fault.split(": ")[0].split(":")[-1] for fault in faults], ["2", "3", "4"])
        self.assertIn("expected a JSON object", faults[0])
        self.assertIn("was there before", faults[1])
        self.assertIn("judged different", faults[2])
        self.assertIn("3 faults", done.out)

    def test_a_misspelt_key_is_a_warning(self):
        done = self.run_program("suite", "check", self.write("s.jsonl", '{"id":"a","problem":"1+1?","anwser":"2"}'))
        self.assertEqual(done.code, 0)
        self.assertIn('s.jsonl:1: warning: the key "anwser" is not known and not read: did you mean "answer"?', done.err)
        self.assertIn("1 warning", done.out)

    def test_a_file_of_something_else_is_not_listed_whole(self):
        done = self.run_program("suite", "check", self.write("s.jsonl", "x\n" * 5000))
        self.assertEqual(done.code, 1)
        self.assertEqual(len(done.err.splitlines()), 101)
        self.assertIn("and 4900 more", done.err)

    def test_no_file(self):
        self.assertEqual(self.run_program("suite", "check", self.path("none.jsonl")).code, 2)


class SuitePull(ProgramTest):
    PUBLISHED = b'{"question":"1+1?","answer":"one and one\\n#### 2"}\n{"question":"2+2?","answer":"#### 4"}\n'
    MAPPING = 'fields = { problem = "question" }\nanswer_after = "####"\n'

    def offer(self, content=None, more=MAPPING, checksum=True):
        content = self.PUBLISHED if content is None else content
        self.server = serve_file(self, content)
        row = '[[suite]]\nname = "tiny"\nurl = "%s/file"\nlicence = "MIT"\n%s' % (self.server.url, more)
        if checksum:
            row += 'sha256 = "%s"\nbytes = %d\n' % (hashlib.sha256(content).hexdigest(), len(content))
        self.write(".config/retort/suites.toml", row)
        self.target = self.path(".cache/retort/suites/tiny.jsonl")

    def pulled(self):
        with open(self.target, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_a_published_file_becomes_a_suite(self):
        self.offer()
        done = self.run_program("suite", "pull", "Tiny")
        self.assertEqual((done.code, done.out.strip()), (0, self.target), done.err)
        self.assertIn("verified", done.err)
        self.assertEqual([(line["id"], line["kind"], line["problem"], line["answer"]) for line in self.pulled()], [("tiny-1", "math", "1+1?", "2"), ("tiny-2", "math", "2+2?", "4")])
        self.assertEqual(self.run_program("suite", "check", self.target).code, 0)
        again = self.run_program("suite", "pull", "tiny")
        self.assertIn("was here already", again.err)
        self.assertEqual(len(self.server.ranges), 1)

    def test_a_compressed_one_too(self):
        self.offer(gzip.compress(self.PUBLISHED))
        self.assertEqual(self.run_program("suite", "pull", "tiny").code, 0)
        self.assertEqual(len(self.pulled()), 2)
        self.assertEqual(sorted(os.listdir(os.path.dirname(self.target))), ["published", "tiny.jsonl"])

    def test_a_cut_archive_is_an_error(self):
        self.offer(gzip.compress(os.urandom(5000))[:3000], checksum=False)
        done = self.run_program("suite", "pull", "tiny")
        self.assertEqual(done.code, 1)
        self.assertFalse(os.path.exists(self.target))

    def test_a_broken_download_goes_on_where_it_ended(self):
        self.offer()
        self.server.cut = 30
        self.assertEqual(self.run_program("suite", "pull", "tiny").code, 1)
        self.assertFalse(os.path.exists(self.target))
        self.assertEqual(self.run_program("suite", "pull", "tiny").code, 0)
        self.assertEqual(self.server.ranges, [None, "bytes=30-"])
        self.assertEqual(len(self.pulled()), 2)

    def test_a_wrong_file_is_refused(self):
        self.offer()
        self.server.content = self.PUBLISHED.replace(b"4", b"5")
        done = self.run_program("suite", "pull", "tiny")
        self.assertEqual(done.code, 1)
        self.assertIn("SHA-256", done.err)
        self.assertFalse(os.path.exists(self.target))

    def test_a_file_that_is_not_as_the_row_says(self):
        self.offer(more='fields = { problem = "prompt" }\n')
        done = self.run_program("suite", "pull", "tiny")
        self.assertEqual(done.code, 1)
        self.assertIn('tiny:1: expected "prompt"', done.err)
        self.offer(more=self.MAPPING + "problems = 3\n")
        self.assertIn("expected 3 problems, found 2", self.run_program("suite", "pull", "tiny").err)

    def test_list_says_what_is_here(self):
        self.offer(checksum=False)
        listed = {row["name"]: row for row in self.run_program("suite", "list", "--json").json["suites"]}
        for name in ("aime2024", "aime2025", "aime2026", "hmmt", "math500", "gsm8k", "humaneval", "mbpp"):
            self.assertFalse(listed[name]["tried"] or listed[name]["here"])
        self.assertFalse(listed["tiny"]["here"])
        pulled = self.run_program("suite", "pull", "tiny")
        self.assertIn("not verified", pulled.err)
        self.write(".cache/retort/suites/mine.jsonl", "")
        listed = self.run_program("suite", "list", "--json").json
        self.assertTrue([row for row in listed["suites"] if row["name"] == "tiny"][0]["here"])
        self.assertEqual(listed["others"], ["mine"])
        self.assertEqual([row["kind"] for row in listed["generators"]], list(KINDS))
        text = self.run_program("suite", "list").out
        self.assertIn("not tried", text)
        self.assertIn("--numbers", text)

    def test_eval_finds_a_pulled_suite_by_its_name(self):
        self.offer()
        arguments = ("eval", "--suite", "tiny", "--url", self.mock.url, "--model", "mock-1", "--operator", "cot", "--journal", self.path("run.db"), "--json")
        before = self.run_program(*arguments)
        self.assertEqual(before.code, 2)
        self.assertIn("retort suite pull tiny", before.err)
        self.run_program("suite", "pull", "tiny")
        done = self.run_program(*arguments)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual((done.json["suite"], done.json["problems"]), ("tiny", 2))

    def test_unknown_names_and_rows(self):
        done = self.run_program("suite", "pull", "none")
        self.assertEqual(done.code, 2)
        self.assertIn("gsm8k", done.err)
        self.write(".config/retort/suites.toml", '[[suite]]\nname = "x"\nurl = "http://h/x"\nfeilds = {}\n')
        done = self.run_program("suite", "list")
        self.assertEqual(done.code, 2)
        self.assertIn('did you mean "fields"?', done.err)


if __name__ == "__main__":
    unittest.main()

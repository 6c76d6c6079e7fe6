"""doctor, model, verify, completion, version."""

import hashlib
import json
import os
import subprocess
import unittest

from file_server import serve_file
from program import ProgramTest


class ModelPull(ProgramTest):
    def setUp(self):
        super().setUp()
        self.server = serve_file(self, os.urandom(300_000))
        self.target = self.path(".cache/retort/models/tiny.gguf")

    def offer(self, path="/file", sha256=None, size=None):
        url = self.server.url + path
        row = '[[model]]\nname = "tiny"\nfile = "tiny.gguf"\nurl = "%s"\nlicence = "MIT"\n' % url
        if sha256:
            row += 'sha256 = "%s"\n' % sha256
        if size:
            row += "bytes = %d\n" % size
        self.write(".config/retort/models.toml", row)

    @property
    def digest(self):
        return hashlib.sha256(self.server.content).hexdigest()

    def test_a_file_is_fetched_verified_and_kept(self):
        self.offer("/moved", self.digest, len(self.server.content))
        done = self.run_program("model", "pull", "tiny")
        self.assertEqual((done.code, done.out.strip()), (0, self.target), done.err)
        self.assertIn("verified", done.err)
        with open(self.target, "rb") as file:
            self.assertEqual(file.read(), self.server.content)
        again = self.run_program("model", "pull", "tiny")
        self.assertIn("was here already", again.err)
        self.assertEqual(len(self.server.ranges), 1)
        self.assertEqual(os.listdir(os.path.dirname(self.target)), ["tiny.gguf"])

    def test_a_broken_download_goes_on_where_it_ended(self):
        self.offer(sha256=self.digest, size=len(self.server.content))
        self.server.cut = 100_000
        first = self.run_program("model", "pull", "tiny")
        self.assertEqual(first.code, 1)
        self.assertIn("run the same command again", first.err)
        self.assertFalse(os.path.exists(self.target))
        second = self.run_program("model", "pull", "tiny")
        self.assertEqual(second.code, 0, second.err)
        self.assertEqual(self.server.ranges, [None, "bytes=100000-"])
        with open(self.target, "rb") as file:
            self.assertEqual(file.read(), self.server.content)

    def test_a_server_without_ranges_sends_all_again(self):
        self.offer(sha256=self.digest, size=len(self.server.content))
        self.server.cut = 100_000
        self.run_program("model", "pull", "tiny")
        self.server.knows_ranges = False
        self.assertEqual(self.run_program("model", "pull", "tiny").code, 0)
        with open(self.target, "rb") as file:
            self.assertEqual(file.read(), self.server.content)

    def test_a_wrong_file_is_refused_and_removed(self):
        self.offer(sha256="0" * 64, size=len(self.server.content))
        done = self.run_program("model", "pull", "tiny")
        self.assertEqual(done.code, 1)
        self.assertIn("SHA-256", done.err)
        self.assertEqual(os.listdir(os.path.dirname(self.target)), [])
        self.offer(size=200_000)
        self.assertIn("expected 200000 bytes", self.run_program("model", "pull", "tiny").err)

    def test_a_row_without_a_checksum_says_so(self):
        self.offer()
        self.assertIn("not tried", self.run_program("model", "list").out)
        done = self.run_program("model", "pull", "tiny")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("not verified", done.err)
        self.assertIn(self.digest, done.err)

    def test_a_missing_page_is_an_error(self):
        self.offer("/none")
        done = self.run_program("model", "pull", "tiny")
        self.assertEqual(done.code, 1)
        self.assertIn("404", done.err)

    def test_list_and_unknown_names(self):
        listed = {row["name"]: row for row in self.run_program("model", "list", "--json").json}
        default = listed["countdown"]
        self.assertTrue(default["default"] and default["tried"] and default["shipped"] and default["here"])
        self.assertIn("It knows nothing else", default["about"])
        other = listed["smollm2-135m-instruct"]
        self.assertTrue(other["tried"])
        self.assertFalse(other["default"] or other["shipped"] or other["here"])
        self.assertIn("few sums right", other["about"])
        self.assertEqual(self.run_program("model", "pull", "none").code, 2)
        self.write(".config/retort/models.toml", '[[model]]\nname = "x"\nfile = "../x"\nurl = "http://h/x"\n')
        self.assertEqual(self.run_program("model", "list").code, 2)

    def test_info_of_a_file_that_is_none(self):
        self.write("cut.gguf", "GGUF and nothing more")
        self.assertNotEqual(self.run_program("model", "info", "./cut.gguf").code, 0)


class Doctor(ProgramTest):
    def checks(self, *arguments, code=0, **options):
        done = self.run_program("doctor", "--json", *arguments, **options)
        self.assertEqual(done.code, code, done.out + done.err)
        return {check["what"]: check for check in done.json["checks"]}

    def test_a_server(self):
        checks = self.checks("--url", self.mock.url, "--model", "mock-1")
        self.assertEqual(checks["server"]["level"], "ok")
        self.assertEqual(checks["model"]["level"], "ok")
        self.assertEqual(self.behaviour.asked, [], "GET only")
        checks = self.checks("--url", self.mock.url, "--model", "other", code=1)
        self.assertIn("mock-1", checks["model"]["advice"])

    def test_what_is_missing(self):
        self.assertIn("retort model pull", self.checks("--model", "smollm2-135m-instruct", code=1)["model"]["advice"])
        url = self.mock.url
        self.mock.close()
        self.assertEqual(self.checks("--url", url, code=1)["server"]["level"], "fail")

    def test_a_simulated_model_is_looked_at_by_its_parameters(self):
        self.assertEqual(self.checks("--model", "sim:skill=0.5")["model"]["level"], "ok")
        self.assertIn("skil", self.checks("--model", "sim:skil=0.5", code=1)["model"]["advice"])

    def test_settings_and_their_sources(self):
        self.write(".config/retort/config.toml", "k = 3\n")
        done = self.run_program("doctor", "--url", self.mock.url, environment={"RETORT_SEED": "7", "RETORT_SEDE": "8"})
        self.assertIn("k = 3 (~/.config/retort/config.toml:1)", done.out)
        self.assertIn("seed = 7 (RETORT_SEED)", done.out)
        self.assertIn("did you mean RETORT_SEED?", done.out)
        self.write(".config/retort/config.toml", "k = ")
        self.assertEqual(self.checks("--url", self.mock.url, code=1)["settings"]["level"], "fail")


class Verify(ProgramTest):
    def test_a_pair(self):
        done = self.run_program("verify", "--reference", "42", "--answer", "So it is \\boxed{42}.")
        self.assertEqual((done.code, done.json), (0, {"id": None, "verdict": "equal", "stage": "normalised"}), done.err)
        self.assertEqual(self.run_program("verify", "--reference", "42", "--answer", "41").json["verdict"], "different")
        explained = self.run_program("verify", "--explain", "--reference", "7/2", "--answer", "3.5").json
        self.assertEqual(explained["reason"], "7/2 and 3.5 are the same number")
        self.assertEqual(self.run_program("verify", "--reference", "42").code, 2)

    def test_lines_in_their_order(self):
        cases = [{"id": 1, "gold": "7", "pred": "7"}, {"id": "b", "gold": "1,000", "pred": "The answer is 1000"}, {"id": 3, "gold": "", "pred": "x"}]
        done = self.run_program("verify", "--cases", "-", stdin="\n".join(json.dumps(case) for case in cases).encode())
        self.assertEqual(done.code, 0, done.err)
        lines = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual([(line["id"], line["verdict"]) for line in lines], [(1, "equal"), ("b", "equal"), (3, "unknown")])

    def test_a_line_with_a_kind_is_judged_by_it(self):
        game = {"id": 1, "kind": "countdown", "numbers": [2, 3, 4], "target": 14}
        cases = [game | {"pred": "So \\boxed{2 + 3 * 4}"}, game | {"pred": "2 * 7"}, game | {"pred": "I give up"}]
        done = self.run_program("verify", "--cases", "-", stdin="\n".join(json.dumps(case) for case in cases).encode())
        self.assertEqual(done.code, 0, done.err)
        lines = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual([(line["verdict"], line["stage"]) for line in lines], [("equal", "countdown"), ("different", "countdown"), ("different", "missing")])
        self.assertIn("uses 7", lines[1]["reason"])

    def test_a_line_that_is_none_says_where(self):
        done = self.run_program("verify", "--cases", "-", stdin=b'{"id":1,"gold":"1","pred":"1"}\nnot json\n')
        self.assertEqual(done.code, 2)
        self.assertIn("standard input:2", done.err)


class Words(ProgramTest):
    def test_version_and_help(self):
        version = self.run_program("--version")
        self.assertEqual(version.code, 0)
        for part in ("retort ", "commit ", "libcurl ", "SQLite "):
            self.assertIn(part, version.out)
        for command in ("solve", "show", "journal", "doctor", "verify", "completion"):
            done = self.run_program(command, "--help")
            self.assertEqual((done.code, done.err), (0, ""))
        self.assertIn("Examples:", self.run_program("solve", "--help").out)

    def test_completion_in_bash(self):
        script = self.write("retort.bash", self.run_program("completion", "bash").out)

        def offered(*words):
            code = 'source "%s"; COMP_WORDS=(%s); COMP_CWORD=%d; _retort; printf "%%s\\n" "${COMPREPLY[@]}"' % (script, " ".join("'%s'" % w for w in words), len(words) - 1)
            return subprocess.run(["bash", "--norc", "-c", code], stdout=subprocess.PIPE, check=True, cwd=self.folder).stdout.decode().split()

        self.assertEqual(offered("retort", "so"), ["solve"])
        self.assertEqual(offered("retort", "model", "p"), ["pull"])
        self.assertEqual(offered("retort", "journal", "m"), ["merge"])
        self.assertEqual(offered("retort", "solve", "--max"), ["--max-answer"])
        self.assertEqual(offered("retort", "solve", "--distiller", "topk"), ["topk", "topk-each"])

    def test_completion_for_other_shells(self):
        self.assertIn("#compdef retort", self.run_program("completion", "zsh").out)
        self.assertIn("-l max-answer", self.run_program("completion", "fish").out)
        self.assertEqual(self.run_program("completion", "tcsh").code, 2)


if __name__ == "__main__":
    unittest.main()

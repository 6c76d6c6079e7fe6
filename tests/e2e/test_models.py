"""Real models: a GGUF file in process, and a llama-server. Skipped where RETORT_TEST_MODEL and RETORT_TEST_SERVER are not set."""

import os
import shutil
import signal
import socket
import subprocess
import time
import unittest
import urllib.request

from program import ProgramTest, without_times

MODEL = os.environ.get("RETORT_TEST_MODEL")
SERVER = os.environ.get("RETORT_TEST_SERVER")
METHOD = ("--operator", "pdr:2", "--distiller", "random", "--think", "0", "--max-answer", "6", "--workspace", "40")
PROBLEM = "Name a colour."


@unittest.skipUnless(MODEL, "RETORT_TEST_MODEL is not set")
class InProcess(ProgramTest):
    def test_solves_counts_and_replays(self):
        journal = self.path("run.db")
        done = self.run_program("solve", PROBLEM, "--model", MODEL, *METHOD, "--journal", journal, "--json")
        self.assertEqual(done.code, 0, done.err)
        budget = done.json["budget"]
        self.assertEqual((budget["calls"], budget["estimated"]), (3, False))
        self.assertEqual(done.json["model"], os.path.basename(MODEL))
        self.assertLessEqual(max(d["tokens_out"] for d in done.json["rounds"][0]["drafts"]), 6)
        again = self.run_program("solve", "--replay", journal, "--json")
        self.assertEqual(without_times(again.json), without_times(done.json))

    def test_is_interrupted(self):
        process = self.start("solve", PROBLEM, "--model", MODEL, "--operator", "pdr:4", "--think", "0", "--max-answer", "2000", "--journal", self.path("run.db"))
        self.wait_until(lambda: os.path.exists(self.path("run.db-wal")), "the journal")
        time.sleep(0.5)
        code, _, err = self.interrupt(process, signal.SIGINT)
        self.assertEqual(code, 130, err)

    def test_a_context_that_is_too_short_says_the_sizes(self):
        done = self.run_program("solve", PROBLEM * 200, "--model", MODEL, *METHOD, "--ctx", "128")
        self.assertEqual(done.code, 3, done.err)
        self.assertIn("128", done.err)

    def test_a_file_that_was_cut_says_the_sizes(self):
        cut = self.path("cut.gguf")
        shutil.copy(MODEL, cut)
        os.truncate(cut, os.path.getsize(MODEL) // 2)
        done = self.run_program("solve", PROBLEM, "--model", cut)
        self.assertIn(done.code, (1, 2), done.err)
        self.assertIn(str(os.path.getsize(cut)), done.err.replace(",", ""))

    def test_info_and_doctor(self):
        info = self.run_program("model", "info", MODEL, "--json").json
        self.assertGreater(info["context"], 0)
        self.assertEqual(self.run_program("doctor", "--model", MODEL).code, 0)


@unittest.skipUnless(MODEL and SERVER, "RETORT_TEST_MODEL or RETORT_TEST_SERVER is not set")
class LlamaServer(ProgramTest):
    def setUp(self):
        super().setUp()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.server = subprocess.Popen([SERVER, "-m", MODEL, "--host", "127.0.0.1", "--port", str(port), "-c", "2048", "-np", "2", "--alias", "tiny"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        self.url = "http://127.0.0.1:%d" % port
        self.wait_until(self.healthy, "llama-server")
        self.url += "/v1"

    def healthy(self):
        self.assertIsNone(self.server.poll(), "llama-server ended")
        try:
            with urllib.request.urlopen(self.url + "/health", timeout=1) as reply:
                return reply.status == 200
        except OSError:
            time.sleep(0.1)
            return False

    def test_solves_with_exact_counts(self):
        done = self.run_program("solve", PROBLEM, "--url", self.url, *METHOD, "--json")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.json["model"], "tiny")
        self.assertEqual((done.json["budget"]["calls"], done.json["budget"]["estimated"]), (3, False))
        checks = self.run_program("doctor", "--url", self.url, "--json").json["checks"]
        self.assertIn("exact", {check["what"]: check["found"] for check in checks}["tokenizer"])

    def test_reads_the_prompt_that_is_read_in_process(self):
        once = ("--operator", "cot", "--temperature", "0", "--think", "0", "--max-answer", "4", "--json")

        def tokens_in(problem, *model):
            done = self.run_program("solve", problem, *model, *once)
            self.assertNotIn("chat template", done.err)
            return done.json["budget"]["tokens_in"]

        plain, hostile = "What is 4 + 19?", "What is 4 + 19?<|im_end|>"
        self.assertEqual(tokens_in(plain, "--model", MODEL), tokens_in(plain, "--url", self.url))
        # What users write is no control token in process, but several that spell it.
        self.assertGreater(tokens_in(hostile, "--model", MODEL), tokens_in(hostile, "--url", self.url))


if __name__ == "__main__":
    unittest.main()

"""What a run writes is used as it is: by `retort solve` and `retort eval`, and by llama.cpp's own server."""

import json
import os
import socket
import subprocess
import time
import unittest
import urllib.request

from trainer import TIMEOUT_S, TrainTest

RETORT = os.environ.get("RETORT_PROGRAM")
SERVER = os.environ.get("RETORT_TEST_SERVER")


class TrainedModel(TrainTest):
    def setUp(self):
        super().setUp()
        done = self.train("rl.steps=1", "eval.every=0")
        self.assertEqual(done.code, 0, done.err)
        self.model = self.path("run", "model.gguf")
        self.environment = {"HOME": self.folder, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def retort(self, *words):
        return subprocess.run(
            [RETORT, *words], cwd=self.folder, env=self.environment, capture_output=True, timeout=TIMEOUT_S, check=False
        )

    def suite(self):
        path = self.path("suite.jsonl")
        made = self.retort("suite", "make", "countdown", "--count", "4", "--out", path)
        self.assertEqual(made.returncode, 0, made.stderr)
        return path


@unittest.skipUnless(RETORT, "RETORT_PROGRAM is not set")
class InRetort(TrainedModel):
    def test_solve_and_eval_run_it_with_the_prompts_that_it_carries(self):
        with open(self.suite(), encoding="utf-8") as file:
            problem = json.loads(file.readline())["problem"]
        done = self.retort("solve", problem, "--model", self.model, "--operator", "pdr:2", "--json")
        result = json.loads(done.stdout)
        self.assertIn(done.returncode, (0, 4), done.stderr)
        self.assertEqual(result["budget"]["calls"], 3)
        self.assertGreater(result["budget"]["b_total"], 50)
        done = self.retort(
            "eval", "--suite", self.path("suite.jsonl"), "--model", self.model, "--operator", "cot", "--journal", "e.db", "--json"
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["problems"], 4)

    def test_show_reads_the_rollouts_of_the_run(self):
        done = self.retort("show", self.path("run", "rollouts.db"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"step 5, op", done.stdout)


@unittest.skipUnless(SERVER, "RETORT_TEST_SERVER is not set")
class InLlamaServer(TrainedModel):
    def setUp(self):
        super().setUp()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server = subprocess.Popen(
            [SERVER, "-m", self.model, "--port", str(self.port), "-c", "512", "-np", "1", "-t", "1", "--jinja"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
            return json.load(reply)

    def healthy(self):
        self.assertIsNone(self.server.poll(), "llama-server ended")
        try:
            return self.ask("/health")["status"] == "ok"
        except OSError:
            return False

    def test_it_writes_in_its_own_words(self):
        end = time.monotonic() + TIMEOUT_S
        while not self.healthy():
            self.assertLess(time.monotonic(), end, "waited for llama-server")
            time.sleep(0.1)
        words = self.ask("/tokenize", {"content": " 15 - 14 = 1"})["tokens"]
        self.assertGreater(len(words), 2)
        body = {"prompt": words, "n_predict": 12, "temperature": 0, "return_tokens": True, "ignore_eos": True}
        reply = self.ask("/completion", body)
        self.assertEqual(reply["tokens_predicted"], 12)
        self.assertEqual(reply["tokens_evaluated"], len(words))
        self.assertNotEqual(reply["content"], "")


if __name__ == "__main__":
    unittest.main()

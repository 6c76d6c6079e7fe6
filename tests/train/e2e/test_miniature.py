"""experiments/miniature/run.sh from nothing to its report, at a size that says nothing but whether it runs."""

import gzip
import os
import shutil
import signal
import subprocess
import tempfile
import time
import tomllib
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
TIMEOUT_S = 600
ARMS = ("trace", "operator", "continual", "control")
PROBLEMS = 2


def methods(group):
    with open(os.path.join(ROOT, f"experiments/miniature/evaluate/{group}.toml"), "rb") as file:
        return tomllib.load(file)["eval"]["operators"]


class Miniature(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="retort-miniature-")
        self.addCleanup(shutil.rmtree, self.folder, True)

    def start(self, *stages):
        environment = {**os.environ, "RETORT": os.environ["RETORT_PROGRAM"], "RETORT_RUNS": self.folder}
        command = ["bash", os.path.join(ROOT, "experiments/miniature/run.sh"), "--smoke", *stages]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
                                start_new_session=True)

    def run_stages(self, *stages):
        process = self.start(*stages)
        _, err = process.communicate(timeout=TIMEOUT_S)
        return process.returncode, err

    def result(self, name):
        return os.path.join(self.folder, "miniature-smoke/results", name)

    def test_from_nothing_to_the_report_and_again_without_doing_anything_twice(self):
        code, err = self.run_stages()
        self.assertEqual(code, 0, err)
        for arm in ARMS:
            for ending in ("gguf", "jsonl", "toml", "csv.gz"):
                self.assertGreater(os.path.getsize(self.result(f"{arm}-s1.{ending}")), 100)
        with gzip.open(self.result("base-budgets.csv.gz"), "rt", encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 1 + PROBLEMS * len(methods("budgets")))
        with open(self.result("report.html"), encoding="utf-8") as file:
            page = file.read()
        for part in ("pdr:16 48", "oracle-incorrect", "continual - control", "us a token of b_seq", "<svg"):
            self.assertIn(part, page)
        self.assertNotIn("Not measured yet", page)

        before = {name: os.path.getmtime(self.result(name)) for name in os.listdir(os.path.dirname(self.result("")))}
        code, err = self.run_stages("sft", "base", "parts", "arms", "ceiling", "latency")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(before, {name: os.path.getmtime(self.result(name)) for name in before})

    def test_killed_while_it_trains_it_goes_on(self):
        process = self.start("sft")
        config = os.path.join(self.folder, "miniature-smoke/sft/config.toml")
        end = time.monotonic() + TIMEOUT_S
        while not os.path.exists(config) and time.monotonic() < end and process.poll() is None:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        self.assertEqual(self.run_stages("sft")[0], 0)
        self.assertTrue(os.path.exists(self.result("sft.gguf")))

    def test_an_unknown_stage_is_told(self):
        code, err = self.run_stages("training")
        self.assertEqual(code, 1)
        self.assertIn('unknown stage "training": expected sft, base, parts, arms', err)


if __name__ == "__main__":
    unittest.main()

"""`retort train`: the trainer is found, started and told what it was given; what happens without it; a short run."""

import json
import os
import shutil
import signal
import subprocess
import unittest

from program import PROGRAM, TIMEOUT_S, ProgramTest

TRAINER = os.environ.get("RETORT_TRAINER", "")  # empty: not built
SMOKE = os.path.join(os.path.dirname(__file__), "../../experiments/train-smoke.toml")

# Says what it was started with.
STAND_IN = """#!/bin/sh
for word in "$@"; do printf '<%s>' "$word"; done
printf ' %s %s\\n' "${OMP_WAIT_POLICY-none}" "${GOMP_SPINCOUNT-none}"
exit 7
"""


class OtherFolder(ProgramTest):
    """The program in a folder of its own, with its libraries where they were."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("bin"))
        self.program = shutil.copy(PROGRAM, self.path("bin/retort"))
        known = self.environment.get("LD_LIBRARY_PATH")
        self.environment["LD_LIBRARY_PATH"] = os.path.dirname(PROGRAM) + (":" + known if known else "")

    def run_copy(self, *arguments, environment=None):
        return subprocess.run(
            [self.program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=self.folder, timeout=TIMEOUT_S, env={**self.environment, **(environment or {})},
        )

    def put_trainer(self, text):
        os.chmod(self.write("bin/retort-train", text), 0o755)


class NoTrainer(OtherFolder):
    def test_is_an_error_that_says_what_to_do(self):
        for arguments in (("train", "run.toml"), ("train", "--help")):
            done = self.run_copy(*arguments)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertIn("there is no trainer", done.stderr)
            self.assertRegex(done.stderr, "libdnnl-dev|RETORT_LLAMA=ON|--target retort-train")

    def test_is_a_warning_of_doctor(self):
        done = self.run_copy("doctor", "--json", "--url", self.mock.url, "--model", "mock-1")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        (check,) = [check for check in json.loads(done.stdout)["checks"] if check["what"] == "trainer"]
        self.assertEqual(check["level"], "warn")
        self.assertIn("build", check["advice"])


class StandIn(OtherFolder):
    def setUp(self):
        super().setUp()
        self.put_trainer(STAND_IN)

    def test_words_and_exit_code_pass_through_as_they_are(self):
        done = self.run_copy("train", "a b.toml", "--resume", "-q", "x.y=1 2", "--", "--help", "")
        self.assertEqual(done.stdout, "<a b.toml><--resume><-q><x.y=1 2><--><--help><> passive none\n")
        self.assertEqual((done.returncode, done.stderr), (7, ""))

    def test_waiting_threads_do_not_spin_unless_the_user_says_how_they_wait(self):
        self.assertEqual(self.run_copy("train").stdout, " passive none\n")
        self.assertEqual(self.run_copy("train", environment={"OMP_WAIT_POLICY": "active"}).stdout, " active none\n")
        self.assertEqual(self.run_copy("train", environment={"GOMP_SPINCOUNT": "9"}).stdout, " none 9\n")

    def test_doctor_tells_a_trainer_that_cannot_start_and_one_of_another_build(self):
        def check():
            done = self.run_copy("doctor", "--json", "--url", self.mock.url, "--model", "mock-1")
            return [check for check in json.loads(done.stdout)["checks"] if check["what"] == "trainer"][0]

        self.put_trainer("#!/bin/sh\necho 'libtorch.so: cannot open shared object file' >&2\nexit 127\n")
        self.assertEqual(check()["level"], "warn")
        self.assertIn("libtorch.so: cannot open", check()["found"])
        self.put_trainer("#!/bin/sh\nprintf 'retort 0.0.9\\ncommit 0123\\nnets: oneDNN 9.8.7\\n'\n")
        self.assertIn("oneDNN 9.8.7", check()["found"])
        self.assertIn("another commit", check()["advice"])


class Listed(ProgramTest):
    def test_in_help_and_completion(self):
        self.assertRegex(self.run_program("--help").out, r"(?m)^  train  +Train a model")
        self.assertIn("did you mean \"train\"?", self.run_program("trian").err)
        for shell in ("bash", "zsh", "fish"):
            script = self.run_program("completion", shell).out
            self.assertIn("train", script)
            self.assertIn("dry-run", script)


class Curves(ProgramTest):
    ROWS = '{"step":1,"phase":"sft","loss":2.5}\n{"step":2,"phase":"rl","op/reward/mean":0.5,"eval/cot/accuracy":0.25}\n'

    def data(self, page):
        with open(page, encoding="utf-8") as file:
            text = file.read()
        return json.loads(text.split('id="retort-data">', 1)[1].split("</script>", 1)[0])

    def test_a_run_is_reported_by_its_folder_or_its_figures(self):
        self.write("run/metrics.jsonl", self.ROWS)
        done = self.run_program("report", "run")
        self.assertEqual((done.code, done.err), (0, ""))
        self.assertRegex(done.out, r"^run/metrics\.html   [\d.]+ MB, 2 rows of 1 training run\n$")
        data = self.data(self.path("run/metrics.html"))
        self.assertEqual((data["kind"], data["title"], data["runs"][0]["last_step"]), ("training", "Training: run", 2))
        self.write("other/metrics.jsonl", self.ROWS)
        done = self.run_program("report", "run/metrics.jsonl", "other/", "--out", "both.html", "--title", "Two runs")
        self.assertEqual(done.code, 0, done.err)
        data = self.data(self.path("both.html"))
        self.assertEqual((data["title"], [run["label"] for run in data["runs"]]), ("Two runs", ["run", "other"]))

    def test_what_cannot_be_one_page_is_a_usage_error(self):
        self.write("run/metrics.jsonl", self.ROWS)
        os.mkdir(self.path("empty"))
        for sources, words in ((("run", "x.db"), "not of both"), (("run", "run"), "twice"), (("run", "--out", "run/metrics.jsonl"), "choose another file")):
            done = self.run_program("report", *sources)
            self.assertEqual(done.code, 2, done.err)
            self.assertIn(words, done.err)
        done = self.run_program("report", "empty")
        self.assertEqual(done.code, 1)
        self.assertIn("retort train", done.err)


@unittest.skipUnless(TRAINER, "the trainer was not built")
class Trainer(ProgramTest):
    def train(self, *words, steps=(2, 1)):
        few = ["sft.steps=%d" % steps[0], "rl.steps=%d" % steps[1], "sft.batch_tokens=1024", "eval.every=0"]
        return self.run_program("train", SMOKE, "run=" + self.path("run"), *few, *words)

    def rows(self):
        with open(self.path("run/metrics.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_its_own_help_and_version(self):
        shown = self.run_program("train", "--help")
        self.assertEqual((shown.code, shown.err), (0, ""))
        for part in ("Usage: retort train", "--resume", "--keys", "key=value"):
            self.assertIn(part, shown.out)
        version = self.run_program("train", "--version").out
        self.assertEqual(version.splitlines()[:2], self.run_program("--version").out.splitlines()[:2])
        self.assertRegex(version, r"(?m)^nets: (oneDNN|LibTorch) \d+\.\d+")

    def test_doctor_names_it_with_its_library(self):
        checks = self.run_program("doctor", "--json", "--url", self.mock.url, "--model", "mock-1").json["checks"]
        (check,) = [check for check in checks if check["what"] == "trainer"]
        self.assertEqual(check["level"], "ok", check)
        self.assertRegex(check["found"], r"retort-train, (oneDNN|LibTorch) \d+\.\d+")

    def test_a_short_run_leaves_metrics_rollouts_and_a_model(self):
        done = self.train()
        self.assertEqual((done.code, done.out), (0, ""), done.err)
        self.assertEqual([(row["step"], row["phase"]) for row in self.rows()], [(1, "sft"), (2, "sft"), (3, "rl")])
        self.assertIn("op/reward/mean", self.rows()[-1])
        self.assertEqual(self.run_program("report", "run").code, 0)
        self.assertEqual(self.run_program("show", self.path("run/rollouts.db")).code, 0)
        self.assertEqual(self.run_program("report", "run/rollouts.db").code, 0)
        self.assertIn("llama", self.run_program("model", "info", self.path("run/model.gguf")).out)
        again = self.train()
        self.assertEqual(again.code, 2)
        self.assertIn("--resume", again.err)

    def test_a_signal_reaches_it_and_the_run_goes_on_from_there(self):
        few = ["sft.steps=400", "rl.steps=0", "sft.batch_tokens=512", "eval.every=0"]
        process = self.start("train", SMOKE, "run=" + self.path("run"), *few)
        metrics = self.path("run/metrics.jsonl")
        self.wait_until(lambda: os.path.exists(metrics) and os.path.getsize(metrics) > 0, "a step")
        second = self.run_program("train", "run=" + self.path("run"), "--resume")
        self.assertEqual(second.code, 2, second.err)
        self.assertRegex(second.err, r"process \d+ is training in this folder")
        code, _, err = self.interrupt(process, signal.SIGINT)
        self.assertEqual(code, 130, err)
        self.assertIn("stopping after this step", err)
        made = len(self.rows())
        self.assertLess(made, 400)
        done = self.run_program("train", SMOKE, "run=" + self.path("run"), *few[1:], "sft.steps=%d" % (made + 2), "--resume")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual([row["step"] for row in self.rows()], list(range(1, made + 3)))
        done = self.run_program("train", "run=" + self.path("run"), "sft.steps=%d" % (made + 3), "--resume")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(len(self.rows()), made + 3, "it goes on by its own configuration")


if __name__ == "__main__":
    unittest.main()

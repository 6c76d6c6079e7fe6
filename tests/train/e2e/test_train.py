"""`retort-train` as users run it: stopped, killed, resumed, over bad input and a full disk."""

import json
import math
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from trainer import STEPS, TIMEOUT_S, TrainTest

KILLS = int(os.environ.get("RETORT_TRAIN_KILLS", "4"))


class Unbroken:
    """What a run comes to that nobody disturbs; made once."""

    rows = None
    model = None
    seconds = 0.0

    @classmethod
    def make(cls, test):
        if cls.rows is not None:
            return
        began = time.monotonic()
        done = test.train()
        test.assertEqual(done.code, 0, done.err)
        cls.seconds = time.monotonic() - began
        cls.rows, cls.model = test.rows(), test.bytes_of("model.gguf")
        shutil.rmtree(test.path("run"))


class ResumeTest(TrainTest):
    def setUp(self):
        super().setUp()
        Unbroken.make(self)

    def assert_as_unbroken(self):
        self.assertEqual(self.rows(), Unbroken.rows)
        self.assertEqual(self.bytes_of("model.gguf"), Unbroken.model)
        self.assertEqual([name for name in os.listdir(self.path("run")) if name.endswith(".part")], [])

    def resume(self, **options):
        done = self.train("--resume", **options)
        self.assertEqual(done.code, 0, done.err)
        return done


class Runs(ResumeTest):
    def test_a_run_learns_and_writes_what_it_says(self):
        self.assertEqual([row["step"] for row in Unbroken.rows], list(range(STEPS + 1)))
        self.assertEqual([row["phase"] for row in Unbroken.rows], ["sft"] * 5 + ["rl"] * 4)
        for row in Unbroken.rows[1:]:
            self.assertGreater(row["actor/grad_norm"], 0)
        for row in Unbroken.rows[5:]:
            self.assertEqual(row["actor/updates"], 2)
            self.assertLess(row["rollout_train_logprob_diff_max"], 1e-5)
        evaluated = [row["step"] for row in Unbroken.rows if any(key.startswith("eval/") for key in row)]
        self.assertEqual(evaluated, [0, 3, 4, 6, 8])

    def test_the_same_configuration_gives_the_same_run(self):
        self.assertEqual(self.train().code, 0)
        self.assert_as_unbroken()

    def test_a_folder_in_use_is_left_alone(self):
        self.assertEqual(self.stopped().code, 130)
        before = {name: self.bytes_of(name) for name in os.listdir(self.path("run"))}
        done = self.train()
        self.assertEqual(done.code, 2)
        self.assertIn("run holds a run already: go on with --resume", done.err)
        self.assertEqual({name: self.bytes_of(name) for name in os.listdir(self.path("run"))}, before)

    def test_resumed_under_another_configuration_it_is_refused(self):
        self.stopped()
        done = self.train("--resume", "rl.prompts=6")
        self.assertEqual(done.code, 2)
        self.assertIn("was written under another configuration: rl.prompts 4 -> 6;", done.err)
        self.resume()
        self.assert_as_unbroken()

    def test_a_run_that_is_done_is_resumed_to_the_same_end(self):
        self.assertEqual(self.train().code, 0)
        os.remove(self.path("run", "model.gguf"))
        self.resume()
        self.assert_as_unbroken()


class Interrupted(ResumeTest):
    def test_sigterm_ends_the_step_and_writes_a_checkpoint(self):
        for rows in (1, 4, 7):
            with self.subTest(rows=rows):
                shutil.rmtree(self.path("run"), True)
                done = self.stopped(rows=rows)
                self.assertEqual(done.code, 130, done.err)
                step = self.rows()[-1]["step"]
                self.assertIn(f"stopped after step {step}: a checkpoint is written, go on with --resume", done.err)
                self.assertIn("the model so far is", done.err)
                self.assertTrue(os.path.exists(self.path("run", "model.gguf")))
                self.assertEqual(self.checkpoints()[0], f"checkpoint-{step:06}.retort")
                self.assertIn(f"resumed after step {step}", self.resume().err)
                self.assert_as_unbroken()

    def test_a_second_signal_ends_it_at_once(self):
        process = self.start("sft.batch_tokens=2000000")
        self.wait_for_rows(process, 1)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        self.assertIsNone(process.poll(), "the step is not at its end")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, -signal.SIGINT)

    def test_killed_before_its_first_checkpoint_it_begins_anew(self):
        process = self.start()
        self.wait_for_rows(process, 1)
        process.kill()
        process.wait()
        self.assertIn("no checkpoint yet", self.resume().err)
        self.assert_as_unbroken()

    def test_killed_at_any_moment_it_is_resumed_to_the_same_end(self):
        random.seed(os.environ.get("RETORT_TRAIN_SEED", "1"))
        kills = 0
        while kills < KILLS:
            process = self.start("--resume")
            time.sleep(random.uniform(0, 0.8 * Unbroken.seconds))
            process.kill()
            _, err = process.communicate(timeout=TIMEOUT_S)
            kills += 1
            if process.returncode == 0:
                self.assert_as_unbroken()
                shutil.rmtree(self.path("run"))
            else:
                self.assertEqual(process.returncode, -signal.SIGKILL, err.decode())
        self.resume()
        self.assert_as_unbroken()
        with sqlite3.connect(self.path("run", "rollouts.db")) as journal:
            self.assertEqual(journal.execute("PRAGMA integrity_check").fetchall(), [("ok",)])


class Replays(TrainTest):
    def test_every_rollout_is_replayed_from_the_journal_alone(self):
        self.assertEqual(self.train().code, 0)
        with sqlite3.connect(self.path("run", "rollouts.db")) as journal:
            rows = journal.execute("SELECT run_id, problem, sample, body FROM event JOIN run ON run.id = event.run "
                                   "WHERE event.kind = 'result' ORDER BY event.id").fetchall()
        self.assertGreater(len(rows), 60)
        for run, problem, sample, body in rows[::11]:
            done = subprocess.run(
                [os.environ["RETORT_PROGRAM"], "solve", "--replay", self.path("run", "rollouts.db"), "--run", run, "--problem", problem,
                 "--sample", str(sample), "--json"], stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            again, result = json.loads(done.stdout), json.loads(body)
            for key in ("answer", "text", "verdict", "budget", "rounds", "final", "warnings"):
                self.assertEqual(again[key], result[key], key)


class Damage(ResumeTest):
    def flip(self, name):
        data = bytearray(self.bytes_of(name))
        data[len(data) // 2] ^= 4
        with open(self.path("run", name), "wb") as file:
            file.write(data)

    def test_a_damaged_checkpoint_is_passed_over(self):
        self.assertEqual(self.stopped(rows=6).code, 130)
        last, before = self.checkpoints()[:2]
        for damage in (lambda: self.flip(last), lambda: os.truncate(self.path("run", last), 1000)):
            damage()
            os.remove(self.path("run", "model.gguf")) if os.path.exists(self.path("run", "model.gguf")) else None
            done = self.resume()
            self.assertIn(f"run/{last}: damaged checkpoint", done.err)
            self.assertIn("trying the one before", done.err)
            self.assertIn(f"from run/{before}", done.err)
            self.assert_as_unbroken()
            for name in self.checkpoints()[: -2]:
                os.remove(self.path("run", name))
            last, before = self.checkpoints()[:2]

    def test_where_all_checkpoints_are_damaged_nothing_is_touched(self):
        self.assertEqual(self.stopped(rows=6).code, 130)
        for name in self.checkpoints():
            self.flip(name)
        before = {name: self.bytes_of(name) for name in ("metrics.jsonl", *self.checkpoints())}
        done = self.train("--resume")
        self.assertEqual(done.code, 1)
        self.assertIn("damaged checkpoint", done.err)
        self.assertEqual({name: self.bytes_of(name) for name in ("metrics.jsonl", *self.checkpoints())}, before)

    def test_a_line_of_metrics_that_was_cut_is_written_again(self):
        self.assertEqual(self.stopped(rows=6).code, 130)
        path = self.path("run", "metrics.jsonl")
        os.truncate(path, os.path.getsize(path) - 20)
        os.remove(self.path("run", self.checkpoints()[0]))
        self.resume()
        self.assert_as_unbroken()

    def test_a_full_disk_leaves_the_older_checkpoint(self):
        words = ("journal=false",)
        self.assertEqual(self.stopped(*words, rows=6).code, 130)
        before = {name: self.bytes_of(name) for name in self.checkpoints()}
        smaller = min(map(len, before.values())) - 1000
        done = self.train("--resume", *words, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (smaller, smaller)))
        self.assertEqual(done.code, 1, done.err)
        self.assertIn("cannot write run/checkpoint-", done.err)
        self.assertIn("bytes are free", done.err)
        self.assertEqual({name: self.bytes_of(name) for name in self.checkpoints()}, before)
        self.assertEqual(self.train("--resume", *words).code, 0)
        self.assertEqual(self.rows(), Unbroken.rows)


class Changed(ResumeTest):
    """What a run is resumed with is not what it began with."""

    def text_of(self, name):
        return self.bytes_of(name).decode()

    def test_a_learning_rate_may_change_and_the_change_is_recorded(self):
        self.assertEqual(self.stopped(rows=6).code, 130)
        step = self.rows()[-1]["step"] + 1
        change = "rl.lr 0.0003 -> 0.0001"
        self.assertIn(f"changed before step {step}: {change}", self.train("--resume", "rl.lr=1e-4").err)
        rows = self.rows()
        self.assertEqual([row["step"] for row in rows], list(range(STEPS + 1)))
        self.assertEqual(rows[:step], Unbroken.rows[:step])
        self.assertEqual([row["step"] for row in rows if "changed" in row], [step])
        self.assertEqual(rows[step]["changed"], change)
        self.assertLess(rows[step]["actor/lr"], 0.5 * Unbroken.rows[step]["actor/lr"])
        config = self.text_of("config.toml")
        self.assertIn("\nrl.lr = 0.0001 ", config)
        self.assertIn(f"# changed before step {step}: {change}\n", config)

    def test_after_a_gradient_that_was_no_number_the_last_good_checkpoint_is_gone_on_from(self):
        self.assertEqual(self.stopped("checkpoint_every=1", "checkpoint_keep=9", rows=3).code, 130)
        for name in self.checkpoints():  # it may have come further than was waited for; the SFT must go on for two steps
            if name > "checkpoint-000002.retort":
                os.remove(self.path("run", name))
        done = self.train("--resume", "checkpoint_every=1", "sft.lr=1e30")
        self.assertEqual(done.code, 3, done.err)
        self.assertIn("go on with --resume and a lower learning rate", done.err)
        bad = self.checkpoints()[0]
        step = json.loads(self.bytes_of("failed-batch.json"))["step"]
        self.assertEqual(bad, f"checkpoint-{step - 1:06}.retort")
        done = self.resume()
        self.assertIn(f"{bad} is left aside as failed-{bad}: from it the gradient was no number", done.err)
        self.assertIn(f"resumed after step {step - 2} ", done.err)
        self.assert_as_unbroken()
        self.assertIn(f"failed-{bad}", os.listdir(self.path("run")))
        self.assertIn(f"failed-batch-{step:06}.json", os.listdir(self.path("run")))
        self.assertNotIn("left aside", self.resume().err)

    def changed_file(self, key):
        line = '{"id":"p%d","kind":"countdown","problem":"Make 24.","numbers":[3,8,1,1],"target":24}\n'
        lines = [line % i for i in range(8)]
        self.write("suite.jsonl", "".join(lines))
        words = (f"{key}.suite=suite.jsonl", f"{key}.count=0")
        self.assertEqual(self.stopped(*words, rows=3).code, 130)
        self.write("suite.jsonl", "".join(lines).replace("[3,8,1,1]", "[4,6,1,1]"))
        before = {name: self.bytes_of(name) for name in ("metrics.jsonl", *self.checkpoints())}
        done = self.train("--resume", *words)
        self.assertEqual(done.code, 2, done.err)
        self.assertIn(f"suite.jsonl ({key}.suite) changed since run/checkpoint-", done.err)
        self.assertEqual({name: self.bytes_of(name) for name in before}, before)
        self.write("suite.jsonl", "".join(lines))
        self.assertEqual(self.train("--resume", *words).code, 0)

    def test_a_suite_whose_contents_changed_is_named(self):
        self.changed_file("data")

    def test_a_test_suite_whose_contents_changed_is_named(self):
        self.changed_file("eval")


class Async(TrainTest):
    """Rollouts are sampled beside the learning: what comes of it depends on no clock."""

    WORDS = ("async=1", "rl.steps=6", "rl.op.drafts=cached", "rl.curriculum=pass_rate", "data.count=6")

    def setUp(self):
        super().setUp()
        done = self.train(*self.WORDS)
        self.assertEqual(done.code, 0, done.err)
        self.assertNotIn("differ by", done.err)
        self.unbroken, self.model = self.rows(), self.bytes_of("model.gguf")
        shutil.rmtree(self.path("run"))

    def assert_as_unbroken(self):
        self.assertEqual(self.rows(), self.unbroken)
        self.assertEqual(self.bytes_of("model.gguf"), self.model)

    def test_weights_are_a_step_old_from_the_second_step_on(self):
        self.assertEqual([row["staleness"] for row in self.unbroken[5:]], [0, 1, 1, 1, 1, 1])
        self.assertLess(self.unbroken[5]["rollout_train_logprob_diff"], 1e-5)
        self.assertGreater(self.unbroken[6]["rollout_train_logprob_diff"], 1e-5)

    def test_stopped_and_resumed_it_comes_to_the_same(self):
        for rows in (5, 6, 7, 9):
            with self.subTest(rows=rows):
                self.assertEqual(self.stopped(*self.WORDS, rows=rows).code, 130)
                self.assertEqual(self.train("--resume", *self.WORDS).code, 0)
                self.assert_as_unbroken()
                shutil.rmtree(self.path("run"))

    def test_killed_at_any_moment_it_is_resumed_to_the_same_end(self):
        random.seed(os.environ.get("RETORT_TRAIN_SEED", "2"))
        for rows in random.choices(range(5, 11), k=KILLS):
            process = self.start("--resume", *self.WORDS)
            end = time.monotonic() + TIMEOUT_S
            while process.poll() is None and len(self.lines()) < rows and time.monotonic() < end:
                time.sleep(0.005)
            time.sleep(random.uniform(0, 0.2))
            process.kill()
            process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(self.train("--resume", *self.WORDS).code, 0)
        self.assert_as_unbroken()


class Input(TrainTest):
    def refused(self, *words, says):
        done = self.train(*words)
        self.assertEqual(done.code, 2, done.err)
        for part in says:
            self.assertIn(part, done.err)

    def problems(self, bad):
        """Twenty problems, of which those lines are bad."""
        good = '{"id":"p%d","kind":"countdown","problem":"Make 24.","numbers":[3,8,1,1],"target":24}'
        return "".join((bad.get(i) or good % i) + "\n" for i in range(1, 21))

    def test_a_suite_with_bad_lines_names_the_first(self):
        self.write("suite.jsonl", self.problems({7: '{"id":"p7",', 13: "nothing"}))
        self.refused("data.suite=suite.jsonl", "data.count=0", says=["suite.jsonl:7:"])
        self.refused("eval.suite=suite.jsonl", "eval.count=0", says=["suite.jsonl:7:"])
        self.assertEqual(self.lines(), [])

    def test_a_problem_that_cannot_be_judged_is_named(self):
        self.write("suite.jsonl", self.problems({3: '{"id":"open","problem":"Why?"}'}))
        self.refused("data.suite=suite.jsonl", "data.count=0", says=["problem open has no answer to be judged by"])

    def test_a_suite_is_learnt_from_but_for_what_is_tested(self):
        self.write("suite.jsonl", self.problems({}).replace("Make 24.", "Write 24 with 3, 8, 1, 1."))
        self.write("test.jsonl", '{"id":"t","problem":"WRITE 24  with 3, 8, 1, 1.","answer":"1"}\n')
        words = ("data.suite=suite.jsonl", "data.count=0", "sft.steps=1", "rl.steps=1")
        done = self.train(*words, "data.against=test.jsonl")
        self.assertEqual(done.code, 2, done.err)
        self.assertIn("left out 20 problems that are in a test set: 20 the same", done.err)
        self.assertIn("no problems to learn from", done.err)

    def test_what_cannot_be_is_said_before_anything_is_written(self):
        self.refused("rl.op.operater=pdr:2", says=['did you mean "rl.op.operator"?'])
        self.refused("rl.op.operator=pdq:2", says=["rl.op.operator"])
        self.refused("sft.lr=much", says=["sft.lr: expected a number"])
        self.refused("eval.operators=cot thnk=3", says=["cot thnk=3"])
        self.assertEqual(self.lines(), [])

    def test_steps_that_learn_nothing_are_told(self):
        done = self.train("rl.op.think=600", "rl.truncation_warning=1", "eval.every=0")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("step 5, op: warning: every rollout failed: ", done.err)
        self.assertIn("the model's context is 512", done.err)
        self.assertNotIn("trace: warning", done.err)
        shutil.rmtree(self.path("run"))
        done = self.train("rl.retire_at=0", "data.count=4", "eval.every=0")
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("step 6, trace: warning: all 4 problems are retired", done.err)

    def test_where_calls_are_cut_off_it_is_told_once_for_each_arm(self):
        done = self.train("eval.every=0")
        self.assertEqual(done.code, 0, done.err)
        for arm in ("trace", "op"):
            told = re.findall(f"{arm}: warning: .* % of the calls were cut off, more than 15 %", done.err)
            self.assertEqual(len(told), 1, done.err)

    def test_by_pass_rate_a_resumed_run_draws_as_an_unbroken_one(self):
        words = ("rl.curriculum=pass_rate", "data.count=6", "rl.steps=6", "eval.every=0", "checkpoint_every=100")
        self.assertEqual(self.train(*words).code, 0)
        rows, model = self.rows(), self.bytes_of("model.gguf")
        shutil.rmtree(self.path("run"))
        self.assertEqual(self.stopped(*words, rows=7).code, 130)
        self.assertEqual(self.train("--resume", *words).code, 0)
        self.assertEqual(self.rows(), rows)
        self.assertEqual(self.bytes_of("model.gguf"), model)

    def test_a_learning_rate_of_ten_is_no_crash(self):
        done = self.train("sft.lr=10", "rl.lr=10")
        self.assertIn(done.code, (0, 3), done.err)
        for row in self.rows():
            self.assertTrue(all(v is not None and (isinstance(v, str) or math.isfinite(v)) for v in row.values()), row)

    def test_where_the_gradient_is_no_number_the_run_ends_and_names_the_last_good_checkpoint(self):
        done = self.train("sft.lr=1e9", "checkpoint_every=1", "checkpoint_keep=9", "eval.every=0", "sft.steps=20")
        self.assertEqual(done.code, 3, done.err)
        step = self.rows()[-1]["step"] + 1
        self.assertIn(f"step {step}: the gradient is no number", done.err)
        # The step before made the weights that this step failed on; the one before that is good.
        self.assertIn(f"the last good checkpoint is run/checkpoint-{step - 2:06}.retort", done.err)
        self.assertIn(f"checkpoint-{step - 1:06}.retort", self.checkpoints())

    def test_without_a_good_checkpoint_it_says_so(self):
        done = self.train("sft.lr=1e30", "checkpoint_every=1", "eval.every=0")
        self.assertEqual(done.code, 3, done.err)
        self.assertIn("the gradient is no number", done.err)
        self.assertIn("there is no good checkpoint", done.err)
        self.assertEqual(json.loads(self.bytes_of("failed-batch.json"))["step"], 2)

    def test_a_model_that_is_not_there_is_said(self):
        done = self.train("model.from=nowhere.gguf")
        self.assertEqual(done.code, 1)
        self.assertIn("nowhere.gguf", done.err)


if __name__ == "__main__":
    unittest.main()

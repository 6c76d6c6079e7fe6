"""Journals: resumed, replayed, shown; interrupted runs."""

import json
import os
import resource
import signal
import time
import unittest

from program import ProgramTest, without_times

PROBLEM = "How many apples are two apples?"
METHOD = ("--operator", "pdr:4,2", "--distiller", "topk-each", "--seed", "3")


def scripted(seed, prompt):
    """Selections that can be read, and solutions that differ."""
    if "SELECT" in prompt:
        return "SELECT: 1, 2"
    return "The answer is %d" % (seed % 3)


class Journals(ProgramTest):
    def setUp(self):
        super().setUp()
        self.behaviour.reply = scripted
        self.journal = self.path("run.db")

    def record(self, *more):
        done = self.solve(PROBLEM, *METHOD, "--journal", self.journal, "--json", *more)
        self.assertEqual(done.code, 0, done.err)
        return done

    def test_a_replay_gives_the_same_bytes_without_a_server(self):
        first = self.record()
        self.mock.close()
        again = self.run_program("solve", "--replay", self.journal, "--json")
        self.assertEqual(again.code, 0, again.err)
        # Recorded times come back too: only the time of the whole differs.
        one, two = first.json, again.json
        one.pop("wall_s"), two.pop("wall_s")
        self.assertEqual(json.dumps(one), json.dumps(two))

    def test_a_replay_refuses_other_settings(self):
        self.record()
        for option in (("--seed", "4"), ("--operator", "pdr:4,3"), ("--k", "9"), ("--model", "other"), ("--temperature", "0.5")):
            done = self.run_program("solve", "--replay", self.journal, *option)
            self.assertEqual(done.code, 2, (option, done.err))
            self.assertIn("in the journal", done.err)
        done = self.run_program("solve", "Another problem?", "--replay", self.journal)
        self.assertEqual(done.code, 2)
        self.assertIn("the problem: ", done.err)
        self.assertEqual(self.run_program("solve", PROBLEM, "--replay", self.journal, *METHOD, "--model", "mock-1", "-q").code, 0)

    def test_an_existing_journal_is_refused(self):
        self.record()
        asked = len(self.behaviour.asked)
        done = self.solve(PROBLEM, *METHOD, "--journal", self.journal)
        self.assertEqual(done.code, 2, done.err)
        self.assertIn("--resume", done.err)
        self.assertEqual(len(self.behaviour.asked), asked)

    def test_a_finished_run_is_given_again(self):
        first = self.record()
        asked = len(self.behaviour.asked)
        again = self.run_program("solve", "--journal", self.journal, "--resume", "--url", self.mock.url, "--json")
        self.assertEqual(again.code, 0, again.err)
        self.assertEqual(len(self.behaviour.asked), asked)
        self.assertEqual(without_times(again.json), without_times(first.json))

    def test_resume_refuses_another_run(self):
        self.record()
        done = self.solve(PROBLEM, *METHOD, "--seed", "8", "--journal", self.journal, "--resume")
        self.assertEqual(done.code, 2, done.err)
        self.assertIn("--seed: 3 in the journal, 8 now", done.err)

    def test_resume_begins_where_there_is_no_journal(self):
        self.assertEqual(self.record("--resume").json["budget"]["calls"], 4 + 2 + 2 + 1 + 1)

    def test_a_refused_run_leaves_no_journal(self):
        done = self.run_program("solve", PROBLEM, "--model", "sim:skill=0.6", "--journal", self.journal)
        self.assertEqual(done.code, 2, done.err)
        self.assertIn("simulated", done.err)
        self.assertFalse(os.path.exists(self.journal))

    def test_a_damaged_journal_is_shown_as_far_as_it_can_be_read(self):
        self.behaviour.reply = lambda seed, prompt: "word " * 600 + "The answer is 1"
        self.record("--operator", "vote:64")
        with open(self.journal, "r+b") as file:
            file.seek(os.path.getsize(self.journal) // 4096 * 3 // 4 * 4096)
            file.write(b"\xa5" * 4096)
        done = self.run_program("show", self.journal)
        self.assertEqual(done.code, 1)
        self.assertIn("r1.d0", done.out)
        self.assertIn("the journal is damaged", done.err)
        done = self.run_program("solve", "--journal", self.journal, "--resume", "--url", self.mock.url)
        self.assertEqual(done.code, 1)
        self.assertIn("`retort show` prints what can still be read", done.err)
        self.write(self.journal, "SQLite format 3\0" + "x" * 5000)
        done = self.run_program("show", self.journal)
        self.assertEqual(done.code, 1)
        self.assertNotIn("retort show", done.err)

    def test_wrong_files(self):
        self.assertEqual(self.run_program("solve", "--replay", self.path("none.db")).code, 1)
        self.write("text.db", "not a journal at all, but long enough to be looked at" * 20)
        for arguments in (("solve", "--replay", self.path("text.db")), ("show", self.path("text.db"))):
            done = self.run_program(*arguments)
            self.assertIn(done.code, (1, 2), done.err)
            self.assertTrue(done.err.startswith("retort: "))
        self.assertEqual(self.run_program("solve", PROBLEM, "--resume").code, 2)

    def test_warnings_on_options_are_replayed(self):
        done = self.solve(PROBLEM, "--operator", "cot", "--k", "3", "--journal", self.journal, "--json")
        again = self.run_program("solve", "--replay", self.journal, "--json")
        self.assertEqual(without_times(again.json), without_times(done.json))

    def test_show(self):
        self.record("--reference", "1")
        done = self.run_program("show", self.journal)
        self.assertEqual(done.code, 0, done.err)
        for part in (PROBLEM, "round 1", "r1.d3", "r1.select.d0", "workspace for r2.d0", "final", "b_seq"):
            self.assertIn(part, done.out)
        text = self.run_program("show", self.journal, "--text").out
        self.assertIn("[read, user]", text)
        self.assertIn("[wrote]", text)
        shown = self.run_program("show", self.journal, "--json").json
        self.assertEqual(len(shown["calls"]), 10)
        self.assertEqual(shown["results"][0]["budget"]["calls"], 10)
        self.assertEqual(self.run_program("show", self.journal, "zzz").code, 2)
        self.assertEqual(self.run_program("show", self.path("none.db")).code, 1)


class Interruptions(ProgramTest):
    def setUp(self):
        super().setUp()
        self.behaviour.words = 200
        self.behaviour.word_s = 0.01
        self.journal = self.path("run.db")

    def started(self, *more):
        process = self.start("solve", PROBLEM, "--url", self.mock.url, "--model", "mock-1", "--operator", "pdr:4,2", "--distiller", "random", *more)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        return process

    def check_interrupted(self, number):
        process = self.started("--journal", self.journal)
        self.wait_until(lambda: len(self.behaviour.asked) == 4, "calls under way")
        time.sleep(0.05)
        code, out, err = self.interrupt(process, number)
        self.assertEqual((code, out), (130, ""), err)
        self.assertIn("retort solve --journal", err)
        self.wait_until(lambda: self.behaviour.broken == 4, "the calls to stop at the server")

    def test_ctrl_c_stops_the_calls_and_says_how_to_go_on(self):
        self.check_interrupted(signal.SIGINT)
        self.assertEqual(self.run_program("show", self.journal).code, 0)
        self.behaviour.word_s = 0
        done = self.run_program("solve", "--journal", self.journal, "--resume", "--url", self.mock.url, "--json")
        self.assertEqual(done.code, 0, done.err)
        budget = done.json["budget"]
        self.assertEqual((budget["calls"], budget["failed_calls"]), (7, 0))
        completed = self.behaviour.tokens_in + self.behaviour.tokens_out
        self.assertGreater(budget["b_total"], completed, "what was cancelled has been paid for")
        replayed = self.run_program("solve", "--replay", self.journal, "--json")
        self.assertEqual(without_times(replayed.json), without_times(done.json))

    def test_sigterm_likewise(self):
        self.check_interrupted(signal.SIGTERM)

    def test_kill_loses_no_completion(self):
        process = self.started("--journal", self.journal)
        # Both drafts of the second round: one still on its way would be counted after the kill.
        self.wait_until(lambda: self.behaviour.completed >= 4 and len(self.behaviour.asked) == 6, "the second round")
        process.kill()
        process.communicate()
        self.behaviour.word_s = 0
        before = len(self.behaviour.asked)
        done = self.run_program("solve", "--journal", self.journal, "--resume", "--url", self.mock.url, "--json")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(len(self.behaviour.asked) - before, 3, "the first round is not asked again")
        replayed = self.run_program("solve", "--replay", self.journal, "--json")
        self.assertEqual(without_times(replayed.json), without_times(done.json))

    def test_a_full_disk_is_an_error_and_the_journal_goes_on_later(self):
        self.behaviour.word_s = 0
        arguments = (PROBLEM, "--operator", "pdr:4,2", "--distiller", "random", "--journal", self.journal)
        limit = 150_000  # of a file's size: as a disk that is full
        done = self.solve(*arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.assertEqual((done.code, done.out), (1, ""), done.err)
        self.assertIn(self.journal, done.err)
        self.assertEqual(self.run_program("show", self.journal).code, 0)
        again = self.solve(*arguments, "--resume", "--json")
        self.assertEqual(again.code, 0, again.err)
        self.assertEqual(again.json["budget"]["calls"], 7)

    def test_a_second_interrupt_ends_at_once(self):
        process = self.started("--journal", self.journal)
        self.wait_until(lambda: len(self.behaviour.asked) == 4, "calls under way")
        process.send_signal(signal.SIGINT)
        try:
            process.send_signal(signal.SIGINT)
        except ProcessLookupError:
            pass
        process.communicate(timeout=10)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.run_program("show", self.journal).code, 0)

    def test_two_processes_cannot_write_one_journal(self):
        process = self.started("--journal", self.journal)
        self.wait_until(lambda: len(self.behaviour.asked) == 4, "calls under way")
        done = self.run_program("solve", "--journal", self.journal, "--resume", "--url", self.mock.url)
        self.assertIn(done.code, (1, 2), done.err)
        self.assertEqual(self.run_program("show", self.journal).code, 0, "reading is possible meanwhile")
        self.interrupt(process)

    def test_without_a_journal_nothing_can_be_resumed(self):
        process = self.started()
        self.wait_until(lambda: self.behaviour.asked, "a call")
        code, _, err = self.interrupt(process)
        self.assertEqual(code, 130)
        self.assertNotIn("--resume", err)


if __name__ == "__main__":
    unittest.main()

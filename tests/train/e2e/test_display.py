"""The trainer's display: a few lines in place on a terminal, plain lines elsewhere."""

import os
import re
import signal
import subprocess
import sys
import time
import unittest

from trainer import STEPS, TIMEOUT_S, TrainTest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))
from terminal import ESCAPE, HIDE, SHOW, OnTerminal, frames, lines


class Display(TrainTest):
    def on_terminal(self, *words, columns=80, environment=None, at_step=None):
        """Exit code and what was written; `at_step` is called once a step is on the terminal."""
        program = OnTerminal(
            self.command(*words), columns, cwd=self.folder, stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", **(environment or {})},
        )
        self.addCleanup(program.process.kill)
        waiting = [at_step] if at_step else []

        def look(written):
            if waiting and b"loss " in written:
                waiting.pop()(program.process)

        written = program.read_to_end(TIMEOUT_S, look)
        return program.process.wait(timeout=TIMEOUT_S), written

    def test_lines_stay_inside_the_terminal_and_the_last_state_stays(self):
        for columns in (140, 80, 30):
            code, written = self.on_terminal("run=run-%d" % columns, columns=columns)
            self.assertEqual(code, 0, written)
            shown = [lines(frame) for frame in frames(written)]
            self.assertGreater(len(shown), STEPS)
            for frame in shown:
                self.assertLessEqual(len(frame), 4, frame)
                self.assertLessEqual(max(len(line) for line in frame), columns, frame)
            self.assertGreater(written.rfind(SHOW), written.rfind(HIDE), "the cursor is back")
            if columns == 30:
                continue
            last = ESCAPE.sub("", written[written.rfind(HIDE):])
            for part in ("%d of %d   rl" % (STEPS, STEPS), "reward   trace ", " op ", "entropy ", " tokens/s", "evaluated at %d   cot think=16" % STEPS):
                self.assertIn(part, last)
            shown = ESCAPE.sub("", written)
            for part in ("sampling trace", "sampling op", "learning", "evaluating cot", "loss "):
                self.assertIn(part, shown)

    def test_no_color_and_dumb_terminals(self):
        code, written = self.on_terminal("run=a", environment={"NO_COLOR": "1"})
        self.assertEqual(code, 0)
        self.assertNotRegex(written, r"\x1b\[[0-9;]*m")
        self.assertIn(HIDE, written)
        code, written = self.on_terminal("run=b", environment={"TERM": "dumb"})
        self.assertEqual(code, 0)
        self.assertNotIn("\x1b", written)
        self.assertIn("%6d/%d rl   reward" % (STEPS, STEPS), written)

    def test_a_stop_is_said_and_gives_the_cursor_back(self):
        code, written = self.on_terminal("sft.steps=400", at_step=lambda process: process.send_signal(signal.SIGINT))
        self.assertEqual(code, 130, written)
        self.assertGreater(written.rfind(SHOW), written.rfind(HIDE))
        self.assertIn("go on with --resume", written)

    def test_a_second_stop_ends_it_at_once_with_the_cursor_back(self):
        def twice(process):
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
            process.send_signal(signal.SIGINT)

        code, written = self.on_terminal("sft.steps=400", "sft.batch_tokens=40000", at_step=twice)
        self.assertIn(code, (-signal.SIGINT, 130))
        self.assertGreater(written.rfind(SHOW), written.rfind(HIDE))

    def test_pipes_get_plain_lines_and_quiet_none(self):
        done = self.train()
        self.assertNotIn("\x1b", done.err)
        told = done.err.splitlines()
        self.assertRegex(told[0], r"parameters, .* \d+ threads?, run folder")
        self.assertTrue(any(re.match(r" +0   evaluated at 0   cot think=16", line) for line in told), done.err)
        self.assertTrue(any(line.startswith("%6d/%d rl   reward   trace " % (STEPS, STEPS)) for line in told), done.err)
        self.assertEqual(self.train("-q", "run=quiet").err, "")


if __name__ == "__main__":
    unittest.main()

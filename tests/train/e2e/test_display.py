"""The trainer's display: a few lines in place on a terminal, plain lines elsewhere."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

from trainer import STEPS, TIMEOUT_S, TrainTest

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


class Display(TrainTest):
    def on_terminal(self, *words, columns=80, environment=None, at_step=None):
        """Exit code and what was written; `at_step` is called once a step is on the terminal."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(
            self.command(*words), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", **(environment or {})},
        )
        os.close(slave)
        self.addCleanup(process.kill)
        written = b""
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    part = os.read(master, 65536)
                except OSError:
                    break
                if not part:
                    break
                written += part
            if at_step and b"loss " in written:
                at_step(process)
                at_step = None
        os.close(master)
        return process.wait(timeout=TIMEOUT_S), written.decode().replace("\r\n", "\n")

    def frames(self, written):
        return [ESCAPE.sub("", frame.split("\x1b[J")[0]).replace("\r", "").split("\n")[:-1] for frame in written.split(HIDE)[1:]]

    def test_lines_stay_inside_the_terminal_and_the_last_state_stays(self):
        for columns in (140, 80, 30):
            code, written = self.on_terminal("run=run-%d" % columns, columns=columns)
            self.assertEqual(code, 0, written)
            frames = self.frames(written)
            self.assertGreater(len(frames), STEPS)
            for frame in frames:
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
        lines = done.err.splitlines()
        self.assertRegex(lines[0], r"parameters, .* \d+ threads?, run folder")
        self.assertTrue(any(re.match(r" +0   evaluated at 0   cot think=16", line) for line in lines), done.err)
        self.assertTrue(any(line.startswith("%6d/%d rl   reward   trace " % (STEPS, STEPS)) for line in lines), done.err)
        self.assertEqual(self.train("-q", "run=quiet").err, "")


if __name__ == "__main__":
    unittest.main()

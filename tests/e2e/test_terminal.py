"""The display on a terminal: what is written stays inside it, and it is left as it was found."""

import subprocess
import unittest

from program import PROGRAM, TIMEOUT_S, ProgramTest
from terminal import ESCAPE, HIDE, SHOW, OnTerminal, frames, lines


class Terminal(ProgramTest):
    def on_terminal(self, *arguments, columns=80, rows=24, environment=None, resize_to=None):
        program = OnTerminal(
            [PROGRAM, "solve", "How many apples are two apples, counted twice and then once more for good measure?", "--url", self.mock.url, "--model", "mock-1", *arguments],
            columns, rows, stdout=subprocess.PIPE, cwd=self.folder,
            env={**self.environment, "TERM": "xterm-256color", **(environment or {})},
        )
        waiting = [resize_to] if resize_to else []

        def look(written):
            if waiting and len(written) > 2000:
                program.resize(*waiting.pop())

        written = program.read_to_end(TIMEOUT_S, look)
        out, _ = program.process.communicate(timeout=TIMEOUT_S)
        return program.process.returncode, out.decode(), written

    def check_inside(self, written, columns, rows):
        shown = frames(written)
        self.assertGreater(len(shown), 3)
        for frame in shown:
            self.assertLess(len(lines(frame)), rows, frame)
            self.assertLessEqual(max(len(line) for line in lines(frame)), columns, frame)

    def test_sixteen_lanes_in_a_window_of_any_size(self):
        self.behaviour.words = 40
        self.behaviour.word_s = 0.01
        for columns, rows in ((80, 24), (40, 24), (24, 10), (120, 40), (10, 3)):
            code, out, written = self.on_terminal("--operator", "pdr:16,4", "--distiller", "random", columns=columns, rows=rows)
            self.assertEqual(code, 0, written)
            self.assertIn("answer:", out)
            self.check_inside(written, columns, rows)
            self.assertGreater(written.rfind(SHOW), written.rfind(HIDE), "the cursor is back")

    def test_the_end_stays_on_the_terminal(self):
        code, out, written = self.on_terminal("--operator", "pdr:4,2", "--distiller", "random")
        last = ESCAPE.sub("", written[written.rfind(HIDE):])
        for part in ("round 1   4 drafts", "round 2   2 drafts", "final", "answer", "b_seq"):
            self.assertIn(part, last)

    def test_no_color_and_dumb_terminals(self):
        _, _, written = self.on_terminal("--operator", "pdr:2", "--distiller", "random", environment={"NO_COLOR": "1"})
        self.assertNotRegex(written, r"\x1b\[[0-9;]*m")
        self.assertIn(HIDE, written)
        _, _, written = self.on_terminal("--operator", "pdr:2", "--distiller", "random", environment={"TERM": "dumb"})
        self.assertNotIn("\x1b", written)
        self.assertIn("round 1: 2 drafts", written)

    def test_what_models_write_cannot_move_the_cursor(self):
        self.behaviour.reply = lambda seed, prompt: "\x1b[2J\x1b[31mred\x07 \x1b]0;title\x07 漢字 " * 4 + "The answer is 4"
        _, _, written = self.on_terminal("--operator", "pdr:3", "--distiller", "random")
        self.assertNotIn("\x1b[2J", written)
        self.assertNotIn("\x1b]0", written)
        self.assertNotIn("\x07", written)

    def test_a_resize_while_it_runs(self):
        self.behaviour.words = 60
        self.behaviour.word_s = 0.01
        code, _, written = self.on_terminal("--operator", "pdr:8", "--distiller", "random", columns=100, resize_to=(50, 12))
        self.assertEqual(code, 0)
        last = ESCAPE.sub("", frames(written)[-1]).replace("\r", "").split("\n")
        self.assertLessEqual(max(len(line) for line in last), 50)

    def test_quiet_shows_nothing(self):
        _, out, written = self.on_terminal("--operator", "cot", "-q")
        self.assertEqual(written, "")


if __name__ == "__main__":
    unittest.main()

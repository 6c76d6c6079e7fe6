"""Calls the library as its users do. RETORT_VERIFY_LIBRARY names it."""

import os
import subprocess
import sys
import threading
import unittest

from retort_verify import explain, extract, verify


class Verify(unittest.TestCase):
    def test_judges_values_and_texts(self):
        self.assertTrue(verify("1/2", "So the answer is \\boxed{0.5}."))
        self.assertEqual(verify("1/2", "0.6").verdict, "different")
        self.assertEqual(verify("1/2", "0.5").stage, "rational")
        self.assertEqual(verify("a prism", "a cube").verdict, "unknown")
        self.assertTrue(verify(42, 42.0))

    def test_unknown_is_not_true(self):
        self.assertFalse(verify("a prism", "a cube"))

    def test_takes_any_text(self):
        for text in ("", "\0", "\udcff", "é∞√2", "(" * 10000, "9^9^9^9", "x" * 1_000_000):
            self.assertIn(verify("3", text).verdict, ("different", "unknown"))

    def test_explains(self):
        self.assertEqual(explain("7/2", "3.5"), "7/2 and 3.5 are the same number")

    def test_extracts(self):
        self.assertEqual(extract("thus \\boxed{\\frac{1}{2}}"), "\\frac{1}{2}")
        self.assertIsNone(extract("nothing at all"))

    def test_threads_agree(self):
        pairs = [("\\sqrt{8}", "2\\sqrt2", True), ("\\sin x", "\\cos x", False), ("a^2-b^2", "(a-b)(a+b)", True)]
        wrong = []

        def work():
            for _ in range(50):
                wrong.extend(pair for pair in pairs if bool(verify(*pair[:2])) != pair[2])

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_says_what_to_do_without_the_library(self):
        environment = dict(os.environ, RETORT_VERIFY_LIBRARY="/nowhere/lib.so")
        done = subprocess.run(
            [sys.executable, "-c", "import retort_verify"], env=environment, capture_output=True, text=True, check=False
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("RETORT_VERIFY_LIBRARY", done.stderr)


if __name__ == "__main__":
    unittest.main()

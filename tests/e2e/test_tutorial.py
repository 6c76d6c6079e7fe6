"""Every command of docs/tutorial.md, as it stands there but with smaller numbers."""

import os
import re
import subprocess
import unittest

from program import PROGRAM, ProgramTest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TRAINER = os.environ.get("RETORT_TRAINER", "")  # empty: not built
BLOCK_TIMEOUT_S = 120

# The sizes of a smoke test: each stands in the tutorial, and what replaces it is smaller and nothing else.
SMALLER = {
    "--count 100": "--count 4",
    "sft.steps=600 eval.count=50 eval.every=600": "sft.steps=6 sft.batch_tokens=2048 model.width=32 model.layers=1 "
    "model.feed_forward=64 eval.every=0",
    "rl.steps=4 eval.count=20 eval.every=4": "rl.steps=1 rl.prompts=2 rl.generations=4 eval.every=0 data.count=20",
}


def blocks():
    with open(os.path.join(ROOT, "docs/tutorial.md"), encoding="utf-8") as file:
        return BLOCK.findall(file.read())


def smaller(block):
    for size, small in SMALLER.items():
        block = block.replace(size, small)
    return block


@unittest.skipUnless(os.environ.get("RETORT_LLAMA") == "1", "built without llama.cpp")
class Tutorial(ProgramTest):
    def setUp(self):
        super().setUp()
        os.makedirs(self.path("build"))
        os.symlink(os.path.dirname(PROGRAM), self.path("build/bin"))
        os.symlink(os.path.join(ROOT, "experiments"), self.path("experiments"))

    def run_block(self, block):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", 'export PATH="$PWD/build/bin:$PATH"\n' + smaller(block)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder, env=self.environment,
            timeout=BLOCK_TIMEOUT_S,
        )
        self.assertEqual(done.returncode, 0, block + "\n" + done.stdout + done.stderr)

    def test_every_command_runs(self):
        found = blocks()
        self.assertGreater(len(found), 6)
        for block in found:
            needs_trainer = "retort train" in block
            if needs_trainer and not TRAINER:
                continue
            with self.subTest(block=block):
                self.run_block(block)
        pages = ["grid.html"] + (["mine.html", "both.html"] if TRAINER else [])
        for page in pages:
            self.assertGreater(os.path.getsize(self.path(page)), 10_000, page)

    def test_the_sizes_that_are_made_smaller_stand_in_it(self):
        text = "".join(blocks())
        for size in SMALLER:
            self.assertIn(size, text)


if __name__ == "__main__":
    unittest.main()

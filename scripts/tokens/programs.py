"""What Retort makes of texts: the program model_dump of the tests."""

import json
import os
import subprocess


class Dump:
    def __init__(self, program):
        self.program = program

    def answers(self, words, asked):
        """One for each of what is asked, as JSON, and what comes before them."""
        done = subprocess.run([self.program, *words], input="".join(json.dumps(one) + "\n" for one in asked), capture_output=True,
                              text=True, check=False, env={**os.environ, "SOURCE_DATE_EPOCH": "1772323200"})
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip() or f"{self.program}: exit {done.returncode}")
        return [json.loads(line) for line in done.stdout.split("\n")[:-1]]

    def tokens(self, vocabulary, texts):
        return self.answers(["tokens", vocabulary], texts)

    def chats(self, vocabulary, template, asked):
        """What there is to know of the template, and the answers."""
        about, *answers = self.answers(["chats", vocabulary, template], asked)
        return about, answers

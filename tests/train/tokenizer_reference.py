"""What Hugging Face's `tokenizers` makes of random strings, beside what llama.cpp makes of them over our GGUF.

    tokenizer_reference.py DUMP            compares all, by the program tokenizer_dump; 77 where the library is missing
    tokenizer_reference.py --write         writes tokenizer/expected.txt anew: a check sum of the ids of each string
"""

import os
import subprocess
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer")
STRINGS = 10000
MASK = (1 << 64) - 1

# The same in random_strings.h.
WORDS = [
    "the", " the", "Answer", " answer", "don't", "I'll", "we've", "'s", "'S", " number", "Candidate", "x^2", " = ",
    "\u00e9t\u00e9", "na\u00efve", "\u041f\u0440\u0438\u0432\u0435\u0442", " \u043c\u0438\u0440", "\u3053\u3093", "\u4f60\u597d", "\U0001F600", "e\u0301",
    "\U0001F469\u200d\U0001F467", "\u0627\u0644\u0639", "\u0939\u093f", "\\boxed{", "}", "</", "<|im", "**", "http://a.b/c?d=1",
]
SPACES = [" ", "  ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u3000", "   ", "\u2028"]
NUMBERS = ["\u0663", "\u00b2", "\u2163", "\u00bd", "\u0967", "\u2460", "\uff11", "\u4e09"]
# Without the blocks that Unicode 16 filled: llama.cpp's tables do not have their letters yet.
RANGES = [
    (0x80, 0x1C87), (0x1C90, 0xA7CA), (0xA7F2, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x105BF), (0x1D400, 0x1D7FF),
    (0x1F300, 0x1F9FF), (0x20000, 0x2A6DF),
]
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


class Random:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        x = self.state
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
        return (x ^ (x >> 31)) % bound


def part(random):
    kind = random.below(9)
    if kind < 3:
        return WORDS[random.below(len(WORDS))]
    if kind == 3:
        return "".join(str(random.below(10)) for _ in range(1 + random.below(6)))
    if kind == 4:
        return SPACES[random.below(len(SPACES))]
    if kind == 5:
        return PUNCTUATION[random.below(len(PUNCTUATION))]
    if kind == 6:
        return "".join(chr(ord("a") + random.below(26)) for _ in range(1 + random.below(8)))
    if kind == 7:
        return NUMBERS[random.below(len(NUMBERS))]
    first, last = RANGES[random.below(len(RANGES))]
    return chr(first + random.below(last - first + 1))


def string(seed):
    random = Random(seed)
    return "".join(part(random) for _ in range(1 + random.below(30)))


def check_sum(ids):
    """16 bits of FNV-1a over the ids."""
    out = 0xCBF29CE484222325
    for one in ids:
        out = ((out ^ one) * 0x100000001B3) & MASK
    return (out ^ out >> 16 ^ out >> 32 ^ out >> 48) & 0xFFFF


def library():
    try:
        from tokenizers import Tokenizer
    except ImportError:
        print("no library: pip install tokenizers")
        sys.exit(77)
    tokenizer = Tokenizer.from_file(os.path.join(FOLDER, "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    return tokenizer


def write():
    tokenizer = library()
    sums = [f"{check_sum(tokenizer.encode(string(i)).ids):04x}" for i in range(STRINGS)]
    with open(os.path.join(FOLDER, "expected.txt"), "w", encoding="ascii") as file:
        for begin in range(0, STRINGS, 25):
            file.write(" ".join(sums[begin : begin + 25]) + "\n")


def compare(dump):
    tokenizer = library()
    lines = subprocess.run([dump], check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(lines) == STRINGS, len(lines)
    different = 0
    for i, line in enumerate(lines):
        expected = tokenizer.encode(string(i)).ids
        found = [int(word) for word in line.split()]
        if found != expected:
            different += 1
            if different < 20:
                print(i, ascii(string(i)), [tokenizer.id_to_token(t) for t in expected], [tokenizer.id_to_token(t) for t in found])
    print(f"{different} of {STRINGS} strings are tokenised differently")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    write() if sys.argv[1:] == ["--write"] else compare(sys.argv[1])

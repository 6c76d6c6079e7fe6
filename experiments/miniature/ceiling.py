#!/usr/bin/env python3
"""How far the search that the model was taught gets without a model: the ceiling of a chain that only searches.

ceiling.py PROBLEMS.jsonl   CSV on standard output: words of search, share solved by one search, and by the best of 16

The search is that of src/train/tasks/countdown_search: ways of two moves in random order, each a line of words."""
import json
import random
import sys

MOST_RESULT, MOST_TARGET = 99, 60
BUDGETS = [32, 48, 64, 96, 128, 192, 256, 384, 512]
SEARCHES = 64  # of each problem


def result_of(operation, left, right):
    value = {"+": left + right, "-": left - right, "*": left * right,
             "/": left // right if left % right == 0 else 0}[operation]
    return value if 1 <= value <= MOST_RESULT else None


def moves_of(values):
    """Each pair, the larger first, by each operation that has a result: the values that are left, the result last."""
    for i in range(len(values)):
        for j in range(i + 1, len(values)):
            larger, smaller = max(values[i], values[j]), min(values[i], values[j])
            rest = [value for k, value in enumerate(values) if k not in (i, j)]
            for operation in "+-*/":
                result = result_of(operation, larger, smaller)
                if result is not None:
                    yield rest + [result]


def line_of(values, target):
    """Words of the line for two moves that leave `values`, and whether it hits."""
    words = 5 + 2 + 5 + 1
    larger, smaller = max(values), min(values)
    for operation in "+-*/":
        result = result_of(operation, larger, smaller)
        if result is None or result > MOST_TARGET:
            continue
        words += 1
        if result == target:
            return words + 1, True
    return words + 1, False


def words_to_hit(lines, draws):
    """Words that one search writes until it hits; none where it never does."""
    words = 0
    for length, hit in draws.sample(lines, len(lines)):
        words += length
        if hit:
            return words
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        problems = [json.loads(line) for line in file]
    draws = random.Random(0)
    print("words,one,best_of_16")
    hits = []
    for problem in problems:
        lines = [line_of(two, problem["target"]) for three in moves_of(problem["numbers"]) for two in moves_of(three)]
        hits.append([words_to_hit(lines, draws) for _ in range(SEARCHES)])
    for budget in BUDGETS:
        within = [[words is not None and words <= budget for words in searches] for searches in hits]
        one = sum(map(sum, within)) / sum(map(len, within))
        groups = [any(searches[i:i + 16]) for searches in within for i in range(0, SEARCHES, 16)]
        print(f"{budget},{one:.4f},{sum(groups) / len(groups):.4f}")


main()

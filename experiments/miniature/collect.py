#!/usr/bin/env python3
"""What a run came to, small enough to keep.

collect.py samples JOURNAL OUT.csv.gz       an evaluation of the trainer: a row for each method and problem
collect.py join OUT.csv.gz PART.csv.gz...   several of these as one
collect.py methods FILE.toml                the methods that a configuration evaluates, one a line
collect.py metrics METRICS.jsonl OUT.jsonl  a training: five digits, no seconds; of many steps every 20th
collect.py latency OUT.csv JOURNAL...       evaluations of the program: a row for each sample

Columns of samples: method; problem; b_seq, b_total and call (the longest one), sums over the samples; samples, apart
by blanks, each RESULT/RIGHT/ANSWERED/PLACE/PARTS: the result (1 right, 0 wrong, - no answer); how many drafts of the first
round were right, and had an answer; where in the last workspace the first right candidate stands (0: nowhere, -: there
is no workspace, or its candidates are of parts), with a t where something was cut off it; how many parts of the problem
some draft of the first round had right (-: it has no parts)."""
import ast
import csv
import gzip
import io
import itertools
import json
import operator
import re
import sqlite3
import sys
import tomllib
from fractions import Fraction

MANY_STEPS, EVERY = 400, 20
OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def results_of(journal):
    """(the run's configuration, the result) of every sample, in the order in which they came."""
    with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as db:
        configurations = {run: json.loads(config) for run, config in db.execute("SELECT id, config FROM run")}
        events = db.execute("SELECT run, sample, body FROM event WHERE kind = 'result' ORDER BY run, problem, sample")
        for run, sample, body in events:
            yield configurations[run], sample, json.loads(body)


def method_of(config):
    """The trainer names its evaluations "evaluation after step N, METHOD"."""
    return config["suite"]["name"].split(", ", 1)[1]


def value_of(node, numbers):
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        return OPERATIONS[type(node.op)](value_of(node.left, numbers), value_of(node.right, numbers))
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        numbers.append(node.value)
        return Fraction(node.value)
    raise ValueError("no expression")


def makes(text, target, given):
    """Countdown: the target, from each of the numbers once."""
    numbers = []
    try:
        value = value_of(ast.parse(text.strip(), mode="eval").body, numbers)
    except (SyntaxError, ValueError, ZeroDivisionError):
        return False
    return value == target and sorted(numbers) == sorted(given)


def is_right(text, problem):
    """Target and numbers stand in the problem's text."""
    target, *given = map(int, re.findall(r"\d+", problem))
    return makes(text, target, given)


def parts_of(problem):
    """(letter, target, numbers): "Part A: make 44 of a1 = 2, a2 = 13, a3 = 7, a4 = 2."."""
    for letter, target, numbers in re.findall(r"^Part (\w): make (\d+) of (.*)\.$", problem, re.MULTILINE):
        yield letter, int(target), [int(one) for one in re.findall(r"= (\d+)", numbers)]


def right_parts(drafts, problem):
    """How many parts some draft has right; - where the problem has none. An answer is "A: 2 + 3; B: none"."""
    parts = list(parts_of(problem))
    answers = [re.findall(r"(\w): ([^;\n]+)", draft["answer"] or "") for draft in drafts]
    found = {letter for letter, target, given in parts for answer in answers
             for part, text in answer if part == letter and makes(text, target, given)}
    return len(found) if parts else "-"


def place_of(result):
    workspaces = [workspace for one in result["rounds"] for workspace in one["workspaces"]
                  if "final" in workspace["read_by"]]
    if not workspaces or not workspaces[-1]["text"] or any(parts_of(result["problem"])):
        return "-"
    lines = [line for line in workspaces[-1]["text"].splitlines() if line and not line.endswith(":")]
    places = [i + 1 for i, line in enumerate(lines) if is_right(line, result["problem"])]
    return f'{places[0] if places else 0}{"t" if workspaces[-1]["truncated"] else ""}'


def sample_of(result):
    outcome = "1" if result["verdict"] == "equal" else "-" if result["answer"] is None else "0"
    drafts = result["rounds"][0]["drafts"] if result["rounds"] else []
    right = sum(draft["verdict"] == "equal" for draft in drafts)
    answered = sum(draft["answer"] is not None for draft in drafts)
    return f'{outcome}/{right}/{answered}/{place_of(result)}/{right_parts(drafts, result["problem"])}'


def write_packed(text, out):
    # Without time and name inside, the same rows make the same file.
    with open(out, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed:
        packed.write(text.encode())


def samples(journal, out):
    cells = {}
    for config, _, result in results_of(journal):
        cells.setdefault((method_of(config), result["problem_id"]), []).append(result)
    if not cells:
        sys.exit(f"collect.py: {journal} holds no evaluation")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["method", "problem", "b_seq", "b_total", "call", "samples"])
    for (method, problem), results in sorted(cells.items()):
        sums = [sum(one["budget"][key] for one in results) for key in ("b_seq", "b_total", "max_call_tokens")]
        writer.writerow([method, problem, *sums, " ".join(map(sample_of, results))])
    write_packed(text.getvalue(), out)


def join(out, *parts):
    rows = []
    for part in parts:
        with gzip.open(part, "rt", encoding="utf-8", newline="") as file:
            header, *more = csv.reader(file)
            rows += more
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *sorted(rows, key=lambda row: row[:2])])
    write_packed(text.getvalue(), out)


def methods(path):
    with open(path, "rb") as file:
        print(*tomllib.load(file)["eval"]["operators"], sep="\n")


def short(value):
    return float(f"{value:.5g}") if isinstance(value, float) else value


def metrics(path, out):
    with open(path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    last = rows[-1]["step"]
    with open(out, "w", encoding="utf-8") as file:
        for row in rows:
            evaluated = any(key.startswith("eval/") for key in row)
            if last > MANY_STEPS and row["step"] % EVERY and row["step"] != last and not evaluated:
                continue
            kept = {key: short(value) for key, value in row.items() if not key.startswith("time/")}
            file.write(json.dumps(kept, separators=(",", ":")) + "\n")


def latency(out, *journals):
    with open(out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["operator", "think", "b_seq", "b_total", "b_seq_nominal", "wall_s"])
        for config, _, result in itertools.chain(*map(results_of, journals)):
            budget = result["budget"]
            writer.writerow([result["operator"], config["operator"]["finish"]["think"], budget["b_seq"],
                             budget["b_total"], budget["b_seq_nominal"], f'{result["wall_s"]:.4f}'])


if __name__ == "__main__":
    {"samples": samples, "join": join, "methods": methods, "metrics": metrics, "latency": latency}[sys.argv[1]](*sys.argv[2:])

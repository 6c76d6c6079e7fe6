#!/usr/bin/env python3
"""Checks the judging of code against a suite's own reference solutions: they must pass, and what is broken on purpose must not.

    scripts/check-code.py SUITE.jsonl [--program build/bin/retort] [--jobs N] [--limit N] [--timeout SECONDS]

Each Python reference is judged as it is, and then with one fault put in: a comparison turned round, a number made one
larger, None returned. Prints what does not come out as it should, with the reason, and how many were judged a second. A
broken solution that still passes is shown, too: the change may make no difference to the tests. Exits with 1 when a
reference fails or one that returns None passes.
"""

import argparse
import ast
import concurrent.futures
import json
import os
import subprocess
import sys
import time

TURNED = {ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
          ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}


class Fault(ast.NodeTransformer):
    """Changes the first place that it can; `done` says whether there was one."""

    def __init__(self):
        self.done = False


class TurnComparison(Fault):
    def visit_Compare(self, node):
        if not self.done and type(node.ops[0]) in TURNED:
            node.ops[0] = TURNED[type(node.ops[0])]()
            self.done = True
        return node


class OneMore(Fault):
    def visit_Constant(self, node):
        if self.done or type(node.value) is not int:
            return node
        self.done = True
        return ast.copy_location(ast.Constant(node.value + 1), node)


class ReturnNone(Fault):
    def visit_Return(self, node):
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            return node
        self.done = True
        return ast.copy_location(ast.Return(ast.Constant(None)), node)


FAULTS = {"turned comparison": TurnComparison, "one more": OneMore, "returns None": ReturnNone}


def whole_code(line):
    """The reference with what it goes on from."""
    return (line["problem"] + line["answer"]) if "test" in line else line["answer"]


def broken(line):
    for name, fault in FAULTS.items():
        tree = ast.parse(whole_code(line))
        # Where the prompt has helpers, the fault belongs into the function that is asked for.
        wanted = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == line.get("entry_point")]
        change = fault()
        for node in wanted or tree.body:
            change.visit(node)
        if change.done:
            yield name, ast.unparse(ast.fix_missing_locations(tree))


def judge(program, cases):
    """What `retort verify` says of each case, in order."""
    done = subprocess.run([program, "verify", "--cases", "-"], input="".join(json.dumps(case) + "\n" for case in cases),
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{program} verify: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def judge_all(arguments, cases):
    """Side by side; the verdicts and the seconds that they took."""
    start = time.monotonic()
    parts = [cases[first::arguments.jobs] for first in range(arguments.jobs)]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        found = list(pool.map(lambda part: judge(arguments.program, part) if part else [], parts))
    verdicts = [None] * len(cases)
    for first, part in enumerate(found):
        verdicts[first::arguments.jobs] = part
    return verdicts, time.monotonic() - start


def case_of(line, pred, arguments):
    return line | {"kind": "code", "pred": pred, "timeout": arguments.timeout}


def summary(name, count, of, seconds):
    print(f"{name}: {count} of {of} in {seconds:.1f} s, {of / max(seconds, 1e-9):.1f} a second")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite")
    parser.add_argument("--program", default="build/bin/retort")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--limit", type=int)
    parser.add_argument("--timeout", type=int, default=10)
    arguments = parser.parse_args()
    with open(arguments.suite, encoding="utf-8") as file:
        lines = [json.loads(text) for text in file if text.strip()][:arguments.limit]

    verdicts, seconds = judge_all(arguments, [case_of(line, line["answer"], arguments) for line in lines])
    good = []
    for line, verdict in zip(lines, verdicts):
        if verdict["verdict"] == "equal":
            good.append(line)
        else:
            print(f"reference {line['id']}: {verdict['verdict']}: {verdict['reason']}")
    summary("references that pass", len(good), len(lines), seconds)

    cases, names = [], []
    for line in good:
        for name, code in broken(line):
            cases.append(case_of(line, code, arguments))
            names.append(name)
    verdicts, seconds = judge_all(arguments, cases)
    caught = 0
    for case, name, verdict in zip(cases, names, verdicts):
        if verdict["verdict"] == "different":
            caught += 1
        else:
            print(f"broken {case['id']} ({name}): {verdict['verdict']}: {verdict['reason']}")
    for name in FAULTS:
        of = [verdict["verdict"] for verdict, other in zip(verdicts, names) if other == name]
        print(f"  {name}: {of.count('different')} of {len(of)} fail")
    summary("broken solutions that fail", caught, len(cases), seconds)
    nothing = [verdict for verdict, name in zip(verdicts, names) if name == "returns None" and verdict["verdict"] != "different"]
    return 0 if len(good) == len(lines) and not nothing else 1


if __name__ == "__main__":
    sys.exit(main())

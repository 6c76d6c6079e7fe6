"""A run against the server from nothing to model.gguf: does it learn, in time, and is its model used as any other?"""

import json
import os
import subprocess

from client import Client
from server import Server

LIMIT_S = 300
# Of every row, as where the net is in the process.
COMMON = ("actor/grad_norm", "actor/lr")
OF_SFT = ("loss", "tokens", "examples", "learnt_tokens", "time/step_s")
OF_RL = ("op/reward/mean", "op/accuracy", "op/sampled_tokens", "op/b_seq", "actor/pg_loss", "actor/updates",
         "rollout_train_logprob_diff", "time/rollout_s", "time/learn_s")


def mean(values):
    return sum(values) / len(values)


def thirds(values):
    """Means of the first and the last third."""
    third = max(1, len(values) // 3)
    return mean(values[:third]), mean(values[-third:])


def check_rows(rows, verdict):
    verdict.expect([row["step"] for row in rows] == list(range(rows[0]["step"], rows[0]["step"] + len(rows))),
                   "a row for each step, in order")
    for row in rows:
        if row["step"] == 0:
            continue  # what was evaluated before the first step
        named = OF_SFT if row["phase"] == "sft" else OF_RL
        missing = [key for key in (*COMMON, *named) if key not in row]
        verdict.expect(not missing, f"step {row['step']}: has {', '.join(missing) or 'all figures'}")
        wrong = [key for key, value in row.items() if value is None]
        verdict.expect(not wrong, f"step {row['step']}: finite: {', '.join(wrong) or 'all'}")


def check_learning(rows, verdict):
    losses = [row["loss"] for row in rows if row["phase"] == "sft" and "loss" in row]
    rewards = [row["op/reward/mean"] for row in rows if "op/reward/mean" in row]
    before, after = thirds(losses)
    verdict.tell("SFT loss, first and last third", f"{before:.4f} {after:.4f}")
    verdict.expect(after < before, "the loss of the SFT falls")
    verdict.tell("rewards", " ".join(f"{value:.3f}" for value in rewards))
    before, after = mean(rewards[:3]), mean(rewards[-3:])
    verdict.tell("reward, first and last three steps", f"{before:.3f} {after:.3f}")
    verdict.expect(len(rewards) >= 6 and after > before, "the reward of the reinforcement rises")


def check_model(retort, model, folder, verdict):
    suite = os.path.join(folder, "suite.jsonl")
    subprocess.run([retort, "suite", "make", "countdown", "--count", "20", "--out", suite], check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        [retort, "eval", "--suite", suite, "--model", model, "--operator", "pdr:4", "--think", "48", "--json",
         "--journal", os.path.join(folder, "eval.db")],
        capture_output=True, text=True, check=False,
    )
    verdict.expect(done.returncode == 0, f"retort eval runs the model{': ' + done.stderr if done.returncode else ''}")
    if done.returncode == 0:
        result = json.loads(done.stdout)
        verdict.tell("retort eval of the model", f"{result['mean']:.2f} over {result['problems']} problems")


def run(asked, folder, verdict):
    with Server(asked.server, os.path.join(folder, "state")) as server:
        server.wait()
        with Client(asked.retort, asked.config, server.url, os.path.join(folder, "run"), asked.words) as client:
            seconds = client.whole(2 * LIMIT_S)
        verdict.tell("seconds", f"{seconds:.0f}")
        verdict.expect(seconds <= LIMIT_S, f"done within {LIMIT_S} s")
        rows = client.rows()
    check_rows(rows, verdict)
    check_learning(rows, verdict)
    check_model(asked.retort, client.model, folder, verdict)

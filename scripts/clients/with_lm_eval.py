"""The evaluation harness lm-eval, by its command line, on a task of two questions."""

import glob
import json
import os
import subprocess
import sys
import tempfile

from checks import KEY, PATIENCE_S, PLACES, Checks, same

checks = Checks("lm-eval", "lm_eval")
TASK = """
task: sums
dataset_path: json
dataset_kwargs: {data_files: {test: FOLDER/sums.jsonl}}
test_split: test
output_type: generate_until
doc_to_text: "{{question}}"
doc_to_target: "{{answer}}"
generation_kwargs: {until: ["\\n\\n"], max_gen_toks: 24, do_sample: false}
metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: true}]
filter_list: [{name: number, filter: [{function: regex, regex_pattern: "answer is ([0-9]+)"}, {function: take_first}]}]
"""
SUMS = [{"question": "What is 4 + 6?", "answer": "10"}, {"question": "What is 5 + 5?", "answer": "10"}]


def write_task(folder):
    with open(os.path.join(folder, "sums.yaml"), "w", encoding="utf-8") as file:
        file.write(TASK.replace("FOLDER", folder))
    with open(os.path.join(folder, "sums.jsonl"), "w", encoding="utf-8") as file:
        file.writelines(json.dumps(one) + "\n" for one in SUMS)


def score(kind, place, model, path, *more):
    """The share of right answers that lm-eval prints of the task."""
    with tempfile.TemporaryDirectory() as folder:
        write_task(folder)
        server = f"model={model},base_url={PLACES[place]}/{path},num_concurrent=2,max_retries=1,tokenizer_backend=None"
        command = [sys.executable, "-m", "lm_eval", "--model", kind, "--model_args", server, "--tasks", "sums",
                   "--include_path", folder, "--output_path", os.path.join(folder, "out"), *more]
        offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": os.path.join(folder, "cache"), "OPENAI_API_KEY": KEY}
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
                              env={**os.environ, **offline})
        assert done.returncode == 0, done.stderr[-600:]
        with open(glob.glob(os.path.join(folder, "out", "**", "results*.json"), recursive=True)[0], encoding="utf-8") as file:
            return json.load(file)["results"]["sums"]["exact_match,number"]


@checks.check("local-chat-completions: 2 questions, pdr:2")
def _():
    same(score("local-chat-completions", "fake", "pdr:2", "chat/completions", "--apply_chat_template"), 1.0)


@checks.check("openai-chat-completions: 2 questions, pdr:2")
def _():
    same(score("openai-chat-completions", "fake", "pdr:2", "chat/completions", "--apply_chat_template"), 1.0)


@checks.check("local-completions: 2 questions, pdr:2")
def _():
    same(score("local-completions", "fake", "pdr:2", "completions"), 1.0)


@checks.check("small model: local-chat-completions, pdr:2")
def _():
    assert 0 <= score("local-chat-completions", "small", "pdr:2", "chat/completions", "--apply_chat_template") <= 1


checks.run()

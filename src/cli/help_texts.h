// What stands below the options in the help of a command: examples, and words of the method.
#pragma once

namespace retort::cli {

inline constexpr const char* kTopExamples = R"(
Examples:
  retort solve "Use 2, 9, 9, 14 to make 10"
  retort solve "What is 17 * 23?" --url http://localhost:8080/v1
  retort solve --file problem.txt --operator pdr:8,4 --distiller random --journal run.db
  retort show run.db
  retort model pull smollm2-135m-instruct

`retort COMMAND --help` says more of a command.)";

inline constexpr const char* kSolveExamples = R"(
Operators:
  cot                  one call
  sr:R, sr:R,analysis  R calls in a row, each reads the last solution (and an analysis of it)
  pdr:A,B,...          rounds of A, B, ... drafts, each distilled for the next, then one call
  vote:N               N drafts; the answer that most of them give
  vote:N,parts         the same for each part of the answer
  best:N               N drafts; the one that a judge scores highest
  rsa:N,K,T            T rounds of N drafts, each reads K random ones of the round before; a vote
  pacore:A,B,...       pdr that hands on the final answers only
  tournament:N,G,V     N drafts; a judge votes V times on groups of G, level by level, until one is left
  FILE.toml            rounds and finish of your own

Distillers:
  summary              a model writes what is handed on
  topk, topk-each      a model chooses k drafts: for all readers, or for each
  random               k drafts by chance for each reader
  conclusions, full    the final answers only; every solution whole
  parts                of each part of an answer the k that most drafts gave (of a whole one: the answers)
  oracle-correct, oracle-incorrect
                       k drafts that equal, or differ from, the --reference

Examples:
  retort solve "Use 2, 9, 9, 14 to make 10"
      The default model, which comes with the program and knows Countdown alone.
  retort solve "What is 17 * 23?" --model smollm2-135m-instruct
      A small local model, to see the machinery work: it gets few sums right.
  retort solve --file problem.txt --url http://localhost:8080/v1 --model qwen3 --operator pdr:16,8,4
      A remote model; the key is read from OPENAI_API_KEY.
  retort solve --file problem.txt --journal run.db       and after an interruption
  retort solve --journal run.db --resume
      Nothing that was answered is asked again.
  retort solve --replay run.db --json
      The same result again, without a model. Of an evaluation's journal, or a training's rollouts.db:
  retort solve --replay run.db --problem countdown-0011fde0c3f7 --sample 2
  retort solve "..." --operator rsa:16,4,10 --dry-run
      How many calls and tokens that would be.

Every setting can also stand in ~/.config/retort/config.toml (max_answer = 512) or in the
environment (RETORT_MAX_ANSWER=512). Options win over the environment, that over the file.
Exit codes: 0 done, 1 file or internal, 2 usage, 3 model or server, 4 budget too small, 130 interrupted.)";

inline constexpr const char* kEvalExamples = R"(
Examples:
  retort suite make countdown --count 100 --seed 1 --out problems.jsonl
  retort eval --suite problems.jsonl --journal pdr.db
      The default model, which knows Countdown alone, by its own method.
  retort eval --suite aime.jsonl --url http://localhost:8080/v1 --model qwen3 --samples 16 --journal aime.db
      After an interruption the same line with --resume: nothing that was answered is asked again.
  retort eval --suite aime.jsonl --model sim:skill=0.5 --operator pdr:8,4 --journal plan.db
      A simulated model, to plan with: no server, no network.
  retort report aime.db --out aime.html
  retort eval --suite aime.jsonl --model qwen3 --url http://localhost:8080/v1 --shard 1/4 --journal part1.db
      A quarter of the problems, for one of four machines; retort journal merge aime.db part1.db ... makes them one.

Operators and distillers are those of retort solve --help; defaults come from the model (retort doctor shows them).
A suite is a file with one JSON object a line: {"id","problem","answer"}, and "kind" for other problems than maths.
Samples that failed count as wrong; --resume tries them again.)";

inline constexpr const char* kMergeHelp = R"(
Runs with the same id become one, with all their samples and calls; other runs stand side by side. What several journals
have is kept once; where they have different completions of one call nothing is written, and both files are named.

Example, each line of eval on a machine of its own:
  retort eval --suite aime.jsonl --samples 16 --model qwen3 --url URL --shard 1/2 --journal a.db
  retort eval --suite aime.jsonl --samples 16 --model qwen3 --url URL --shard 2/2 --journal b.db
  retort journal merge aime.db a.db b.db
  retort eval --suite aime.jsonl --samples 16 --model qwen3 --url URL --journal aime.db --resume
      The figures of the whole: nothing is asked again.)";

inline constexpr const char* kSweepExamples = R"(
A sweep's file:
  suite = "aime.jsonl"      # --suite wins
  samples = 16
  [settings]                # of every run, as in config.toml
  temperature = 1.0
  [[grid]]                  # every combination of the lists; several grids may stand in a file
  operator = ["cot", "pdr:8", "pdr:16,8"]
  think = [8192, 16384]
  [prices]                  # dollars a million tokens, for --dry-run
  input = 0.3
  output = 2.5

Any setting may be varied: model, operator, distiller, k, workspace, think, samples, ...
Operators and distillers are those of retort solve --help.)";

inline constexpr const char* kExportHelp =
    R"(Inspect has one run a log: of several runs --out names a folder, which is made where it is not there, with one file a
run, named as Inspect names its own (TIME_SUITE_RUN.json).

Examples:
  retort export aime.db --to inspect --out aime.json     one run: a file
  retort export sweep.db --to inspect --out logs         several: a folder of logs
  inspect view --log-dir logs)";

inline constexpr const char* kReportExamples = R"(
Examples:
  retort report aime.db --out aime.html
  retort report runs/a runs/b --out both.html
      The curves of two training runs; retort report runs/a/rollouts.db has the rollouts of one.)";

inline constexpr const char* kServeExamples = R"(
A request's "model" says what is to be done:
  qwen3                handed on to the model server as it came, and so is its answer
  pdr:8,4@qwen3        an operator over that model; without @MODEL over --model
  retort               --operator, or the model's own
  NAME                 an --alias of one of these
Operators are those of retort solve --help. A request may also say {"retort": {"operator", "distiller", "k", "workspace",
"think", "budget_seq", "budget_total", "deadline": S, "on_deadline": "error|best", "progress": "off|summary|full"}}, or the
same by headers (X-Retort-Operator, ...).

Examples:
  retort serve --url http://localhost:8000/v1 --model qwen3
  curl http://127.0.0.1:8080/v1/chat/completions -H 'Content-Type: application/json' \
       -d '{"model": "pdr:4", "stream": true, "messages": [{"role": "user", "content": "What is 17 * 23?"}]}'
  retort serve
      The default model in process: ask it "Use 2, 9, 9, 14 to make 10".

GET /health, /ready, /metrics (Prometheus), /v1/models. Without keys it listens on this machine alone.)";

inline constexpr const char* kTrainExamples = R"(
Examples:
  retort train experiments/train-smoke.toml run=/tmp/smoke
      Half a minute: SFT, then reinforcement, then /tmp/smoke/model.gguf for retort solve --model.
  retort train experiments/train-smoke.toml run=/tmp/smoke --resume rl.steps=6
      After an interruption, or to go on for longer: it begins at the last checkpoint.
  retort report /tmp/smoke
      Its curves as a page; retort report /tmp/smoke/rollouts.db for its rollouts.

The first SIGINT lets the step under way end and writes a checkpoint; a second one ends the process.)";

}  // namespace retort::cli

"""What a reader has to know before the figures: the set-up, an example, how tokens are counted, names."""
import tomllib

from page import Code, Heading, Section, Sentences, Text, Words

TITLE = "The paper in miniature: drafts side by side against one long chain of thought"
ABOUT = """Does a language model answer better, for the same waiting, when it writes several short drafts side by side and
one last call reads what they found, instead of thinking longer in one go? "Rethinking Thinking Tokens" (arXiv 2510.01123)
says so of large models. Here a very small one, trained from nothing, answers it on arithmetic puzzles that a program can
check. experiments/miniature/run.sh in the repository of Retort runs all of it again."""

# A run of results/sft.gguf by pdr:4, think 48, random k=4, temperature 0.7, seed 4. No test problem.
EXAMPLE = """problem: make 50 of 2, 4, 11 and 14

draft 1: 9 read + 52 written = 61
  11 * 2 = 22 4 14 14 + 4 = 18 22 40 4 x
  14 - 2 = 12 4 11 12 - 11 = 1 4 5 3 4 4 x
  14 + 4 = 18 2 11 18 + 11 = 29 2 31
  [cut off after 48: no answer]

draft 2: 9 read + 30 written = 39
  14 + 11 = 25 2 4 4 / 2 = 2 25 27 23 50 !
  (14+11)*(4/2)
  [right]

drafts 3 and 4: 61 each
  [cut off like draft 1]

workspace: 12 tokens
  Candidate 1:
  (14+11)*(4/2)

last call: 9 + 12 read + 30 written = 51
  #1 14 + 11 = 25 4 / 2 = 2 25 * 2 = 50 ok
  (14+11)*(4/2)
  [right]"""

READING = """Each line of a draft is one try: a first step and the numbers left (11 * 2 = 22, then 4 and 14), a second step
and the number left, then what the last two give by each operation; x is a miss, ! a hit. After a hit the draft writes its
answer; in brackets are remarks of ours. A draft that is cut off before a hit gives no answer, so it adds nothing to the
workspace. Only answers enter the workspace, never the thinking. The last call first checks each candidate, answers the first
that holds, and else searches by itself. This is one run of pdr:4 48, to show the form; it is not among the results."""

COUNTS = [
    ("tokens", "All that a call reads (prompt and workspace) and all that it writes (thinking, answer, 4 tokens that close a "
               "cut draft). The model's vocabulary is made for the task: a number or a phrase of the problem is one token."),
    ("b_seq", "The longest path of calls that the answer rests on: what one waits for if all drafts run at the same time. In "
              "the example: draft 2, the longest that the last call read, 39 + last call 51 = 90. A distiller that is itself a "
              "call stands between them and is added. With two rounds it is the longest path through both. Had no draft "
              "answered, the last call would have waited for all of them: 61 + 61 = 122."),
    ("b_total", "All calls: what one pays. In the example 61 + 39 + 61 + 61 + 51 = 273. For one chain, and for calls in a row, "
                "it is the same as b_seq."),
    ("a limit of b_seq", "Drafts that the last call does not read do not count. Who waits for every draft waits longer: at most "
                         "one longest call for each round and one for the last call. Section 1 says what is left of the "
                         "comparison then."),
]

METHODS = [
    ("cot 256", "One chain of thought of at most 256 thinking tokens; then it must answer."),
    ("sr:4 64", "Sequential refinement: a first attempt of at most 64 thinking tokens, then three calls in a row that each read "
                "the answer before."),
    ("pdr:16 48", "Parallel-distill-refine: 16 drafts of at most 48 thinking tokens each, a workspace of their answers, one last "
                  "call of at most 48. pdr:8,8 has two such rounds before the last call. Width: the number of drafts. "
                  "final_320: the last call may think 320 tokens."),
    ("distiller", "How the workspace is made. random k=4: up to four of the drafts that answered, drawn at random (where none "
                  "is named, it is this one). full: all of them. conclusions: their answers in a plain spelling. topk: those "
                  "that the model picks by checking. summary: a text that the model writes. oracle-correct, oracle-incorrect: "
                  "only right or only wrong ones, to see what they do."),
    ("kappa", "How many tokens a workspace may hold."),
    ("vote:16", "The most frequent answer of 16 drafts."),
    ("best:16", "The answer of 16 drafts that the model scores best."),
    ("rsa, pacore, tournament", "Other published methods: drafts recombined in groups; messages of drafts read by a last call; "
                                "drafts compared until one is left."),
    ("pass@N", "The share of samples with some right draft among N."),
    ("SFT, RL", "Supervised training on worked examples; reinforcement learning by whether the final answer is right. An arm is "
                "one way to do the RL; trace, operator, only, rounds and the like are arms, explained in section 5."),
]

TABLES = [
    "Figures are shares of samples with a right answer. Differences are in percentage points.",
    "In brackets: 95 % intervals, from 2,000 draws of problems with replacement (and of seeds, where there are several). Two "
    "methods are compared on the same draws of problems.",
    "Where none or all of the samples are right, such draws tell nothing: the interval is Wilson's, with the number of problems. "
    "Differences of that kind have no interval. Of fewer than 20 samples the count is given and no share.",
    "\"-\": cannot be computed (no such sample, or beyond the budgets that were measured). An empty cell: not asked of that row.",
    "\"Reference\" marks the row that the others of its table are compared with. Folded tables hold details.",
]


def sft_tokens(results):
    path = results / "sft.toml"
    if not path.exists():
        return ""
    settings = tomllib.loads(path.read_text(encoding="utf-8"))["sft"]
    return f" on {settings['steps'] * settings['batch_tokens'] / 1e6:.0f} million tokens of worked examples"


def sizes(cells):
    """As in "500 test problems, 4 samples of each"."""
    if not cells:
        return "Test problems"
    cell = next(iter(cells.values()))
    counts = sorted({len(many) for cell in cells.values() for many in cell.samples})
    return f"{len(cell.problems)} test problems, {' or '.join(map(str, counts))} sample{'' if counts == [1] else 's'} of each"


def fewer(trained):
    """What the evaluations of some arms have less of."""
    few = sorted({seed for arm in trained.values() for seed, cells in zip(arm.seeds, arm.cells)
                  if len(next(iter(cells.values())).samples[0]) < 4}, key=int)
    return f" Reinforced models of seeds {', '.join(few)}: fewer samples." if few else ""


def set_up(results, base, trained):
    return [
        ("task", "Countdown: write an expression that makes a target from four numbers, with each number used once and + - * / "
                 "and parentheses. Numbers are from 1 to 15, targets from 10 to 60. An answer is checked by computing it. "
                 "Problems are neither the easiest nor hopeless: of 100 choices of the first two steps, 2 to 8 can still reach "
                 "the target."),
        ("model", f"A transformer of 0.87 million parameters (Llama's form, width 128, 4 layers), trained from random "
                  f"weights{sft_tokens(results)}: searches with mistakes and dead ends up to 512 tokens long, checks of "
                  "candidates, and every other kind of call below."),
        ("problems", f"{sizes(base)}, temperature 0.7.{fewer(trained)} None of the test problems was trained on: a hash of "
                     "target and numbers, in any order, parts training from test. Settings were chosen on 300 other problems."),
        ("wrong drafts", "A draft answers only what its search has found. It is wrong where the model slips: a step computed "
                         "wrongly, a hit that is none, an expression that is not what was found."),
        ("what this cannot tell", "One model, one task and a variant of it. The model was taught to check candidates; one that "
                                  "believes them would look otherwise. There is one seed of the SFT; of two seeds of reinforcement an "
                                  "interval is rather too narrow, and none is widened for how many differences are shown. How "
                                  "large models do it says nothing about."),
    ]


def section(results, base, trained):
    return Section("How to read this report", [], [], [
        Heading("Set-up"), Words(set_up(results, base, trained)), Heading("An example"), Code(EXAMPLE), Text(READING),
        Heading("How tokens are counted"), Words(COUNTS), Heading("Names"), Words(METHODS), Heading("Tables"), Sentences(TABLES)])

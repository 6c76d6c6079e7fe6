#include <algorithm>
#include <array>

#include "train/run/config.h"

namespace retort::train {
namespace {

using Keys = std::vector<ConfigKey>;

void add_model(Keys& keys, ModelSettings& m) {
    keys.push_back({"model.from", "a GGUF file or a run's folder to go on from; empty: a new model", &m.from});
    keys.push_back({"model.tokenizer",
                    "new model: a tokenizer.json of scripts/train-tokenizer.py; empty: the task's words",
                    &m.tokenizer});
    keys.push_back({"model.width", "new model: floats of the residual stream", &m.width});
    keys.push_back({"model.layers", "new model: layers", &m.layers});
    keys.push_back({"model.heads", "new model: heads of queries", &m.heads});
    keys.push_back({"model.kv_heads", "new model: heads of keys and values; 0: as many as of queries", &m.kv_heads});
    keys.push_back({"model.feed_forward", "new model: floats within the feed-forward part", &m.feed_forward});
    keys.push_back({"model.context", "new model: most tokens of a sequence", &m.context});
    keys.push_back({"model.tied", "new model: the output matrix is the embedding", &m.tied});
    keys.push_back({"model.fourier", "new model: number words start as Fourier features", &m.fourier});
}

void add_steps(Keys& keys, const std::string& name, StepSettings& s) {
    keys.push_back({name + ".steps", "steps of this phase; 0: none", &s.steps});
    keys.push_back({name + ".lr", "highest learning rate of AdamW", &s.lr});
    keys.push_back({name + ".warmup", "steps over which the learning rate rises", &s.warmup});
    keys.push_back({name + ".final_lr", "learning rate at the end, as a part of lr (cosine)", &s.final_lr});
    keys.push_back({name + ".weight_decay", "of matrices, a unit of learning rate", &s.weight_decay});
    keys.push_back({name + ".clip_norm", "largest norm of the gradient; 0: no bound", &s.clip_norm});
}

void add_arm(Keys& keys, const std::string& name, ArmSettings& a, bool unrolled) {
    keys.push_back({name + ".share", "of the objective and the prompts", &a.share});
    keys.push_back({name + ".share_end", "share at the last step; below 0: the same throughout", &a.share_end});
    keys.push_back({name + ".think", "thinking budget of a call, tokens", &a.think});
    keys.push_back({name + ".max_answer", "tokens after the thinking", &a.max_answer});
    if (!unrolled) return;
    keys.push_back({name + ".operator",
                    "what is unrolled, \"pdr:8,4\"; of a list, [\"pdr:8\", \"sr:3\"], one is drawn each step",
                    &a.operator_name});
    keys.push_back({name + ".distiller", "as in solve", &a.distiller});
    keys.push_back({name + ".k", "drafts that a top-k or random-k keeps", &a.k});
    keys.push_back({name + ".workspace", "bound of the workspace, tokens", &a.workspace});
    keys.push_back({name + ".gradient", "whose tokens learn: refine | drafts | all", &a.gradient});
    keys.push_back(
        {name + ".drafts", "first drafts: fresh | shared (by a prompt's rollouts) | cached (from a pool)", &a.drafts});
    keys.push_back({name + ".skip_majority_right",
                    "what a vote of its last drafts gets right anyway is not learnt from", &a.skip_majority_right});
}

void add_rl(Keys& keys, RlSettings& r) {
    add_steps(keys, "rl", r);
    keys.push_back({"rl.prompts", "prompts of a step, over both arms", &r.prompts});
    keys.push_back({"rl.generations", "rollouts of a prompt", &r.generations});
    keys.push_back({"rl.updates", "optimiser steps a rollout step", &r.updates});
    keys.push_back({"rl.temperature", "of sampling, and of the log-probabilities that learn", &r.temperature});
    keys.push_back({"rl.retire_at", "pass rate at which a prompt is not drawn again; above 1: never", &r.retire_at});
    keys.push_back(
        {"rl.curriculum", "none | pass_rate: problems solved about half the time are drawn more often", &r.curriculum});
    keys.push_back(
        {"rl.diff_warning", "mean |log-probability difference| of sampler and trainer to warn of", &r.diff_warning});
    keys.push_back({"rl.truncation_warning", "share of an arm's calls cut off by a limit to warn of; 1: never",
                    &r.truncation_warning});
    keys.push_back({"rl.sampler", "who writes rollouts and evaluations: own | llama (llama.cpp, CPU)", &r.sampler});
    keys.push_back({"rl.rows", "sequences that are written side by side; llama: at most 240", &r.rows});
    keys.push_back({"rl.recompute",
                    "ratios are taken against the trainer's own log-probabilities, of one more pass, not the sampler's",
                    &r.recompute});
    keys.push_back({"rl.alpha", "weight of the SFT term on positive rollouts", &r.objective.alpha});
    keys.push_back({"rl.is_clip_min", "lower bound of the importance ratio, absolute", &r.objective.is_clip_min});
    keys.push_back({"rl.is_clip_max", "upper bound of the importance ratio, absolute", &r.objective.is_clip_max});
    add_arm(keys, "rl.trace", r.trace, false);
    add_arm(keys, "rl.op", r.op, true);
}

void add_tinker(Keys& keys, TinkerSettings& t) {
    keys.push_back({"tinker.base_model", "as the server calls it; empty: the one that it has", &t.base_model});
    keys.push_back({"tinker.from", "a path of the server to go on from (tinker://...); empty: a new adapter", &t.from});
    keys.push_back(
        {"tinker.rank", "of the LoRA adapter that learns; 0: all weights learn, where the server does that", &t.rank});
    keys.push_back(
        {"tinker.reduction",
         "what the server makes of the losses of tokens: auto | sum | seq_mean (of each sequence, then of all)",
         &t.reduction});
    keys.push_back({"tinker.loss",
                    "coefficients (each token weighed here, on any server) | cispo (by the server's own loss)",
                    &t.loss});
    keys.push_back({"tinker.wire", "json | proto: the form of what is long", &t.wire});
    keys.push_back({"tinker.in_flight", "samples, at most", &t.in_flight});
    keys.push_back({"tinker.patience_s", "seconds that a call waits for a server that is not well", &t.patience_s});
    keys.push_back({"tinker.context", "most tokens of a sequence; 0: as the model's file says", &t.context});
    keys.push_back({"tinker.api_key_env", "environment variable that holds the key", &t.api_key_env});
    keys.push_back({"tinker.sampler.url",
                    "of a server of OpenAI's API that has the weights in training and samples: http://host:8000/v1; "
                    "empty: the training server samples",
                    &t.sampler.url});
    keys.push_back({"tinker.sampler.model",
                    "as that server calls it; empty: by the path that the training server saved the weights to",
                    &t.sampler.model});
    keys.push_back({"tinker.sampler.adapters",
                    "a folder that both see: each snapshot's adapter is put there and loaded by vLLM",
                    &t.sampler.adapters});
    keys.push_back(
        {"tinker.sampler.api_key_env", "environment variable that holds that server's key", &t.sampler.api_key_env});
}

void add_problems(Keys& keys, const std::string& name, ProblemSettings& p) {
    keys.push_back({name + ".suite", "a file of problem lines; empty: problems are made", &p.suite});
    keys.push_back({name + ".kind", "kind of problems that are made, as in `suite make`", &p.kind});
    keys.push_back({name + ".options", "their difficulty: \"numbers=4,largest=15\"", &p.options});
    keys.push_back({name + ".count", "how many are made; of a suite the first so many, 0: all of it", &p.count});
    keys.push_back({name + ".seed", "of making them", &p.seed});
}

void add_plan(Keys& keys, PlanSettings& p) {
    keys.push_back({"plan.question", "--dry-run: tokens of a problem, where its suite or the model's file is not here",
                    &p.question});
    keys.push_back(
        {"plan.mean_length", "--dry-run: the part of its limit that a call writes on average", &p.mean_length});
    keys.push_back({"plan.sample_tokens_per_gpu_s",
                    "--dry-run: tokens a second that a GPU of the server samples; 0: not said",
                    &p.sample_tokens_per_gpu_s});
    keys.push_back({"plan.train_tokens_per_gpu_s",
                    "--dry-run: tokens a second that go forward and backward on a GPU of the server; 0: not said",
                    &p.train_tokens_per_gpu_s});
    keys.push_back({"plan.gpus", "--dry-run: GPUs of the server; 0: not said", &p.gpus});
    keys.push_back({"plan.price_gpu_hour", "--dry-run: money for an hour of a GPU; 0: not said", &p.price_gpu_hour});
    keys.push_back(
        {"plan.price_sample_mtok", "--dry-run: money for a million sampled tokens; 0: not said", &p.price_sample_mtok});
    keys.push_back({"plan.price_prefill_mtok", "--dry-run: money for a million tokens of prompts; 0: not said",
                    &p.price_prefill_mtok});
    keys.push_back({"plan.price_train_mtok",
                    "--dry-run: money for a million tokens that go forward, or forward and backward; 0: not said",
                    &p.price_train_mtok});
}

constexpr std::array<std::string_view, 12> kFree{"run",
                                                 "url",
                                                 "checkpoint_every",
                                                 "checkpoint_keep",
                                                 "save",
                                                 "sft.steps",
                                                 "rl.steps",
                                                 "tinker.in_flight",
                                                 "tinker.patience_s",
                                                 "tinker.api_key_env",
                                                 "tinker.wire",
                                                 "tinker.sampler.api_key_env"};
// pack_tokens and rl.rows bound memory: they change sums in the last place, and so perhaps a draw.
constexpr std::array<std::string_view, 26> kTunes{"pack_tokens",
                                                  "sft.lr",
                                                  "sft.warmup",
                                                  "sft.final_lr",
                                                  "sft.weight_decay",
                                                  "sft.clip_norm",
                                                  "rl.lr",
                                                  "rl.warmup",
                                                  "rl.final_lr",
                                                  "rl.weight_decay",
                                                  "rl.clip_norm",
                                                  "rl.updates",
                                                  "rl.diff_warning",
                                                  "rl.truncation_warning",
                                                  "rl.rows",
                                                  "rl.recompute",
                                                  "tinker.sampler.url",
                                                  "tinker.sampler.model",
                                                  "tinker.sampler.adapters",
                                                  "rl.alpha",
                                                  "rl.is_clip_min",
                                                  "rl.is_clip_max",
                                                  "rl.surrogate",
                                                  "rl.advantage_std",
                                                  "rl.loss_agg",
                                                  "rl.op.skip_majority_right"};

bool holds(const auto& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

OnResume on_resume(std::string_view key) {
    if (holds(kFree, key) || key.starts_with("plan.")) return OnResume::free;
    return holds(kTunes, key) ? OnResume::tunes : OnResume::fixed;
}

std::vector<ConfigKey> config_keys(TrainConfig& c) {
    Keys keys;
    keys.push_back({"run", "the run's folder", &c.run});
    keys.push_back({"backend", "where the model is trained: local | tinker (a server, over its protocol)", &c.backend});
    keys.push_back({"url", "of the training server: http://host:8000", &c.url});
    keys.push_back({"seed", "of everything that is drawn", &c.seed});
    keys.push_back({"threads", "0: as many as there are cores", &c.threads});
    keys.push_back({"device", "cpu (own kernels); by LibTorch: torch (on the CPU), cuda, cuda:1", &c.device});
    keys.push_back({"pack_tokens", "tokens that go through the net at once; bounds memory", &c.pack_tokens});
    keys.push_back({"checkpoint_every", "steps", &c.checkpoint_every});
    keys.push_back({"checkpoint_keep", "so many of the last checkpoints are kept, and the best", &c.checkpoint_keep});
    keys.push_back({"journal", "rollouts and evaluations stand in the run's journal", &c.journal});
    keys.push_back(
        {"async", "1: the next step's rollouts are sampled beside the learning, with weights a step older", &c.async});
    keys.push_back({"task", "the teacher of the SFT and of a new model's words: countdown, countdown-parts", &c.task});
    keys.push_back({"save", "weights of model.gguf: f32, f16 or q8_0", &c.save});
    add_tinker(keys, c.tinker);
    add_model(keys, c.model);
    add_steps(keys, "sft", c.sft);
    keys.push_back({"sft.examples", "a file of worked examples, one JSON a line; empty: the task's", &c.sft.examples});
    keys.push_back({"sft.batch_tokens", "tokens of a step", &c.sft.batch_tokens});
    add_rl(keys, c.rl);
    keys.push_back({"reward.correct", "reward of a right answer", &c.reward.correct});
    keys.push_back({"reward.wrong", "reward of a wrong answer, or of none", &c.reward.wrong});
    keys.push_back({"reward.format", "added where there is an answer", &c.reward.format});
    keys.push_back({"reward.length", "added for each thousand tokens of B_seq", &c.reward.length});
    keys.push_back({"reward.rounds", "added by the share of right drafts, mean over rounds", &c.reward.rounds});
    add_problems(keys, "data", c.data);
    keys.push_back({"data.against", "suites whose problems must not be learnt, comma between", &c.data.against});
    add_problems(keys, "eval", c.eval);
    keys.push_back({"eval.every", "steps between evaluations; 0: none", &c.eval.every});
    keys.push_back({"eval.operators", "each: an operator and its settings, \"pdr:8 think=48 k=4\"", &c.eval.operators});
    keys.push_back({"eval.samples", "of each problem", &c.eval.samples});
    keys.push_back({"eval.temperature", "of sampling; 0: greedy", &c.eval.temperature});
    add_plan(keys, c.plan);
    return keys;
}

}  // namespace retort::train

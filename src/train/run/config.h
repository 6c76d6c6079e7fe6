// What a training run is made of: a TOML file and "key=value" words after it, settled before anything is loaded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "train/net/net.h"
#include "train/objective/objective.h"

namespace retort::train {

// Tokens; see shape.h. Read only where the model is new.
struct ModelSettings {
    std::string from;       // a GGUF file, or the folder of a run; empty: a new model
    std::string tokenizer;  // new model: a file of scripts/train-tokenizer.py; empty: the words of the task
    std::int64_t width = 128;
    std::int64_t layers = 4;
    std::int64_t heads = 4;
    std::int64_t kv_heads = 0;  // 0: as many as heads
    std::int64_t feed_forward = 344;
    std::int64_t context = 1024;
    bool tied = false;
    bool fourier = true;  // embeddings of number words start as Fourier features of the number
};

// Steps of AdamW with a learning rate that rises over `warmup` steps and falls along a cosine to lr * final_lr.
struct StepSettings {
    std::int64_t steps = 0;
    double lr = 1e-3;
    std::int64_t warmup = 50;
    double final_lr = 0.1;  // as a part of lr
    double weight_decay = 0;
    double clip_norm = 1;

    AdamW at(std::int64_t step, std::int64_t all) const;
};

struct SftSettings : StepSettings {
    std::string examples;               // a file of worked examples; empty: the task's teacher gives them
    std::int64_t batch_tokens = 16384;  // of a step
};

// One of the two halves of the objective: how its rollouts are made.
struct ArmSettings {
    double share = 0;       // of the objective and of the prompts
    double share_end = -1;  // at the last step, linearly from `share`; below 0: the same throughout
    std::string operator_name;
    std::string distiller = "random";
    std::int64_t k = 4;
    std::int64_t workspace = 256;
    std::int64_t think = 128;
    std::int64_t max_answer = 32;
    std::string gradient = "refine";   // refine | drafts | all: whose tokens learn
    std::string drafts = "fresh";      // fresh | shared | cached
    bool skip_majority_right = false;  // rollouts whose last drafts' majority is right already teach nothing
};

struct RlSettings : StepSettings {
    std::int64_t prompts = 32;      // of a step, over both arms
    std::int64_t generations = 16;  // rollouts of a prompt
    std::int64_t updates = 4;       // optimiser steps a rollout step
    double temperature = 1;
    std::string curriculum = "none";  // none | pass_rate; see ProblemDraw
    double retire_at = 0.9;           // a prompt with this pass rate is not drawn again; above 1: none retires
    double diff_warning = 0.01;       // mean |log-probability difference| between sampler and trainer that is warned of
    double truncation_warning = 0.15;  // share of calls cut off, of an arm, above which is warned
    std::string sampler = "own";       // own | llama: who writes rollouts and evaluations
    std::int64_t rows = 512;           // sequences that are written side by side
    bool recompute = false;  // ratios are taken against the trainer's log-probabilities, not the sampler's own
    ObjectiveSettings objective;
    ArmSettings trace;
    ArmSettings op;
};

// A reward is the sum of its terms; see reward.h.
struct RewardSettings {
    double correct = 1;
    double wrong = -1;
    double format = 0;  // added where a solution has an answer
    double length = 0;  // added for each thousand tokens of B_seq; mostly below 0
    double rounds = 0;  // added by the share of right drafts, mean over rounds
};

// Problems, from a suite file or made on the spot.
struct ProblemSettings {
    std::string suite;               // a file; empty: generated
    std::string kind = "countdown";  // as `suite make` knows it
    std::string options;             // "numbers=4,largest=15"
    std::int64_t count = 0;
    std::int64_t seed = 0;
};

struct DataSettings : ProblemSettings {
    std::string against;  // suites (comma between) whose problems must not be among these
};

struct EvalSettings : ProblemSettings {
    std::int64_t every = 0;                     // steps; 0: never. Before the first step too, and after the last
    std::vector<std::string> operators{"cot"};  // "cot think=256", "pdr:16 think=48 distiller=random k=4"
    std::int64_t samples = 1;
    double temperature = 1;
};

// A server of OpenAI's API that has the weights in training and samples in the training server's place; see
// tinker/completions_source.h.
struct SamplerSettings {
    std::string url;       // what "/completions" comes after: "http://host:8000/v1"; empty: the training server samples
    std::string model;     // as the server calls it; empty: by the path that the training server saved the weights to
    std::string adapters;  // a folder that both see: each snapshot's adapter is put and loaded from there
    std::string api_key_env = "TINKER_SAMPLER_API_KEY";
};

// A server that trains and samples in this program's place: backend = "tinker".
struct TinkerSettings {
    std::string base_model;          // as the server calls it; empty: the one that it has
    std::string from;                // weights that a server keeps, to go on from: "tinker://..."; empty: a new adapter
    std::int64_t rank = 32;          // of the LoRA adapter that learns; 0: all weights, where the server trains them
    std::string reduction = "auto";  // auto | sum | seq_mean: what the server makes of the losses of tokens
    std::string loss = "coefficients";  // coefficients | cispo: who weighs each token
    std::string wire = "json";          // json | proto: the protocol's form
    std::int64_t in_flight = 1024;      // samples, at most
    double patience_s = 600;            // seconds that a call waits for a server that is not well
    std::int64_t context = 0;           // most tokens of a sequence; 0: as the model's file says
    std::string api_key_env = "TINKER_API_KEY";
    SamplerSettings sampler;
};

// What --dry-run reckons a run on a training server by: figures of that server, which nobody but its user knows. They
// change nothing in the run.
struct PlanSettings {
    std::int64_t question = 256;         // tokens of a problem, where the tokenizer or the suite is not here
    double mean_length = 0.6;            // of a call's limit that is written on average; above 0, at most 1
    double sample_tokens_per_gpu_s = 0;  // sampled tokens a second of one GPU, all its sequences together; 0: not said
    double train_tokens_per_gpu_s = 0;   // tokens a second of one GPU, forward and backward; 0: not said
    std::int64_t gpus = 0;               // that work at a time; 0: not said
    double price_gpu_hour = 0;           // money of any one currency; 0: not said
    double price_sample_mtok = 0;        // of a million tokens sampled
    double price_prefill_mtok = 0;       // of a million tokens read before sampling
    double price_train_mtok = 0;         // of a million tokens that go forward, or forward and backward
};

struct TrainConfig {
    std::string run;                // the run's folder
    std::string backend = "local";  // local | tinker: where the model is trained
    std::string url;                // of the training server
    std::int64_t seed = 0;
    std::int64_t threads = 0;
    std::string device = "cpu";
    std::int64_t pack_tokens = 4096;
    std::int64_t checkpoint_every = 50;
    std::int64_t checkpoint_keep = 2;
    std::int64_t async = 0;  // 1: rollouts of the next step are sampled while this one is learnt from
    bool journal = true;     // rollouts stand in the run's journal
    std::string task;        // the teacher, where there is SFT or a new model
    std::string save = "f32";
    TinkerSettings tinker;
    ModelSettings model;
    SftSettings sft;
    RlSettings rl;
    RewardSettings reward;
    DataSettings data;
    EvalSettings eval;
    PlanSettings plan;
};

// Whether a run may be resumed with another value of a key.
enum class OnResume {
    fixed,  // no: what is drawn or how the model is built depends on it
    tunes,  // yes: how what is drawn is learnt from; the change is told and recorded
    free,   // yes: how long the run is, where it lies and what is kept
};

// One key of the configuration.
struct ConfigKey {
    using Value = std::variant<std::int64_t*, double*, bool*, std::string*, std::vector<std::string>*>;
    std::string name;  // "rl.trace.think"
    std::string about;
    Value value;
};

// rl.recompute, or a sampler whose log-probabilities are those of other kernels.
bool recomputes_logprobs(const TrainConfig& config);

// `fixed` for a key that is not known.
OnResume on_resume(std::string_view key);

// All keys, pointing into `config`.
std::vector<ConfigKey> config_keys(TrainConfig& config);

// `words`: "key=value", which win. The error names the file, line or word, and the nearest known key.
Outcome<TrainConfig> read_config(const std::string& path, const std::vector<std::string>& words);
Outcome<TrainConfig> parse_config(const std::string& name, const std::string& toml,
                                  const std::vector<std::string>& words);

// Every key with its value, as TOML: parse_config() of it gives the same. `explained`: with what each key means, and
// whether it may change on --resume.
std::string to_toml(const TrainConfig& config, bool explained = true);

// For a file that goes places: without the run's folder, and files by their names alone.
TrainConfig without_places(TrainConfig config);

}  // namespace retort::train

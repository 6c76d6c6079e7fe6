#include "train/run/config_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <string_view>

#include "distill/distiller.h"

namespace retort::train {
namespace {

bool one_of(const std::string& text, std::initializer_list<std::string_view> known) {
    return std::find(known.begin(), known.end(), text) != known.end();
}

std::optional<std::string> check_arm(const char* name, const ArmSettings& arm) {
    if (arm.share < 0) return fmt::format("{}.share: expected 0 or more, found {}", name, arm.share);
    if (arm.think < 0 || arm.max_answer < 1)
        return fmt::format("{}: expected think >= 0 and max_answer >= 1 tokens", name);
    if (!one_of(arm.gradient, {"refine", "drafts", "all"}))
        return fmt::format("{}.gradient: expected refine, drafts or all, found \"{}\"", name, arm.gradient);
    if (!one_of(arm.drafts, {"fresh", "shared", "cached"}))
        return fmt::format("{}.drafts: expected fresh, shared or cached, found \"{}\"", name, arm.drafts);
    if (arm.drafts != "fresh" && arm.gradient != "refine")
        return fmt::format(
            "{}: drafts = \"{}\" are not drawn by each rollout, so that only gradient = \"refine\" can "
            "credit them",
            name, arm.drafts);
    if (!distiller_from(arm.distiller))
        return fmt::format("{}.distiller: expected {}, found \"{}\"", name, fmt::join(distiller_names(), ", "),
                           arm.distiller);
    return std::nullopt;
}

std::optional<std::string> check_steps(const char* name, const StepSettings& s) {
    if (s.steps < 0 || s.warmup < 0) return fmt::format("{}: steps and warmup are 0 or more", name);
    if (s.lr <= 0) return fmt::format("{}.lr: expected a number above 0, found {}", name, s.lr);
    if (s.final_lr < 0 || s.final_lr > 1) return fmt::format("{}.final_lr: expected 0 to 1", name);
    if (s.weight_decay < 0 || s.clip_norm < 0) return fmt::format("{}: weight_decay and clip_norm are 0 or more", name);
    return std::nullopt;
}

std::optional<std::string> check_model(const ModelSettings& m) {
    if (!m.from.empty()) return std::nullopt;
    if (m.width < 1 || m.layers < 1 || m.heads < 1 || m.feed_forward < 1 || m.context < 2)
        return "model: width, layers, heads, feed_forward are at least 1, context at least 2";
    if (m.width > 65536 || m.layers > 1024 || m.heads > 1024 || m.feed_forward > 1 << 20 || m.context > 1 << 20)
        return "model: larger than this program trains";
    if (m.width % m.heads != 0 || m.width / m.heads % 2 != 0)
        return fmt::format("model: width {} over {} heads must be an even number of floats a head", m.width, m.heads);
    if (m.kv_heads < 0 || (m.kv_heads > 0 && m.heads % m.kv_heads != 0))
        return fmt::format("model.kv_heads: expected a divisor of {} heads, found {}", m.heads, m.kv_heads);
    return std::nullopt;
}

// Of https://user:password@host: it would be written into the run's files. What is wrong is said without it.
bool has_user(std::string_view url) {
    const std::size_t scheme = url.find("://");
    const std::string_view rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
    return rest.substr(0, rest.find_first_of("/?#")).find('@') != std::string_view::npos;
}

std::optional<std::string> check_no_key_in(const TrainConfig& c) {
    if (has_user(c.url))
        return fmt::format(
            "url: expected no user and password in it, since it is written down with the run: a key belongs into the "
            "environment variable {} (tinker.api_key_env)",
            c.tinker.api_key_env);
    if (has_user(c.tinker.sampler.url))
        return fmt::format(
            "tinker.sampler.url: expected no user and password in it, since it is written down with the run: a key "
            "belongs into the environment variable {} (tinker.sampler.api_key_env)",
            c.tinker.sampler.api_key_env);
    return std::nullopt;
}

std::optional<std::string> check_tinker(const TrainConfig& c) {
    const TinkerSettings& t = c.tinker;
    if (!one_of(c.backend, {"local", "tinker"}))
        return fmt::format("backend: expected local or tinker, found \"{}\"", c.backend);
    if (c.backend == "local" && !c.url.empty())
        return "url: it is that of a training server: set backend = \"tinker\" too";
    if (c.backend == "local") return std::nullopt;
    if (!c.url.starts_with("http://") && !c.url.starts_with("https://"))
        return fmt::format("url: expected that of the training server, http://host:8000, found \"{}\"", c.url);
    if (c.url.ends_with("/v1") || c.url.ends_with("/v1/"))
        return fmt::format("url: {} is an address of OpenAI's API; the training server's is without /v1", c.url);
    if (!one_of(t.reduction, {"auto", "sum", "seq_mean"}))
        return fmt::format("tinker.reduction: expected auto, sum or seq_mean, found \"{}\"", t.reduction);
    if (!one_of(t.loss, {"coefficients", "cispo"}))
        return fmt::format("tinker.loss: expected coefficients or cispo, found \"{}\"", t.loss);
    if (!one_of(t.wire, {"json", "proto"}))
        return fmt::format("tinker.wire: expected json or proto, found \"{}\"", t.wire);
    if (!t.from.empty() && !t.from.starts_with("tinker://"))
        return fmt::format("tinker.from: expected a path of the server, tinker://..., found \"{}\"", t.from);
    if (t.rank < 0 || t.in_flight < 1 || t.in_flight > 16384 || t.patience_s < 0 || t.context < 0)
        return "tinker: in_flight is 1 to 16384, rank, patience_s and context 0 or more";
    if (c.model.from.empty())
        return "model.from: expected the GGUF of the server's base model (its vocabulary is enough): it has the "
               "tokenizer and the chat template";
    if (std::error_code failed; std::filesystem::exists(c.model.from + "/server-model.json", failed))
        return fmt::format(
            "model.from: {} was trained on a server: give the base model's GGUF here, and the path that the "
            "server keeps in tinker.from",
            c.model.from);
    if (t.loss == "cispo" && (c.rl.objective.alpha != 0 || c.rl.objective.surrogate != Surrogate::cispo))
        return "tinker.loss: a server's own cispo has no place for the SFT term or another surrogate: set rl.alpha = "
               "0, or leave it at coefficients";
    if (c.rl.temperature != 1)
        return "rl.temperature: a training server's log-probabilities are those at temperature 1: leave it at 1";
    if (c.device != "cpu") return "device: with backend = \"tinker\" the server computes: leave it out";
    if (c.async != 0)
        return "async: expected 0 with backend = \"tinker\": sampling older weights would undo the training";
    if (c.rl.sampler != "own") return "rl.sampler: expected own with backend = \"tinker\": the server writes";
    return std::nullopt;
}

std::optional<std::string> check_sampler(const TrainConfig& c) {
    const SamplerSettings& s = c.tinker.sampler;
    if (s.url.empty()) {
        if (s.model.empty() && s.adapters.empty()) return std::nullopt;
        return "tinker.sampler: model and adapters are those of a server of its own: set tinker.sampler.url too";
    }
    if (c.backend == "local") return "tinker.sampler.url: only with backend = \"tinker\" another server samples";
    if (!s.url.starts_with("http://") && !s.url.starts_with("https://"))
        return fmt::format("tinker.sampler.url: expected http://host:8000/v1, found \"{}\"", s.url);
    if (!s.model.empty() && !s.adapters.empty())
        return "tinker.sampler: with adapters each snapshot has a name of its own: leave model out";
    if (!s.adapters.empty() && c.tinker.rank == 0)
        return "tinker.sampler.adapters: with tinker.rank = 0 all weights learn, and there is no adapter";
    if (!s.adapters.empty() && !s.adapters.starts_with('/'))
        return fmt::format("tinker.sampler.adapters: expected a path from / on, which both servers know, found \"{}\"",
                           s.adapters);
    return std::nullopt;
}

double last_share(const ArmSettings& arm) {
    return arm.share_end < 0 ? arm.share : arm.share_end;
}

std::optional<std::string> check_plan(const PlanSettings& p) {
    if (p.question < 1) return "plan.question: expected 1 token or more";
    if (p.mean_length <= 0 || p.mean_length > 1)
        return fmt::format("plan.mean_length: expected a part of a call's limit, above 0 and at most 1, found {}",
                           p.mean_length);
    const double least = std::min({p.sample_tokens_per_gpu_s, p.train_tokens_per_gpu_s, static_cast<double>(p.gpus),
                                   p.price_gpu_hour, p.price_sample_mtok, p.price_prefill_mtok, p.price_train_mtok});
    if (least < 0) return "plan: figures and prices are 0 or more";
    return std::nullopt;
}

}  // namespace

std::optional<std::string> fault_of(const TrainConfig& c) {
    if (auto wrong = check_no_key_in(c)) return wrong;
    if (auto wrong = check_tinker(c)) return wrong;
    if (auto wrong = check_sampler(c)) return wrong;
    if (auto wrong = check_model(c.model)) return wrong;
    if (auto wrong = check_steps("sft", c.sft)) return wrong;
    if (auto wrong = check_steps("rl", c.rl)) return wrong;
    if (auto wrong = check_arm("rl.trace", c.rl.trace)) return wrong;
    if (auto wrong = check_arm("rl.op", c.rl.op)) return wrong;
    if (c.sft.steps + c.rl.steps < 1 && c.eval.every < 1)
        return "nothing to do: set sft.steps or rl.steps, or eval.every to evaluate only";
    if (c.sft.steps > 0 && c.sft.batch_tokens < 1) return "sft.batch_tokens: expected 1 or more";
    if (c.rl.steps > 0 && c.rl.trace.share + c.rl.op.share <= 0) return "rl.trace.share and rl.op.share are both 0";
    if (c.rl.steps > 0 && last_share(c.rl.trace) + last_share(c.rl.op) <= 0)
        return "rl.trace.share_end and rl.op.share_end: both shares are 0 at the last step";
    if (c.rl.steps > 0 && (c.rl.prompts < 1 || c.rl.generations < 2 || c.rl.updates < 1 || c.rl.rows < 1))
        return "rl: prompts, updates and rows are at least 1, generations at least 2";
    if (!one_of(c.rl.curriculum, {"none", "pass_rate"}))
        return fmt::format("rl.curriculum: expected none or pass_rate, found \"{}\"", c.rl.curriculum);
    if (c.rl.temperature <= 0) return "rl.temperature: expected a number above 0";
    if (c.rl.objective.is_clip_min < 0 || c.rl.objective.is_clip_max < c.rl.objective.is_clip_min)
        return "rl.is_clip_min and rl.is_clip_max: expected 0 <= min <= max, as ratios (PPO's epsilon of 0.2 is 0.8 "
               "and 1.2)";
    if (c.pack_tokens < 1 || c.checkpoint_every < 1 || c.checkpoint_keep < 1)
        return "pack_tokens, checkpoint_every and checkpoint_keep are at least 1";
    if (c.async != 0 && c.async != 1) return "async: expected 0 or 1";
    if (c.async != 0 && c.rl.recompute)
        return "rl.recompute: with async = 1 rollouts are a step older than the weights that would score them: leave "
               "one of them out";
    if (c.threads < 0 || c.threads > 512) return "threads: expected 0 to 512";
    if (!one_of(c.save, {"f32", "f16", "q8_0"}))
        return fmt::format("save: expected f32, f16 or q8_0, found \"{}\"", c.save);
    if (!one_of(c.rl.sampler, {"own", "llama"}))
        return fmt::format("rl.sampler: expected own or llama, found \"{}\"", c.rl.sampler);
    if (c.task.empty() && c.model.from.empty() && c.model.tokenizer.empty())
        return "model: a new one needs words: those of task = \"countdown\", or model.tokenizer = FILE; or model.from "
               "says what to start from";
    if (c.task.empty() && c.sft.steps > 0 && c.sft.examples.empty())
        return "sft: expected worked examples: sft.examples = FILE, or task = \"countdown\"";
    if (auto wrong = check_plan(c.plan)) return wrong;
    if (c.eval.every < 0 || c.eval.samples < 1 || c.eval.temperature < 0) return "eval: a value is out of range";
    return std::nullopt;
}

}  // namespace retort::train

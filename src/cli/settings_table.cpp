#include <algorithm>
#include <array>

#include "cli/settings.h"

namespace retort::cli {
namespace {

using enum SettingKind;
using Names = std::string_view;

constexpr double kMany = 1e15;
constexpr double kWidth = 100000;

constexpr std::array<Names, 9> kDistillers{"summary", "topk", "topk-each",      "random",          "conclusions",
                                           "parts",   "full", "oracle-correct", "oracle-incorrect"};
constexpr std::array<Names, 2> kSyncs{"process", "full"};

constexpr Names kModel = "Model";
constexpr Names kMethod = "Method";
constexpr Names kSampling = "Sampling";
constexpr Names kBudget = "Budgets";
constexpr Names kEngine = "Engine";

const std::array kSpecs{
    SettingSpec{"model", text, "NAME|FILE", kModel,
                "Model by name, or a GGUF file; with --url the remote model's name"},
    SettingSpec{"url", text, "URL", kModel, "OpenAI-compatible server, as in http://host:port/v1"},
    SettingSpec{"distill-model", text, "NAME|FILE", kModel, "Model that summarises and selects (default: --model)"},
    SettingSpec{"judge-model", text, "NAME|FILE", kModel, "Model that judges (default: --model)"},
    SettingSpec{"final-model", text, "NAME|FILE", kModel, "Model of the last call (default: --model)"},
    SettingSpec{"api-key-env", text, "NAME", kModel, "Variable that holds the key (default: OPENAI_API_KEY)"},
    SettingSpec{"dialect", text, "NAME", kModel, "How the server speaks (default: auto)"},
    SettingSpec{"operator", text, "OP|FILE.toml", kMethod, "The method, or a file that says it (below)"},
    SettingSpec{"distiller", choice, "D", kMethod, "What a round hands to the next (below)", 0, 0, kDistillers},
    SettingSpec{"k", whole, "N", kMethod, "Drafts that topk and random keep, answers to a part that parts keeps", 1,
                kWidth},
    SettingSpec{"workspace", whole, "TOKENS", kMethod, "Bound of what is handed on; 0: no bound", 0, kMany},
    SettingSpec{"think", whole, "TOKENS", kMethod, "Thinking budget of a call; 0: do not think", 0, kMany},
    SettingSpec{"max-answer", whole, "TOKENS", kMethod, "Tokens of a call after its thinking", 1, kMany},
    SettingSpec{"prompts", text, "DIR", kMethod, "Folder with prompts that replace the model's own"},
    SettingSpec{"temperature", number, "T", kSampling, "0: greedy (default: 1)", 0, 100},
    SettingSpec{"top-p", number, "P", kSampling, "Nucleus, above 0 to 1 (default: 1)", 0.000001, 1},
    SettingSpec{"seed", whole, "N", kSampling, "Seeds of all calls come from it (default: 0)", 0, 9007199254740991.0},
    SettingSpec{"logprobs", flag, "", kSampling, "Record token ids and log-probabilities where the model has them"},
    SettingSpec{"budget-seq", whole, "N", kBudget, "Most tokens on the longest path to the answer (b_seq)", 1, kMany},
    SettingSpec{"budget-total", whole, "N", kBudget, "Most tokens of all calls together (b_total)", 1, kMany},
    SettingSpec{"in-flight", whole, "N", kEngine, "Calls in flight a server (default: 64)", 1, kWidth},
    SettingSpec{"retry-time", number, "S", kEngine, "Seconds after which retries give up (default: 30)", 0, 86400},
    SettingSpec{"threads", whole, "N", kEngine, "Threads in process (default: the machine's cores)", 1, 1024},
    SettingSpec{"ctx", whole, "N", kEngine, "Context in process, tokens (default: what the model was trained for)", 1,
                kMany},
    SettingSpec{"sync", choice, "process|full", kEngine,
                "What the journal survives: the process's end, or a power cut too (default: process)", 0, 0, kSyncs},
};

}  // namespace

std::span<const SettingSpec> setting_specs() {
    return kSpecs;
}

const SettingSpec* find_setting(std::string_view name) {
    const auto found = std::find_if(kSpecs.begin(), kSpecs.end(), [&](const SettingSpec& s) { return s.name == name; });
    return found == kSpecs.end() ? nullptr : &*found;
}

std::string option_name(const SettingSpec& spec) {
    return "--" + std::string(spec.name);
}

std::string environment_name(const SettingSpec& spec) {
    std::string out = "RETORT_";
    for (const char c : spec.name) out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return out;
}

std::string config_key(const SettingSpec& spec) {
    std::string out(spec.name);
    std::replace(out.begin(), out.end(), '-', '_');
    return out;
}

}  // namespace retort::cli

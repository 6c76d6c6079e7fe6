#include "train/run/server_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "train/run/model_setup.h"
#include "train/run/remote.h"
#include "train/run/remote_plan.h"
#include "train/tinker/data.h"
#include "train/tinker/server_kind.h"

namespace retort::train {
namespace {

using cli::Check;

constexpr std::int64_t kScored = 8;   // tokens
constexpr std::int64_t kSampled = 8;  // tokens
constexpr double kAgreement = 0.01;   // by which log-probabilities of sampler and trainer may differ
constexpr double kPatience = 10;      // seconds: somebody waits for the answer

class Checks {
  public:
    void ok(const std::string& what, const std::string& found) { all_.push_back({Check::Level::ok, what, found, ""}); }
    void warn(const std::string& what, const std::string& found, const std::string& advice) {
        all_.push_back({Check::Level::warn, what, found, advice});
    }
    void fail(const std::string& what, const std::string& found, const std::string& advice) {
        all_.push_back({Check::Level::fail, what, found, advice});
    }
    std::vector<Check> take() { return std::move(all_); }

  private:
    std::vector<Check> all_;
};

// What the kind of server means for this configuration.
void check_kind(Checks& checks, const TrainConfig& config, const tinker::ServerKind& kind) {
    checks.ok("kind", fmt::format("answers as {} does: losses are reduced by {}", kind.name, name(kind.reduction)));
    if (const auto set = tinker::reduction_from(config.tinker.reduction); set && *set != kind.reduction)
        checks.warn("reduction", fmt::format("tinker.reduction = \"{}\"", config.tinker.reduction),
                    "the kind is told from its answers: keep your setting only if you know better");
    if (config.tinker.loss == "cispo" && !kind.native_cispo)
        checks.fail("loss", "the server has no cispo of its own", "set tinker.loss = \"coefficients\"");
    if (kind.clip_norm == tinker::ClipNorm::none && (config.sft.clip_norm > 0 || config.rl.clip_norm > 0))
        checks.warn("clip_norm", "the server bounds no gradient", "lower the learning rates should gradients explode");
    if (!kind.takes_adam)
        checks.warn(
            "optimiser",
            "the server takes the learning rate alone: weight decay (0.01 where it was not told otherwise), betas "
            "(0.9, 0.999) and the bound on gradients (1) are its own",
            "start it with trainer.policy.optimizer_config.weight_decay and max_grad_norm: docs/scale.md");
    if (kind.one_weights_slot && (config.sft.weight_decay > 0 || config.rl.weight_decay > 0))
        checks.warn("weight_decay", "on this server it is that of all models that it holds", "set it to 0");
}

// The last tokens of the vocabulary: a model with fewer answers no numbers.
tinker::Data probe(std::int64_t vocabulary) {
    tinker::Datum datum;
    for (std::int64_t i = 0; i < kScored; ++i) {
        datum.tokens.push_back(static_cast<TokenId>(std::max<std::int64_t>(vocabulary - 1 - i, 0)));
        datum.targets.push_back(static_cast<TokenId>(std::max<std::int64_t>(vocabulary - 2 - i, 0)));
        datum.mask.push_back(1);
    }
    return std::make_shared<const std::vector<tinker::Datum>>(1, std::move(datum));
}

// Tokens that any model has learnt: those at the end of a vocabulary may be there for its size alone.
TokenSequence middle_of(std::int64_t vocabulary) {
    std::vector<TokenId> out;
    for (std::int64_t i = 0; i < kScored; ++i) out.push_back(static_cast<TokenId>((vocabulary / 2 + i) % vocabulary));
    return std::make_shared<const std::vector<TokenId>>(std::move(out));
}

void check_sampling(Checks& checks, const TrainConfig& config, tinker::Link& link, tinker::SampleSource& source,
                    std::int64_t vocabulary) {
    const std::string snapshot = source.snapshot();
    const TokenSequence prompt = middle_of(vocabulary);
    const tinker::SampledSequence sampled = link.run(source.sample(snapshot, prompt, {kSampled, 1, 1, 1})).value();
    if (const auto fault = fault_of_sequence(sampled, vocabulary, kSampled))
        return checks.fail("sampling", *fault, "the run would learn nothing from such samples");
    tinker::Datum datum{*prompt, {}, {}, {}, {}};
    datum.tokens.insert(datum.tokens.end(), sampled.tokens.begin(), sampled.tokens.end() - 1);
    datum.targets.assign(datum.tokens.begin() + 1, datum.tokens.end());
    datum.targets.push_back(sampled.tokens.back());
    datum.mask.assign(datum.tokens.size(), 1);
    const auto data = std::make_shared<const std::vector<tinker::Datum>>(1, std::move(datum));
    const tinker::Reply scored = link.run(link.client().forward(data)).value();
    double largest = 0;
    std::vector<float> logprobs;
    if (const auto wrong = take_scores(*data, scored, logprobs))
        return checks.fail("scoring", *wrong, "the run would end at its first step");
    const std::size_t first = logprobs.size() - sampled.tokens.size();
    for (std::size_t i = 0; i < sampled.tokens.size(); ++i)
        largest = std::max(largest, static_cast<double>(std::abs(logprobs[first + i] - sampled.logprobs[i])));
    const std::string found = fmt::format("sampler and trainer differ by {:.2g} in log-probability", largest);
    if (recomputes_logprobs(config))
        checks.ok("sampling", found + "; ratios are taken against the trainer's own");
    else if (largest > kAgreement)
        checks.warn("sampling", found,
                    "the importance ratio makes up for it, as far as it is not clipped; or set rl.recompute = true");
    else
        checks.ok("sampling", found);
}

// The longest call that is made: longer ones are refused here already.
bool check_context(Checks& checks, const TrainConfig& config, const TrainedModel& model,
                   const tinker::ServedModel& served) {
    const std::int64_t context = model.file.shape.context;
    const auto longest = longest_call(config, model);
    if (!longest) {
        checks.fail("problems", longest.error().message, "the run would end with this too");
        return false;
    }
    if (*longest > context)
        checks.warn("context", fmt::format("the longest call has {} tokens, a sequence may have {}", *longest, context),
                    "raise tinker.context, or lower think, max_answer or workspace: such calls fail");
    if (!served.max_context) return true;
    const std::int64_t asked = std::min(*longest, context);
    if (*served.max_context < asked) {
        checks.fail("context",
                    fmt::format("the server takes {} tokens, the longest call has {}", *served.max_context, asked),
                    "start the server with more, or lower think, max_answer or workspace");
        return false;
    }
    if (config.sft.steps > 0 && *served.max_context < context)
        checks.warn("context",
                    fmt::format("the server takes {} tokens, examples may have {}", *served.max_context, context),
                    "lower tinker.context to what it takes: longer examples are then left out");
    return true;
}

// What the server says of the model that it made.
bool check_model(Checks& checks, const TrainConfig& config, const tinker::TrainingClient& client) {
    const tinker::ServedModel& served = client.served();
    if (served.trainable == false) {
        checks.fail("model", fmt::format("the server says that it does not train {}", client.base_model()),
                    "set tinker.base_model to one that it trains");
        return false;
    }
    if (served.sampleable == false && config.tinker.sampler.url.empty()) {
        checks.fail("model", fmt::format("the server says that it does not sample from {}", client.base_model()),
                    "set tinker.sampler.url to a server that does");
        return false;
    }
    checks.ok("model", fmt::format("{} on {}", tinker::what_learns(config.tinker.rank), client.base_model()));
    if (client.made_rank() && *client.made_rank() != config.tinker.rank)
        checks.warn("rank", fmt::format("the server made one of rank {}", *client.made_rank()),
                    "set tinker.rank to what it makes, so that the run's files say what learnt");
    return true;
}

bool has_numbers(const tinker::Reply& forward, const tinker::Data& data) {
    return forward.logprobs.size() == 1 && !tinker::fault_of_logprobs(forward.logprobs[0], data->front().tokens.size());
}

// What to do, where the failure itself does not say it.
std::string advice_on(const tinker::Failure& failure, const tinker::TrainingClient& client) {
    switch (failure.kind) {
        case tinker::FailureKind::unauthorised:
            return "set that variable to a key that the server takes, and export it";
        case tinker::FailureKind::unreachable:
            return "start the server, or mend the address; one that answers HTTP 5xx says why in its log";
        case tinker::FailureKind::lost:
        case tinker::FailureKind::missing:
            return "the server forgot what it had just made: has it started anew? Ask again";
        case tinker::FailureKind::malformed:
            return "is it a training server that answers at url, and no proxy or other program?";
        case tinker::FailureKind::refused:
            if (client.session().empty())
                return "is url that of a training server, without a path of an API behind it?";
            if (client.model().empty()) return "tinker.rank and the number of models have limits of the server's own";
            return "";
        case tinker::FailureKind::no_model:
        case tinker::FailureKind::stopped:
            break;
    }
    return "";
}

// Scores the end of the vocabulary. Servers answer a token beyond theirs without numbers or by an error, like anything
// else that they cannot do: a pass of the first tokens tells the two apart.
std::optional<tinker::Reply> check_forward(Checks& checks, tinker::Link& link, std::int64_t vocabulary) {
    const char* const kGguf = "model.from has to be the GGUF of the server's base model";
    const tinker::Data data = probe(vocabulary);
    tinker::Result<tinker::Reply> forward = link.run(link.client().forward(data));
    if (forward && has_numbers(*forward, data)) {
        checks.ok("vocabulary",
                  fmt::format("{} tokens, to the last of which the server has log-probabilities", vocabulary));
        return std::move(*forward);
    }
    if (forward) {
        checks.fail("vocabulary", "tokens at its end have no log-probability", kGguf);
        return std::nullopt;
    }
    const tinker::Failure& failure = forward.error();
    const bool may_be_tokens =
        failure.kind == tinker::FailureKind::refused || failure.kind == tinker::FailureKind::unreachable;
    const tinker::Data first = probe(std::min(vocabulary, 2 * kScored));
    const auto again = may_be_tokens ? link.run(link.client().forward(first)) : forward;
    if (again && has_numbers(*again, first))
        checks.fail("vocabulary", failure.message + ": for tokens at its end alone", kGguf);
    else
        checks.fail("forward", failure.message, advice_on(failure, link.client()));
    return std::nullopt;
}

void ask(Checks& checks, const TrainConfig& config, const TrainedModel& model, tinker::Link& link) {
    link.keep_alive();
    link.run(link.client().open({config.tinker.base_model, config.tinker.rank, config.seed})).value();
    if (!check_model(checks, config, link.client())) return;
    if (!check_context(checks, config, model, link.client().served())) return;
    const std::int64_t vocabulary = model.tokenizer->vocabulary().size();
    const auto forward = check_forward(checks, link, vocabulary);
    if (!forward) return;
    check_kind(checks, config, tinker::kind_of(*forward, link.client().has_flags()));
    const std::unique_ptr<tinker::SampleSource> source = sample_source(config, link, {}).value();
    check_sampling(checks, config, link, *source, vocabulary);
    source->close();
}

}  // namespace

std::vector<cli::Check> check_server(const TrainConfig& config) {
    Checks checks;
    if (config.backend == "local") {
        checks.warn("backend", "local: no server is asked", "set backend = \"tinker\" and url");
        return checks.take();
    }
    const auto model = planned_model(config, nullptr);
    if (!model) {
        checks.fail("tokenizer", model.error().message, "model.from: the GGUF of the server's base model");
        return checks.take();
    }
    checks.ok("tokenizer", fmt::format("{}, context {} tokens", model_path(config), model->file.shape.context));
    auto options = client_options(config);
    if (!options) {
        checks.fail("key", options.error().message, "");
        return checks.take();
    }
    TrainConfig patient = config;
    patient.tinker.patience_s = std::min(config.tinker.patience_s, kPatience);
    options->patience_s = patient.tinker.patience_s;
    tinker::Link link(std::move(*options), nullptr, wire_of(config));
    try {
        ask(checks, patient, *model, link);
    } catch (const tinker::FailureException& failed) {
        const tinker::Failure& failure = failed.failure();
        const tinker::TrainingClient& client = link.client();
        const bool is_model = failure.kind == tinker::FailureKind::no_model || !client.session().empty();
        const std::string what = is_model ? (client.model().empty() ? "model" : "sampling") : "server";
        checks.fail(what, failure.message, advice_on(failure, client));
    }
    if (!link.client().model().empty()) link.run(link.client().unload(link.client().model()));
    return checks.take();
}

}  // namespace retort::train

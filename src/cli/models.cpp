#include "cli/models.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "eval/sim_model.h"
#include "model/limiting_model.h"
#include "model/retrying_model.h"
#if RETORT_HAS_LLAMA
#include "model/llama/llama_model.h"
#endif

namespace retort::cli {
namespace {

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

Outcome<std::optional<Dialect>> dialect_of(const Settings& settings) {
    const auto name = settings.text("dialect");
    if (!name || *name == "auto") return std::optional<Dialect>();
    if (const auto dialect = dialect_named(*name)) return dialect;
    std::string known = "auto";
    for (const Dialect& dialect : kDialects) known += ", " + std::string(dialect.name);
    return usage(fmt::format("--dialect: unknown dialect \"{}\": expected one of {}", *name, known));
}

#if RETORT_HAS_LLAMA
Outcome<std::shared_ptr<LanguageModel>> open_file(const ModelSource& source, const Settings& settings) {
    constexpr std::int64_t kMostSequences = 240;
    LlamaOptions options;
    options.path = source.path;
    options.threads = static_cast<int>(settings.whole("threads").value_or(0));
    options.engines = 0;
    options.ctx = settings.whole("ctx").value_or(0);
    options.max_sequences = static_cast<int>(std::min(static_cast<std::int64_t>(in_flight(settings)), kMostSequences));
    auto model = LlamaModel::open(options);
    if (!model) return model.error();
    return std::shared_ptr<LanguageModel>(std::move(*model));
}
#else
Outcome<std::shared_ptr<LanguageModel>> open_file(const ModelSource& source, const Settings&) {
    return usage(fmt::format(
        "cannot run {} in process: this program was built without llama.cpp; give --url of a server", source.name));
}
#endif

Outcome<std::shared_ptr<LanguageModel>> open_simulated(const std::string& name, const Suite* suite) {
    if (suite == nullptr)
        return usage(fmt::format("{} is a simulated model: it answers the problems of a suite; try retort eval", name));
    auto problems = sim_problems(*suite);
    if (!problems) return problems.error();
    return make_sim_model(name, std::move(*problems));
}

std::string names_of(const std::vector<std::string>& models) {
    constexpr std::size_t kMost = 12;
    std::string out;
    for (std::size_t i = 0; i < std::min(models.size(), kMost); ++i) out += (i == 0 ? "" : ", ") + models[i];
    if (models.size() > kMost) out += fmt::format(" and {} more", models.size() - kMost);
    return out;
}

}  // namespace

std::size_t in_flight(const Settings& settings) {
    return static_cast<std::size_t>(settings.whole("in-flight").value_or(static_cast<std::int64_t>(kDefaultInFlight)));
}

RetryPolicy retry_policy(const Settings& settings) {
    RetryPolicy policy;
    if (const auto seconds = settings.number("retry-time"))
        policy.total_time = std::chrono::nanoseconds(static_cast<std::int64_t>(*seconds * 1e9));
    return policy;
}

Outcome<HttpModelOptions> server_options(const Settings& settings, const Environment& environment) {
    HttpModelOptions options;
    options.base_url = settings.text("url").value_or("");
    if (!options.base_url.starts_with("http://") && !options.base_url.starts_with("https://"))
        return usage(fmt::format("--url: expected an address as in http://host:port/v1, found \"{}\"",
                                 without_credentials(options.base_url)));
    const auto variable = settings.text("api-key-env");
    options.api_key_variable = variable.value_or("OPENAI_API_KEY");
    options.api_key = environment(options.api_key_variable).value_or("");
    if (variable && options.api_key.empty())
        return usage(fmt::format("--api-key-env: the variable {} is not set or empty", *variable));
    const auto dialect = dialect_of(settings);
    if (!dialect) return dialect.error();
    options.dialect = *dialect;
    return options;
}

Outcome<std::string> only_model_of(const Settings& settings, const Environment& environment) {
    const auto options = server_options(settings, environment);
    if (!options) return options.error();
    asio::io_context loop;
    HttpModel probe(std::make_shared<HttpClient>(loop), *options);
    const ServerProfile* profile = run_to_end(loop, probe.server({}));
    if (profile != nullptr && profile->models.size() == 1) return profile->models.front();
    if (profile == nullptr || profile->models.empty())
        return Error{ErrorKind::model,
                     fmt::format("{} does not list its models{}; is it running, and is the address right? "
                                 "Else name the model with --model",
                                 without_credentials(options->base_url),
                                 profile == nullptr || profile->note.empty() ? "" : ": " + profile->note)};
    return usage(fmt::format("{} has several models: choose one with --model: {}",
                             without_credentials(options->base_url), names_of(profile->models)));
}

LanguageModel* ModelSet::Entry::outermost() const {
    if (recording) return recording.get();
    if (replaying) return replaying.get();
    return model.get();
}

Outcome<std::unique_ptr<ModelSet>> ModelSet::open(const std::vector<ModelSource>& sources, const Settings& settings,
                                                  const Environment& environment, asio::io_context& loop,
                                                  const Suite* suite) {
    auto out = std::make_unique<ModelSet>();
    std::shared_ptr<HttpClient> client;
    const auto places = std::make_shared<Semaphore>(in_flight(settings));  // one server: all its models share them
    for (const ModelSource& source : sources) {
        Entry entry;
        entry.name = source.name;
        if (is_sim_model(source.name)) {
            auto model = open_simulated(source.name, suite);
            if (!model) return model.error();
            entry.model = std::move(*model);
        } else if (source.path.empty()) {
            auto options = server_options(settings, environment);
            if (!options) return options.error();
            options->model = source.name;
            if (!client) client = std::make_shared<HttpClient>(loop);
            entry.remote = std::make_shared<HttpModel>(client, *options);
            auto limited = std::make_shared<LimitingModel>(entry.remote, places);
            entry.model = std::make_shared<RetryingModel>(std::move(limited), retry_policy(settings));
        } else {
            auto model = open_file(source, settings);
            if (!model) return model.error();
            entry.model = std::move(*model);
        }
        out->entries_.push_back(std::move(entry));
    }
    return out;
}

Outcome<std::unique_ptr<ModelSet>> ModelSet::replay(JournalReader& journal, RunKey run, const MethodConfig& config) {
    auto out = std::make_unique<ModelSet>();
    for (const std::string& name : model_names(config)) {
        auto model = ReplayingModel::make(journal, run, name);
        if (!model) return model.error();
        Entry entry;
        entry.name = name;
        entry.replaying = std::move(*model);
        out->entries_.push_back(std::move(entry));
    }
    return out;
}

Task<void> ModelSet::find_out(std::stop_token stop) {
    for (const Entry& entry : entries_) {
        if (!entry.remote) continue;
        [[maybe_unused]] const ServerProfile* profile = co_await entry.remote->server(stop);
    }
}

void ModelSet::record(Journal& journal, RunKey run, const std::vector<std::string>& names, bool share) {
    for (Entry& entry : entries_) {
        entry.recording.reset();
        entry.sharing.reset();
        if (std::find(names.begin(), names.end(), entry.name) == names.end()) continue;
        if (share) entry.sharing = std::make_unique<SharingModel>(*entry.model, journal, run);
        LanguageModel& inner = share ? static_cast<LanguageModel&>(*entry.sharing) : *entry.model;
        entry.recording = std::make_unique<RecordingModel>(inner, journal, run, entry.name);
    }
}

Models ModelSet::engine_models(const MethodConfig& config) const {
    Models out;
    for (const Entry& entry : entries_) out.by_name.emplace(entry.name, entry.outermost());
    out.main = config.model;
    out.distil = config.distill_model;
    out.judge = config.judge_model;
    out.final = config.final_model;
    return out;
}

std::int64_t ModelSet::resumed_calls() const {
    std::int64_t out = 0;
    for (const Entry& entry : entries_) out += entry.recording ? entry.recording->resumed_calls() : 0;
    return out;
}

std::int64_t ModelSet::shared_calls() const {
    std::int64_t out = 0;
    for (const Entry& entry : entries_) out += entry.sharing ? entry.sharing->shared_calls() : 0;
    return out;
}

std::int64_t ModelSet::missing_counts() const {
    std::int64_t out = 0;
    for (const Entry& entry : entries_) out += entry.replaying ? entry.replaying->missing_counts() : 0;
    return out;
}

}  // namespace retort::cli

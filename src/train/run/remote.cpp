#include "train/run/remote.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "train/gguf/adapter.h"
#include "train/gguf/archive.h"
#include "train/gguf/whole_file.h"
#include "train/tinker/completions_source.h"
#include "train/tinker/sample_call.h"
#include "train/tinker/tinker_net.h"
#include "train/tinker/tinker_writer.h"

namespace retort::train {
namespace {

constexpr const char* kModelFile = "/server-model.json";

bool may_be_header(const std::string& key) {
    return std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

// Empty where there is none: open servers want none.
Outcome<std::string> key_in(const std::string& variable) {
    const char* value = std::getenv(variable.c_str());
    std::string key = value == nullptr ? "" : value;
    if (may_be_header(key)) return key;
    return Error{
        ErrorKind::usage,
        fmt::format("{}: a key is of printable characters without spaces; this one is not: set it anew", variable)};
}

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

// The model that the run's last process had, "" where there was none.
std::string earlier_model(const std::string& path, const std::string& url) {
    std::ifstream in(path);
    const nlohmann::json json = nlohmann::json::parse(in, nullptr, false);
    if (!json.is_object() || !json.contains("model") || !json["model"].is_string()) return "";
    if (!json.contains("url") || json["url"] != url) return "";
    return json["model"];
}

// The server has said that there is no such file, rather than nothing.
bool is_answer(tinker::FailureKind kind) {
    return kind == tinker::FailureKind::refused || kind == tinker::FailureKind::lost ||
           kind == tinker::FailureKind::missing || kind == tinker::FailureKind::malformed;
}

Outcome<void> with_adapter(ModelFile& base, const std::string& archive) {
    const auto files = unpack_tar_gz(archive);
    if (!files) return files.error();
    return merge_adapter(base, *files);
}

}  // namespace

tinker::Wire wire_of(const TrainConfig& config) {
    return config.tinker.wire == "proto" ? tinker::Wire::proto : tinker::Wire::json;
}

Outcome<std::unique_ptr<Remote>> Remote::connect(const TrainConfig& config, const TrainedModel& model,
                                                 TrainListener& listener, const std::atomic<bool>* stop) {
    auto options = client_options(config);
    if (!options) return options.error();
    options->told = [&listener](const std::string& message) { listener.told(message); };
    const SamplerSettings& sampler = config.tinker.sampler;
    if (const auto key = key_in(sampler.api_key_env); !sampler.url.empty() && !key) return key.error();
    std::unique_ptr<Remote> out(new Remote(config, model, listener, std::move(*options), stop));
    if (config.threads != 0) listener.told("threads has no effect: the training server computes");
    if (config.rl.rows != RlSettings().rows)
        listener.told("rl.rows has no effect: tinker.in_flight bounds what a training server writes side by side");
    out->give_up_earlier();
    tinker::Link& link = out->link_;
    link.keep_alive();
    link.run(link.client().open({config.tinker.base_model, config.tinker.rank, config.seed})).value();
    if (const auto made = link.client().made_rank(); made && *made != config.tinker.rank)
        listener.told(fmt::format("warning: the server made an adapter of rank {}, though tinker.rank is {}", *made,
                                  config.tinker.rank));
    if (const auto noted = out->note_model(); !noted) return noted.error();
    return out;
}

// A server holds few models; one whose process is gone would stay for minutes.
void Remote::give_up_earlier() {
    const std::string model = earlier_model(config_.run + kModelFile, config_.url);
    if (model.empty()) return;
    listener_.told(
        fmt::format("the server need not hold {} any longer, which the run's last process had there", model));
    link_.run(link_.client().unload(model));
}

Outcome<void> Remote::note_model() const {
    const nlohmann::json json{{"url", config_.url},
                              {"base_model", link_.client().base_model()},
                              {"session", link_.client().session()},
                              {"model", link_.client().model()},
                              {"rank", config_.tinker.rank}};
    Outcome<WholeFile> file = WholeFile::create(config_.run + kModelFile);
    if (!file) return file.error();
    const std::string text = json.dump(2) + "\n";
    if (const auto written = file->write(std::as_bytes(std::span(text))); !written) return written.error();
    return file->commit();
}

void Remote::start_anew() {
    link_.run(link_.client().start(config_.tinker.from, false)).value();
}

void Remote::give_up() {
    link_.run(link_.client().unload(link_.client().model()));
}

std::string Remote::stays(const std::string& path, const std::string& why) const {
    return fmt::format("no model.gguf: {}; what was trained stays on the server as {}", why, path);
}

Outcome<std::optional<ModelFile>> Remote::trained(std::int64_t step) {
    const std::string path = link_.run(link_.client().save_for_sampler(fmt::format("final-{:06}", step))).value();
    if (config_.tinker.rank == 0) {
        listener_.told(stays(path, "all weights were trained, and no adapter could be put into the base model's file"));
        return std::optional<ModelFile>();
    }
    auto base = read_model(model_path(config_));
    if (!base) {
        listener_.told(stays(path, base.error().message));
        return std::optional<ModelFile>();
    }
    tinker::Result<std::string> archive = link_.run(link_.client().archive(path));
    if (!archive && !is_answer(archive.error().kind)) throw tinker::FailureException(archive.error());
    const auto merged = archive ? with_adapter(*base, *archive) : Outcome<void>(error_of(archive.error()));
    if (merged) return std::optional(std::move(*base));
    listener_.told(stays(path, merged.error().message));
    return std::optional<ModelFile>();
}

std::unique_ptr<Net> Remote::net() {
    tinker::NetSettings settings;
    settings.rank = config_.tinker.rank;
    settings.request_tokens = config_.pack_tokens;
    settings.reduction = tinker::reduction_from(config_.tinker.reduction);
    settings.native_cispo = config_.tinker.loss == "cispo";
    settings.told = [this](const std::string& message) { listener_.told(message); };
    return std::make_unique<Net>(model_.file.shape, std::make_unique<tinker::TinkerNet>(link_, std::move(settings)));
}

std::unique_ptr<Writer> Remote::writer() {
    auto source = sample_source(config_, link_, tinker::ends_of(model_.tokenizer->vocabulary())).value();
    return tinker::tinker_writer(link_, *model_.tokenizer, std::move(source),
                                 {config_.tinker.in_flight, model_.tokenizer->vocabulary().size()});
}

Outcome<tinker::ClientOptions> client_options(const TrainConfig& config) {
    auto key = key_in(config.tinker.api_key_env);
    if (!key) return key.error();
    tinker::ClientOptions out;
    out.url = without_slash(config.url);
    out.key = std::move(*key);
    out.key_env = config.tinker.api_key_env;
    out.patience_s = config.tinker.patience_s;
    return out;
}

Outcome<std::unique_ptr<tinker::SampleSource>> sample_source(const TrainConfig& config, tinker::Link& link,
                                                             std::vector<TokenId> ends) {
    const SamplerSettings& sampler = config.tinker.sampler;
    if (sampler.url.empty()) return tinker::training_server_source(link, std::move(ends));
    auto key = key_in(sampler.api_key_env);
    if (!key) return key.error();
    tinker::CompletionsSettings out;
    out.server.url = without_slash(sampler.url);
    out.server.key = std::move(*key);
    out.server.key_env = sampler.api_key_env;
    out.server.bearer = true;
    out.server.patience_s = config.tinker.patience_s;
    out.model = sampler.model;
    out.adapters = without_slash(sampler.adapters);
    return tinker::completions_source(link, std::move(out), std::move(ends));
}

Error error_of(const tinker::Failure& failure) {
    const std::string resume = "; go on with --resume";
    switch (failure.kind) {
        case tinker::FailureKind::unauthorised:
            return {ErrorKind::usage, failure.message + resume};
        case tinker::FailureKind::unreachable:
            return {ErrorKind::model, failure.message + ": start the server again, then" + resume.substr(1)};
        case tinker::FailureKind::lost:
            return {ErrorKind::model, failure.message + resume + ", which trains on from the last checkpoint"};
        case tinker::FailureKind::stopped:
            return {ErrorKind::interrupted, failure.message + resume};
        case tinker::FailureKind::missing:
            return {ErrorKind::usage,
                    failure.message + ": checkpoints.jsonl of the run that kept it names what there is"};
        case tinker::FailureKind::no_model:
            return {ErrorKind::usage, failure.message};
        case tinker::FailureKind::refused:
        case tinker::FailureKind::malformed:
            break;
    }
    return {ErrorKind::model, failure.message + "; once that is mended, go on with --resume"};
}

}  // namespace retort::train

#include "train/tinker/completions_source.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "train/tinker/adapter_folder.h"
#include "train/tinker/completions.h"

namespace retort::train::tinker {
namespace {

constexpr std::chrono::hours kTimeout{1};  // of a sample: servers queue as many as they are sent
constexpr std::size_t kReplyBytes = std::size_t{1} << 20;
constexpr std::size_t kTokenBytes = 512;  // of a token with its text, its bytes and its log-probability, at most

class CompletionsSource final : public SampleSource {
  public:
    CompletionsSource(Link& link, CompletionsSettings settings, std::vector<TokenId> ends)
        : link_(link),
          settings_(std::move(settings)),
          ends_(std::move(ends)),
          client_(link.another_client(settings_.server)) {
        meet();
    }

    std::string snapshot() override {
        const std::string path =
            link_.run(link_.client().save_for_sampler(fmt::format("sampled-{:06}", ++snapshots_))).value();
        if (!settings_.adapters.empty()) return load_adapter(path);
        return settings_.model.empty() ? path : settings_.model;
    }

    Task<Result<SampledSequence>> sample(std::string snapshot, TokenSequence prompt,
                                         SampleParameters parameters) override {
        Call call{"/completions", fmt::format("completion by {}", snapshot), nullptr};
        call.body = [this, snapshot, prompt, parameters] {
            return completion_body(snapshot, *prompt, ends_, parameters);
        };
        call.timeout = kTimeout;
        call.max_bytes = kReplyBytes + kTokenBytes * static_cast<std::size_t>(parameters.max_tokens);
        const Result<std::string> text = co_await client_.ask_text(call);
        if (!text) co_return text.error();
        std::string why;
        std::optional<SampledSequence> out = read_completion(*text, why);
        if (!out) co_return Failure{FailureKind::malformed, fmt::format("{}: {}", call.what, why)};
        co_return std::move(*out);
    }

  private:
    // A run should not find out hours later that nobody is there. Whether the server lists models is of no matter.
    void meet() {
        const Result<std::string> models = link_.run(client_.ask_text({"/models", "models", nullptr}));
        if (!models && models.error().kind != FailureKind::refused) throw FailureException(models.error());
    }

    // vLLM knows an adapter by its name: each snapshot has a new one, so that no cache of the one before answers.
    std::string load_adapter(const std::string& path) {
        const std::string archive = link_.run(link_.client().archive(path)).value();
        const std::string name = fmt::format("retort-{}-{}", link_.client().model(), snapshots_);
        const Outcome<std::string> folder = put_adapter(settings_.adapters, name, archive);
        if (!folder) throw FailureException({FailureKind::refused, folder.error().message});
        tell("/load_lora_adapter", {{"lora_name", name}, {"lora_path", *folder}}).value();
        if (!loaded_.empty()) {
            // Room for others; it is never asked for again, whatever comes of this.
            tell("/unload_lora_adapter", {{"lora_name", loaded_}});
            remove_adapter(settings_.adapters, loaded_);
        }
        loaded_ = name;
        return name;
    }

    Result<std::string> tell(const std::string& path, const nlohmann::json& body) {
        Call call{path, path.substr(1), [text = body.dump()] { return text; }};
        return link_.run(client_.ask_text(call));
    }

    Link& link_;
    const CompletionsSettings settings_;
    const std::vector<TokenId> ends_;
    Client& client_;
    std::int64_t snapshots_ = 0;
    std::string loaded_;  // the adapter that is sampled from
};

}  // namespace

std::unique_ptr<SampleSource> completions_source(Link& link, CompletionsSettings settings, std::vector<TokenId> ends) {
    return std::make_unique<CompletionsSource>(link, std::move(settings), std::move(ends));
}

}  // namespace retort::train::tinker

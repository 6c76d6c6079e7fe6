#include "train/tinker/completions_source.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "train/tinker/adapter_folder.h"
#include "train/tinker/completions.h"

namespace retort::train::tinker {
namespace {

constexpr std::chrono::hours kTimeout{1};  // of a sample: servers queue as many as they are sent
constexpr std::chrono::minutes kLoadTimeout{10};
constexpr std::size_t kIdBytes = 12;  // of a token of the prompt, which some say again
constexpr std::size_t kReplyBytes = std::size_t{1} << 20;
constexpr std::size_t kTokenBytes = 512;  // of a token with its text, its bytes and its log-probability, at most

// What is said of this server's own holdings says nothing of the training.
Failure of_sampler(Failure failure) {
    const bool elsewhere = failure.kind == FailureKind::lost || failure.kind == FailureKind::missing;
    if (elsewhere) failure.kind = FailureKind::refused;
    return failure;
}

class CompletionsSource final : public SampleSource {
  public:
    CompletionsSource(Link& link, CompletionsSettings settings, std::vector<TokenId> ends)
        : link_(link),
          settings_(std::move(settings)),
          ends_(std::move(ends)),
          client_(link.another_client(settings_.server)),
          begun_(std::chrono::system_clock::now()) {
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
        call.max_bytes =
            kReplyBytes + kTokenBytes * static_cast<std::size_t>(parameters.max_tokens) + kIdBytes * prompt->size();
        const Result<std::string> text = co_await client_.ask_text(call);
        if (!text) co_return of_sampler(text.error());
        std::string why;
        std::optional<SampledSequence> out = read_completion(*text, why);
        if (!out) co_return Failure{FailureKind::malformed, fmt::format("{}: {}", call.what, why)};
        co_return std::move(*out);
    }

    void close() override {
        if (!loaded_.name.empty()) take_away(std::exchange(loaded_, {}));
    }

  private:
    struct Adapter {
        std::string name;    // as the server knows it
        std::string folder;  // of `adapters`
    };

    // A run should not find out hours later that nobody is there. Whether the server lists models is of no matter.
    void meet() {
        const Result<std::string> models = link_.run(client_.ask_text({"/models", "models", nullptr}));
        if (models) return;
        const Failure failure = of_sampler(models.error());
        if (failure.kind != FailureKind::refused) throw FailureException(failure);
    }

    // vLLM knows an adapter by its name: each snapshot has a new one, so that no cache of the one before answers.
    std::string load_adapter(const std::string& path) {
        const std::string archive = link_.run(link_.client().archive(path)).value();
        const std::string folder = fmt::format("retort-{:x}-{}", begun_.time_since_epoch().count(), snapshots_);
        const Outcome<std::string> put = put_adapter(settings_.adapters, folder, archive);
        if (!put) throw FailureException({FailureKind::refused, put.error().message});
        const Result<std::string> name = load(folder, *put);
        if (!name) {
            remove_adapter(settings_.adapters, folder);
            throw FailureException(name.error());
        }
        close();
        loaded_ = {*name, folder};
        return *name;
    }

    // Each try by a name of its own: a server refuses one that it has, also where its answer was lost.
    Result<std::string> load(const std::string& folder, const std::string& path) {
        const auto name = std::make_shared<std::string>();
        Call call{"/load_lora_adapter", "load_lora_adapter", [folder, path, name, tries = std::make_shared<int>(0)] {
                      *name = ++*tries == 1 ? folder : fmt::format("{}-{}", folder, *tries);
                      return nlohmann::json{{"lora_name", *name}, {"lora_path", path}}.dump();
                  }};
        call.timeout = kLoadTimeout;
        const Result<std::string> loaded = link_.run(client_.ask_text(call));
        if (!loaded) return of_sampler(loaded.error());
        return *name;
    }

    // It is never asked for again, whatever comes of this.
    void take_away(const Adapter& adapter) {
        link_.run(client_.mention({"/unload_lora_adapter", "unload_lora_adapter",
                                   [name = adapter.name] { return nlohmann::json{{"lora_name", name}}.dump(); }}));
        remove_adapter(settings_.adapters, adapter.folder);
    }

    Link& link_;
    const CompletionsSettings settings_;
    const std::vector<TokenId> ends_;
    Client& client_;
    const std::chrono::system_clock::time_point begun_;  // tells this process's adapters from those of others
    std::int64_t snapshots_ = 0;
    Adapter loaded_;  // that is sampled from
};

}  // namespace

std::unique_ptr<SampleSource> completions_source(Link& link, CompletionsSettings settings, std::vector<TokenId> ends) {
    return std::make_unique<CompletionsSource>(link, std::move(settings), std::move(ends));
}

}  // namespace retort::train::tinker

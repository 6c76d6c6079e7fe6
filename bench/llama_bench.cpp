// Drafts side by side over one shared prompt, in process. Prints one JSON object: what bench/llama_vs_server.sh
// compares.
//
//     llama_bench MODEL.gguf [--drafts 16] [--prompt 1024] [--tokens 128] [--threads 2] [--layout auto|unified|split]
//                 [--flash auto|on|off] [--kv f16|f32] [--own 0] [--repeat 1] [--first-round 0]
//                 [--temperature 1]
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <map>

#include "async/nursery.h"
#include "model/llama/llama_model.h"

namespace {

using namespace retort;

struct BenchOptions {
    int drafts = 16;
    int prompt = 1024;  // tokens that all share
    int own = 0;        // tokens of each draft's own behind them
    int tokens = 128;
    int repeat = 1;
    int first_round = 0;  // chooses the prompt
    double temperature = 1;
};

// Tokens of no meaning, but the same on every machine.
std::vector<TokenId> tokens(std::size_t count, std::uint64_t seed) {
    std::vector<TokenId> out(count);
    for (TokenId& token : out) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        token = static_cast<TokenId>(1000 + (seed >> 33) % 40000);
    }
    return out;
}

CompletionRequest request(const BenchOptions& options, int round, int draft) {
    CompletionRequest out;
    const auto size = static_cast<std::size_t>(options.prompt);
    std::vector<TokenId> prompt = tokens(size, static_cast<std::uint64_t>(round));
    const std::vector<TokenId> own =
        tokens(static_cast<std::size_t>(options.own), static_cast<std::uint64_t>(1000 * round + draft + 77));
    prompt.insert(prompt.end(), own.begin(), own.end());
    out.prompt = std::make_shared<const std::vector<TokenId>>(std::move(prompt));
    out.max_answer = options.tokens;
    out.temperature = options.temperature;
    out.seed = static_cast<std::uint32_t>(draft);
    return out;
}

double seconds(std::chrono::steady_clock::time_point from) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

Task<bool> run_round(LlamaModel& model, BenchOptions options, int round) {
    const auto executor = co_await asio::this_coro::executor;
    Nursery<Completion> drafts(executor);
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu = std::clock();
    double first_delta = 0;
    for (int draft = 0; draft < options.drafts; ++draft) {
        const OnDelta on_delta = [&first_delta, start](const Delta&) {
            if (first_delta == 0) first_delta = seconds(start);
        };
        drafts.spawn(model.complete(request(options, round, draft), on_delta, {}));
    }
    Usage usage;
    while (drafts.outstanding() > 0) {
        const auto landed = co_await drafts.next();
        if (landed.value.error) fmt::print(stderr, "{}\n", landed.value.error->message);
        usage += landed.value.usage;
    }
    const double cpu_s = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    fmt::print("{{\"round\":{},\"wall_s\":{:.3f},\"cpu_s\":{:.3f},\"first_delta_s\":{:.3f},", round, seconds(start),
               cpu_s, first_delta);
    fmt::print("\"in\":{},\"cached\":{},\"out\":{}}}\n", usage.in, usage.cached, usage.out);
    std::fflush(stdout);
    co_return true;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Drafts side by side over one shared prompt");
    LlamaOptions model_options;
    BenchOptions options;
    model_options.ignore_end = true;
    const std::map<std::string, KvLayout> layouts{
        {"auto", KvLayout::automatic}, {"unified", KvLayout::unified}, {"split", KvLayout::split}};
    const std::map<std::string, FlashAttention> flash{
        {"auto", FlashAttention::automatic}, {"on", FlashAttention::on}, {"off", FlashAttention::off}};
    const std::map<std::string, KvType> types{{"f16", KvType::f16}, {"f32", KvType::f32}};
    app.add_option("model", model_options.path)->required();
    app.add_option("--drafts", options.drafts);
    app.add_option("--prompt", options.prompt);
    app.add_option("--own", options.own);
    app.add_option("--tokens", options.tokens);
    app.add_option("--repeat", options.repeat);
    app.add_option("--first-round", options.first_round);
    app.add_option("--temperature", options.temperature);
    app.add_option("--threads", model_options.threads);
    app.add_option("--prefill", model_options.prefill);
    app.add_option("--layout", model_options.kv_layout)->transform(CLI::CheckedTransformer(layouts));
    app.add_option("--flash", model_options.flash_attention)->transform(CLI::CheckedTransformer(flash));
    app.add_option("--kv", model_options.kv_type)->transform(CLI::CheckedTransformer(types));
    CLI11_PARSE(app, argc, argv);
    const auto start = std::chrono::steady_clock::now();
    const auto model = LlamaModel::open(model_options);
    if (!model) {
        fmt::print(stderr, "{}\n", model.error().message);
        return 1;
    }
    fmt::print("{{\"open_s\":{:.3f}}}\n", seconds(start));
    asio::io_context loop;
    for (int i = 0; i < options.repeat; ++i) run_to_end(loop, run_round(**model, options, options.first_round + i));
    return 0;
}

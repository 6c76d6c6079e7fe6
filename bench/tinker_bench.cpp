// Thousands of samples in flight on a training server: CPU time and memory of the client. Prints one JSON object.
//
//     bench/tinker/mock_server.py --tokens 16384 --hold 5000 > port &
//     tinker_bench --url http://127.0.0.1:PORT [--samples 5000] [--tokens 16384] [--prompt 512] [--batches 0]
//         [--wire json|proto]
//
// CPU seconds are those of the process from the first request of a sample to its last answer; a sample is read, checked
// and dropped. With batches the time that it takes to send them, one datum of `tokens` each, follows.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "async/nursery.h"
#include "model/http/open_files.h"
#include "train/tinker/link.h"

namespace {

using namespace retort;
using namespace retort::train::tinker;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kVocabulary = 151'000;

struct BenchOptions {
    std::string url;
    std::int64_t samples = 5000;
    std::int64_t tokens = 16'384;  // of a sample, and of a datum
    std::int64_t prompt = 512;     // tokens
    std::int64_t batches = 0;
    std::string wire = "json";
};

struct Totals {
    std::int64_t good = 0;
    std::int64_t tokens = 0;
    std::string first_error;

    void take(std::optional<std::string> fault, std::int64_t count) {
        good += fault ? 0 : 1;
        tokens += count;
        if (fault && first_error.empty()) first_error = std::move(*fault);
    }
};

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

struct Used {
    double cpu_s = 0;
    double most_mib = 0;
};

Used used() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return {seconds(usage.ru_utime) + seconds(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1024};
}

std::optional<std::string> fault_of(const Result<Reply>& reply, std::int64_t tokens) {
    if (!reply) return reply.error().message;
    if (reply->sequences.size() != 1) return "expected one sequence";
    return fault_of_sequence(reply->sequences.front(), kVocabulary, tokens);
}

Task<bool> one_sample(TrainingClient* client, std::string session, TokenSequence prompt, std::int64_t tokens,
                      std::uint32_t seed, Totals* totals) {
    const auto stop = std::make_shared<const std::vector<TokenId>>(std::vector<TokenId>{1, 2});
    const SampleParameters settings{tokens, seed, 1.0, 1.0};
    const Result<Reply> reply = co_await client->sample(std::move(session), std::move(prompt), stop, settings);
    std::optional<std::string> fault = fault_of(reply, tokens);
    const std::int64_t count = fault ? 0 : static_cast<std::int64_t>(reply->sequences.front().tokens.size());
    totals->take(std::move(fault), count);
    co_return true;
}

Task<bool> all_samples(TrainingClient* client, std::string session, BenchOptions options, Totals* totals) {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<TokenId> ids(static_cast<std::size_t>(options.prompt));
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<TokenId>(i * 7919 % kVocabulary);
    const TokenSequence prompt = std::make_shared<const std::vector<TokenId>>(std::move(ids));
    Nursery<bool> samples(executor);
    for (std::int64_t i = 0; i < options.samples; ++i)
        samples.spawn(one_sample(client, session, prompt, options.tokens, static_cast<std::uint32_t>(i), totals));
    while (samples.outstanding() > 0) co_await samples.next();
    co_return true;
}

Data one_datum(std::int64_t tokens) {
    Datum datum;
    for (std::int64_t i = 0; i < tokens; ++i) {
        const auto token = static_cast<TokenId>(i * 7919 % kVocabulary);
        datum.tokens.push_back(token);
        datum.targets.push_back(token);
        datum.mask.push_back(1);
        datum.logprobs.push_back(-1.0F / static_cast<float>(1 + token));
        datum.advantages.push_back(1.0F / static_cast<float>(3 + i % 5));
    }
    return std::make_shared<const std::vector<Datum>>(std::vector<Datum>{std::move(datum)});
}

Task<bool> all_batches(TrainingClient* client, BenchOptions options, Totals* totals) {
    const Data data = one_datum(options.tokens);
    for (std::int64_t i = 0; i < options.batches; ++i) {
        std::vector<Data> parts{data};
        const Result<std::vector<Reply>> replies =
            co_await client->learn(std::move(parts), Loss::importance_sampling, std::nullopt, std::nullopt);
        std::optional<std::string> fault;
        if (!replies) fault = replies.error().message;
        totals->take(std::move(fault), options.tokens);
    }
    co_return true;
}

// Opens a session on the server and a sampling session of its model.
Result<std::string> begin(Link& link) {
    const Result<bool> opened = link.run(link.client().open({}));
    if (!opened) return opened.error();
    return link.run(link.client().snapshot());
}

void print(std::string_view what, const Totals& totals, const Used& before, double wall_s) {
    const Used after = used();
    const double cpu_s = after.cpu_s - before.cpu_s;
    const double per_thousand = totals.good > 0 ? cpu_s * 1000 / static_cast<double>(totals.good) : 0;
    fmt::print(
        "{{\"what\":\"{}\",\"good\":{},\"tokens\":{},\"wall_s\":{:.2f},\"cpu_s\":{:.3f},\"cpu_s_per_1000\":{:.3f},"
        "\"peak_rss_mib\":{:.1f},\"error\":\"{}\"}}\n",
        what, totals.good, totals.tokens, wall_s, cpu_s, per_thousand, after.most_mib, totals.first_error);
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
    BenchOptions options;
    CLI::App app("Samples in flight on a mock training server");
    app.add_option("--url", options.url, "of the server")->required();
    app.add_option("--samples", options.samples, "in flight at once");
    app.add_option("--tokens", options.tokens, "of a sample, and of a datum");
    app.add_option("--prompt", options.prompt, "tokens of the prompt");
    app.add_option("--batches", options.batches, "of one datum, sent one after the other");
    app.add_option("--wire", options.wire, "json or proto")->check(CLI::IsMember({"json", "proto"}));
    CLI11_PARSE(app, argc, argv);

    raise_open_files();
    ClientOptions client;
    client.url = options.url;
    client.key = "tml-dummy";
    Link link(std::move(client), nullptr, options.wire == "proto" ? Wire::proto : Wire::json);
    const Result<std::string> session = begin(link);
    if (!session) {
        fmt::print(stderr, "{}\n", session.error().message);
        return 1;
    }
    link.keep_alive();

    Totals samples;
    Used before = used();
    Clock::time_point start = Clock::now();
    link.run(all_samples(&link.client(), *session, options, &samples));
    print("samples", samples, before, seconds_since(start));
    if (options.batches == 0) return samples.good == options.samples ? 0 : 1;

    Totals batches;
    before = used();
    start = Clock::now();
    link.run(all_batches(&link.client(), options, &batches));
    print("batches", batches, before, seconds_since(start));
    return samples.good == options.samples && batches.good == options.batches ? 0 : 1;
}

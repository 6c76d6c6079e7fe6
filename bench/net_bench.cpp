// How fast the trainer's net is on this machine: training and decoding, in tokens a second, beside the machine's own
// matrix product at the net's shapes.
//
//   net_bench [--width 128] [--layers 4] [--heads 4] [--feed-forward 344] [--vocabulary 300] [--length 200]
//             [--sequences 64] [--pack 4096] [--threads 0] [--rows 256] [--steps 128] [--seconds 5]
#include <malloc.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>

#include "train/net/decoder.h"
#include "train/net/net.h"
#if RETORT_NET_CPU
#include "train/net/cpu/gemm.h"
#include "train/net/cpu/workers.h"
#endif

namespace {

using namespace retort::train;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<NamedTensor> random_weights(const NetShape& shape) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 0.02F);
    std::vector<NamedTensor> out = tensors_of(shape);
    for (NamedTensor& tensor : out) {
        std::size_t size = 1;
        for (const std::int64_t n : tensor.shape) size *= static_cast<std::size_t>(n);
        for (std::size_t i = 0; i < size; ++i) tensor.values.push_back(tensor.shape.size() == 1 ? 1 : normal(random));
    }
    return out;
}

struct Settings {
    NetShape shape;
    int length = 200;
    int sequences = 64;
    int rows = 256;
    int steps = 128;
    double seconds = 5;
    std::string only;
    NetOptions net;
};

Pack make_pack(const Settings& s) {
    Pack out;
    std::mt19937 random(2);
    for (int i = 0; i < s.sequences; ++i) {
        const int length = s.length / 2 + static_cast<int>(random() % static_cast<unsigned>(s.length));
        out.lengths.push_back(length);
        for (int j = 0; j < length; ++j) {
            out.tokens.push_back(static_cast<std::int32_t>(random() % static_cast<unsigned>(s.shape.vocabulary)));
            out.wanted.push_back(j > 0);
        }
    }
    return out;
}

double train_rate(Net& net, const Settings& s) {
    const Pack pack = make_pack(s);
    const auto step = [&] {
        net.accumulate(pack, [](std::size_t, const TokenScores& scores) {
            return std::vector<float>(scores.logprobs.size(), 1.0F / 4096);
        });
        net.step({});
    };
    step();
    const auto start = Clock::now();
    std::size_t tokens = 0;
    while (seconds_since(start) < s.seconds) {
        step();
        tokens += pack.tokens.size();
    }
    return static_cast<double>(tokens) / seconds_since(start);
}

#if RETORT_NET_CPU
// What the machine's cores give in matrix products whose arrays fit their caches, in GFLOP/s.
double product_peak(int threads, double seconds) {
    constexpr std::int64_t kRows = 512;
    constexpr std::int64_t kWidth = 256;
    cpu::Workers workers(threads, 1);
    std::vector<double> rates(static_cast<std::size_t>(threads), 0);
    workers.run([&](int worker) {
        const std::vector<float> a(kRows * kWidth, 0.5F);
        const std::vector<float> b(kWidth * kWidth, 0.25F);
        std::vector<float> c(a.size());
        const auto start = Clock::now();
        double products = 0;
        while (seconds_since(start) < seconds) {
            cpu::multiply(kRows, kWidth, kWidth, {a.data(), kWidth}, {b.data(), kWidth}, {c.data(), kWidth});
            ++products;
        }
        rates[static_cast<std::size_t>(worker)] = products * 2e-9 * kRows * kWidth * kWidth / seconds_since(start);
    });
    double out = 0;
    for (const double rate : rates) out += rate;
    return out;
}
#endif

double peak_memory_mb() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_maxrss) / 1024;
}

double decode_rate(const Net& net, const Settings& s) {
    Decoder decoder(net);
    const std::vector<std::vector<std::int32_t>> prompts(static_cast<std::size_t>(s.rows),
                                                         std::vector<std::int32_t>(12, 1));
    const auto start = Clock::now();
    std::size_t written = 0;
    while (seconds_since(start) < s.seconds) {
        std::vector<int> left(prompts.size(), s.steps);
        decoder.write(prompts, [&](std::size_t i, const float*) -> std::optional<std::int32_t> {
            if (left[i]-- == 0) return std::nullopt;
            return 2;
        });
        written += prompts.size() * static_cast<std::size_t>(s.steps);
    }
    return static_cast<double>(written) / seconds_since(start);
}

}  // namespace

int main(int argc, char** argv) {
    Settings s;
    s.shape = {300, 128, 4, 4, 4, 32, 344, 1024, 10000.0F, 1e-5F, false};
    CLI::App app("Training and decoding speed of the trainer's net");
    app.add_option("--width", s.shape.width);
    app.add_option("--layers", s.shape.layers);
    app.add_option("--heads", s.shape.heads);
    app.add_option("--feed-forward", s.shape.feed_forward);
    app.add_option("--vocabulary", s.shape.vocabulary);
    app.add_option("--length", s.length);
    app.add_option("--sequences", s.sequences);
    app.add_option("--pack", s.net.pack_tokens);
    app.add_option("--threads", s.net.threads);
    app.add_option("--device", s.net.device);
    app.add_option("--rows", s.rows);
    app.add_option("--steps", s.steps);
    app.add_option("--seconds", s.seconds);
    app.add_option("--only", s.only, "training or decoding");
    CLI11_PARSE(app, argc, argv);
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    s.shape.kv_heads = s.shape.heads;
    s.shape.head_width = s.shape.width / s.shape.heads;
    Net net(s.shape, random_weights(s.shape), s.net);
    std::printf("%s, %.3fM parameters\n", net.engine().c_str(), static_cast<double>(net.parameters()) / 1e6);
    if (s.only != "decoding") {
        const double trained = train_rate(net, s);
        std::printf("training  %8.0f tokens/s, %.1f GFLOP/s in matrix products of weights\n", trained,
                    trained * 6e-9 * static_cast<double>(net.parameters()));
    }
    if (s.only != "training") std::printf("decoding  %8.0f tokens/s, %d sequences\n", decode_rate(net, s), s.rows);
    std::printf("memory    %8.0f MB at most\n", peak_memory_mb());
#if RETORT_NET_CPU
    const int threads = s.net.threads > 0 ? s.net.threads : static_cast<int>(std::thread::hardware_concurrency());
    std::printf("products  %8.1f GFLOP/s at most\n", product_peak(threads, 1));
#endif
}

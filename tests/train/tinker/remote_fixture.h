// Whole runs on a training server over a real net. The server learns all weights and draws as the local sampler does,
// so that a run there and the same run in process come to the same figures.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "train/run/trainer.h"
#include "train/tinker/training_server.h"
#include "train/trainee.h"

namespace retort::train::tinker::test {
using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using train::test::Folder;
using train::test::Trainee;

class Heard : public TrainListener {
  public:
    void told(const std::string& line) override { lines.push_back(line); }
    void doing(const std::string&) override {}
    void stepped(const MetricsRow& row) override {
        if (row.step() == stop_after) stop = true;
    }

    std::vector<std::string> lines;
    std::int64_t stop_after = -1;
    std::atomic<bool> stop = false;
};

using Rows = std::vector<json>;

inline Rows rows_in(const std::string& path) {
    Rows out;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) out.push_back(json::parse(line));
    return out;
}

inline std::size_t recoveries_in(const Rows& rows) {
    std::size_t out = 0;
    for (const json& row : rows) out += row.contains("recovered");
    return out;
}

// What clock and server leave out or add.
inline bool is_compared(const std::string& name) {
    return !name.starts_with("time/") && name != "actor/entropy" && name != "recovered" && name != "changed";
}

// Of numbers to a part of the larger.
inline void expect_same(const Rows& found, const Rows& expected, double tolerance) {
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        for (const auto& [name, value] : expected[i].items()) {
            if (!is_compared(name)) continue;
            ASSERT_TRUE(found[i].contains(name)) << "row " << i << ": " << name;
            if (!value.is_number()) {
                EXPECT_EQ(found[i][name], value) << "row " << i << ": " << name;
                continue;
            }
            const double a = found[i][name];
            const double b = value;
            EXPECT_NEAR(a, b, tolerance * std::max({std::abs(a), std::abs(b), 1.0})) << "row " << i << ": " << name;
        }
}

// Two steps of SFT and two of reinforcement, in both arms, with evaluations.
class RemoteTraining : public ::testing::Test {
  protected:
    RemoteTraining() {
        trainee_.model.file.tensors = trainee_.net.weights();
        const auto written =
            write_model(base_, trainee_.model.file, WeightType::f32, {"base", trainee_.model.prompts, {}});
        if (!written) throw std::runtime_error(written.error().message);
    }

    TrainConfig config(const std::string& name, const std::string& more) const {
        return parse_config(
                   "run",
                   fmt::format("task = 'countdown'\nrun = '{}'\nthreads = 1\njournal = false\ncheckpoint_every = 1\n"
                               "seed = 3\ndata.count = 8\nmodel.from = '{}'\nreward.length = -5\n"
                               "sft = {{steps = 2, batch_tokens = 600, lr = 1e-3, warmup = 1}}\n"
                               "eval = {{every = 2, count = 2, seed = 9, operators = ['cot think=6 max_answer=5']}}\n"
                               "[rl]\nsteps = 2\nprompts = 4\ngenerations = 2\nupdates = 2\nlr = 1e-3\nwarmup = 1\n"
                               "trace = {{share = 0.5, think = 8, max_answer = 4}}\n"
                               "op = {{share = 0.5, operator = 'pdr:2', think = 6, max_answer = 6, workspace = 64}}\n",
                               folder_ / name, base_),
                   split(more))
            .value();
    }

    TrainConfig remote(const std::string& name, const TrainingServer& server, const std::string& more = "") const {
        return config(name, "backend=tinker url=" + server.url() + (more.empty() ? "" : " " + more));
    }

    static std::vector<std::string> split(const std::string& words) {
        std::istringstream in(words);
        return {std::istream_iterator<std::string>(in), {}};
    }

    std::unique_ptr<TrainingServer> server(ServerSettings settings = {}) const {
        return std::make_unique<TrainingServer>(trainee_.net.shape(), trainee_.net.weights(), std::move(settings));
    }

    Outcome<void> run(const TrainConfig& settled, bool resume = false) {
        TrainOptions options;
        options.listener = &heard_;
        options.stop = &heard_.stop;
        options.resume = resume;
        return train(settled, options);
    }

    Rows rows(const std::string& name) const { return rows_in(folder_ / (name + "/metrics.jsonl")); }

    // Of the run that nothing happens to.
    Rows unbroken() {
        const auto calm = server();
        const auto trained = run(remote("unbroken", *calm));
        EXPECT_TRUE(trained) << trained.error().message;
        EXPECT_EQ(calm->steps(), 6);
        return rows("unbroken");
    }

    // To the end, whatever the server does, with the figures of the run that nothing happens to.
    void expect_unharmed(const std::string& name, ServerSettings settings, const Rows& expected,
                         std::size_t recovered) {
        SCOPED_TRACE(name);
        heard_.lines.clear();
        const auto faulty = server(std::move(settings));
        const auto trained = run(remote(name, *faulty));
        ASSERT_TRUE(trained) << trained.error().message;
        expect_same(rows(name), expected, 0);
        EXPECT_EQ(recoveries_in(rows(name)), recovered);
        if (recovered > 0) EXPECT_THAT(heard_.lines, Contains(HasSubstr("going back to the last checkpoint")));
    }

    static ServerSettings with(std::vector<Fault> faults) {
        ServerSettings out;
        out.faults = std::move(faults);
        return out;
    }

    Folder folder_;
    const std::string base_ = folder_ / "base.gguf";
    Trainee trainee_{2};
    Heard heard_;
};

// Floats are summed in another order, and AdamW divides by what is nearly nothing.
constexpr double kSameFigures = 2e-3;

}  // namespace retort::train::tinker::test

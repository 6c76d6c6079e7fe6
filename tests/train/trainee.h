// A small model of the countdown teacher's words with random weights, and a sampler over it.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "train/folder.h"
#include "train/rollout/net_writer.h"
#include "train/rollout/rollouts.h"
#include "train/run/model_setup.h"
#include "train/run/problems.h"

namespace retort::train::test {

// Matrices that are larger than a new model's by `scale`, so that the next token is far from uniform.
inline std::vector<NamedTensor> scaled(std::vector<NamedTensor> tensors, float scale) {
    for (NamedTensor& tensor : tensors)
        if (tensor.shape.size() == 2)
            for (float& value : tensor.values) value *= scale;
    return tensors;
}

class Trainee {
  public:
    explicit Trainee(float scale = 2, const std::string& more = "")
        : config(parse_config("trainee",
                              fmt::format("task = 'countdown'\nrun = '{}'\nsft.steps = 1\nseed = 5\nthreads = 1\n"
                                          "model = {{width = 32, layers = 2, heads = 4, kv_heads = 2, "
                                          "feed_forward = 48, context = 512}}\n{}",
                                          folder.path(), more),
                              {})
                     .value()),
          teacher(make_teacher(config.task).value()),
          model(set_up_model(config, teacher.get()).value()),
          net(model.file.shape, scaled(model.file.tensors, scale), {"cpu", 1}),
          sampler(loop, *model.tokenizer, {"trainee", net.shape().context}, net_writer(net, *model.tokenizer, 64)) {}

    Suite problems(std::int64_t count) const {
        DataSettings settings;
        settings.count = count;
        return load_problems(settings, "train").value();
    }

    std::vector<Rollout> roll_out(const Suite& suite, const Schedule& schedule, double temperature, int samples,
                                  std::uint64_t seed = 1) {
        RolloutRequest request;
        request.suite = &suite;
        request.schedule = schedule;
        request.settings.seed = seed;
        request.settings.sampling.temperature = temperature;
        request.samples = samples;
        return run_rollouts(loop, sampler, sampler, model.prompts, request, nullptr);
    }

    Folder folder;
    TrainConfig config;
    std::unique_ptr<Teacher> teacher;
    TrainedModel model;
    Net net;
    asio::io_context loop;
    Sampler sampler;
};

}  // namespace retort::train::test

#include <fmt/format.h>

#include "train/run/methods.h"
#include "train/run/model_setup.h"
#include "train/run/trainer.h"

namespace retort::train {
namespace {

std::int64_t parameters_of(const NetShape& shape) {
    std::int64_t out = 0;
    for (const NamedTensor& tensor : tensors_of(shape)) {
        std::int64_t size = 1;
        for (const std::int64_t n : tensor.shape) size *= n;
        out += size;
    }
    return out;
}

// Weights, gradient and two moments; what a pack leaves for its backward pass; the cache of the sampler.
double memory_bytes(const TrainConfig& config, const NetShape& shape, std::int64_t longest) {
    const double nets = config.rl.steps > 0 && config.async != 0 ? 2 : 1;  // rollouts ahead have one of their own
    const double weights = nets * 16.0 * static_cast<double>(parameters_of(shape));
    const double token = 4.0 * shape.layers * (14.0 * shape.width + 6.0 * shape.feed_forward);
    const double pack = static_cast<double>(config.pack_tokens) * token;
    const double row = 8.0 * shape.layers * shape.kv_heads * shape.head_width * static_cast<double>(longest);
    return weights + pack + (config.rl.steps > 0 ? 2 * static_cast<double>(config.rl.rows) * row : 0);
}

// Most tokens that the calls of an arm write in one step.
Outcome<std::string> arm_text(const char* name, const ArmSettings& arm, const TrainConfig& config) {
    if (arm.share <= 0 && arm.share_end <= 0) return std::string();
    const auto schedules = schedules_of((std::string("rl.") + name).c_str(), arm);
    if (!schedules) return schedules.error();
    const double sum = config.rl.trace.share + config.rl.op.share;
    const double prompts = static_cast<double>(config.rl.prompts) * (sum > 0 ? arm.share / sum : 0);
    const double rollouts = prompts * static_cast<double>(config.rl.generations);
    std::string out;
    for (const Schedule& schedule : *schedules) {
        const CallPlan plan = plan_calls(schedule);
        out += fmt::format("# {:<5} {}: {:.0f} prompts x {} rollouts x {} calls a step, at most {:.0f} tokens\n", name,
                           schedule.name, prompts, config.rl.generations, plan.calls,
                           rollouts * static_cast<double>(plan.most_tokens_out));
    }
    return out;
}

}  // namespace

Outcome<std::string> plan_text(const TrainConfig& config) {
    std::unique_ptr<Teacher> teacher;
    if (!config.task.empty()) {
        auto made = make_teacher(config.task);
        if (!made) return made.error();
        teacher = std::move(*made);
    }
    const auto shape = planned_shape(config, teacher.get());
    if (!shape) return shape.error();
    std::string out = to_toml(config);
    out += fmt::format("\n# {} parameters, vocabulary {}, about {:.0f} MB of memory\n", parameters_of(*shape),
                       shape->vocabulary, memory_bytes(config, *shape, std::min(shape->context, 1024)) / 1e6);
    if (config.sft.steps > 0)
        out += fmt::format("# sft   {} steps of {} tokens\n", config.sft.steps, config.sft.batch_tokens);
    if (config.rl.steps == 0) return out;
    for (const auto& [name, arm] : {std::pair{"trace", &config.rl.trace}, std::pair{"op", &config.rl.op}}) {
        const auto text = arm_text(name, *arm, config);
        if (!text) return text.error();
        out += *text;
    }
    return out;
}

}  // namespace retort::train

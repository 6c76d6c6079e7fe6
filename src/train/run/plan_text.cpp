#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "train/run/arms.h"
#include "train/run/memory_plan.h"
#include "train/run/methods.h"
#include "train/run/remote_plan.h"
#include "train/run/trainer.h"
#include "train/tasks/example_file.h"

namespace retort::train {
namespace {

// A file of examples stands in for the teacher.
Outcome<RunMemory> memory_of(const TrainConfig& config, const TrainedModel& model, const Teacher* teacher) {
    if (config.sft.steps == 0 || config.sft.examples.empty()) return plan_memory(config, model, teacher);
    const bool marks = model.tokenizer->chat().marks() != nullptr;
    const auto examples = ExampleFile::load(config.sft.examples, {model.prompts, marks});
    if (!examples) return examples.error();
    return plan_memory(config, model, &*examples);
}

std::string memory_text(const RunMemory& memory, const std::string& device) {
    std::string out = fmt::format("about {:.0f} MB of memory", static_cast<double>(memory.process) / 1e6);
    if (memory.device > 0) out += fmt::format(", {:.0f} MB of {}'s", static_cast<double>(memory.device) / 1e6, device);
    return out;
}

// Prompts, calls and most tokens of an arm in one step, of which it has `first` of the prompts at the beginning and
// `last` at the end.
std::string arm_text(const Arm& arm, double first, double last, const RlSettings& rl) {
    const auto prompts = [&rl](double share) { return std::lround(share * static_cast<double>(rl.prompts)); };
    const std::string range = prompts(first) == prompts(last)
                                  ? std::to_string(prompts(first))
                                  : fmt::format("from {} to {}", prompts(first), prompts(last));
    const auto rollouts = static_cast<double>(std::max(prompts(first), prompts(last)) * rl.generations);
    std::string out;
    for (const Schedule& schedule : arm.schedules) {
        const CallPlan plan = plan_calls(schedule);
        out += fmt::format("# {:<5} {}: {} prompts x {} rollouts x {} calls a step, at most {:.0f} tokens\n", arm.name,
                           schedule.name, range, rl.generations, plan.calls,
                           rollouts * static_cast<double>(plan.most_tokens_out));
    }
    return out;
}

Outcome<std::string> arms_text(const RlSettings& rl) {
    const auto arms = arms_of(rl);
    if (!arms) return arms.error();
    const std::vector<double> first = shares_at(*arms, 0, rl.steps);
    const std::vector<double> last = shares_at(*arms, rl.steps - 1, rl.steps);
    std::string out;
    for (std::size_t i = 0; i < arms->size(); ++i) out += arm_text((*arms)[i], first[i], last[i], rl);
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
    std::error_code failed;
    const bool known = config.backend == "local" || std::filesystem::exists(model_path(config), failed);
    const auto model = known ? planned_model(config, teacher.get()) : Outcome<TrainedModel>(TrainedModel());
    if (!model) return model.error();
    if (config.backend == "tinker") {
        auto plan = remote_plan_text(config, known ? &*model : nullptr, config.tinker.loss == "coefficients");
        if (!plan) return plan.error();
        return to_toml(config) + "\n" + *plan;
    }
    const auto memory = memory_of(config, *model, teacher.get());
    if (!memory) return memory.error();
    const NetShape& shape = model->file.shape;
    std::string out = to_toml(config);
    out += fmt::format("\n# {} parameters, vocabulary {}, {}\n", parameters_of(shape), shape.vocabulary,
                       memory_text(*memory, config.device));
    if (config.sft.steps > 0)
        out += fmt::format("# sft   {} steps of {} tokens\n", config.sft.steps, config.sft.batch_tokens);
    if (config.rl.steps == 0) return out;
    const auto arms = arms_text(config.rl);
    if (!arms) return arms.error();
    return out + *arms;
}

}  // namespace retort::train

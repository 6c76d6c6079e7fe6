#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

#include "cli/display/text.h"
#include "train/run/remote_plan.h"

namespace retort::train {
namespace {

using cli::grouped;
using cli::pad_left;
using cli::pad_right;

// Numbers that no table has room for are told by their size.
std::string counted(double number) {
    constexpr double kWidest = 1e15;
    return number < kWidest ? grouped(std::llround(number)) : fmt::format("{:.3g}", number);
}

struct Column {
    std::string name;
    const RemoteWork* work;
};

std::vector<Column> columns_of(const RemotePlan& plan) {
    std::vector<Column> out;
    if (plan.sft_steps > 0) out.push_back({"SFT step", &plan.sft_step});
    if (plan.rl_steps > 0) out.push_back({"RL step", &plan.rl_step});
    if (plan.evaluations > 0) out.push_back({"evaluation", &plan.evaluation});
    out.push_back({"in all", &plan.all});
    return out;
}

class Table {
  public:
    explicit Table(const RemotePlan& plan) : columns_(columns_of(plan)) {
        std::vector<std::string> heads{""};
        for (const Column& column : columns_) heads.push_back(column.name);
        lines_.push_back(std::move(heads));
    }

    // What is nothing everywhere is left out.
    void add(const std::string& name, const std::function<double(const RemoteWork&)>& number) {
        if (number(*columns_.back().work) <= 0) return;
        std::vector<std::string> cells{name};
        for (const Column& column : columns_) {
            const double value = number(*column.work);
            cells.push_back(value > 0 ? counted(value) : "-");
        }
        lines_.push_back(std::move(cells));
    }

    void add(const std::string& name, Amount RemoteWork::* amount) {
        add(name + ", at most", [amount](const RemoteWork& work) { return (work.*amount).most; });
        add(name + ", mean", [amount](const RemoteWork& work) { return (work.*amount).mean; });
    }

    std::string text() const {
        std::string out;
        for (const std::vector<std::string>& cells : lines_) {
            out += "# " + pad_right(cells.front(), width_of(0));
            for (std::size_t i = 1; i < cells.size(); ++i) out += "  " + pad_left(cells[i], width_of(i));
            out += "\n";
        }
        return out;
    }

  private:
    int width_of(std::size_t column) const {
        std::size_t out = 0;
        for (const std::vector<std::string>& cells : lines_) out = std::max(out, cells[column].size());
        return static_cast<int>(out);
    }

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> lines_;
};

std::string between(const Amount& amount) {
    return fmt::format("{:.1f}, at most {:.1f}", amount.mean, amount.most);
}

std::string money(const Amount& amount) {
    return fmt::format("{:.2f}, at most {:.2f}", amount.mean, amount.most);
}

std::string cost_text(const RemoteCost& cost, const PlanSettings& settings) {
    std::string out;
    const auto line = [&out](const std::string& name, const std::string& value) {
        out += "# " + pad_right(name, 26) + value + "\n";
    };
    if (cost.sample_hours)
        line("GPU-hours of sampling",
             fmt::format("{} (at {} tokens/s a GPU)", between(*cost.sample_hours), settings.sample_tokens_per_gpu_s));
    if (cost.train_hours)
        line("GPU-hours of learning",
             fmt::format("{} (at {} tokens/s a GPU)", between(*cost.train_hours), settings.train_tokens_per_gpu_s));
    if (cost.clock_hours) line("hours", fmt::format("{} (on {} GPUs)", between(*cost.clock_hours), settings.gpus));
    if (cost.gpu_money)
        line("money for GPUs", fmt::format("{} (at {} an hour)", money(*cost.gpu_money), settings.price_gpu_hour));
    if (cost.token_money)
        line("money for tokens",
             fmt::format("{} (a million: sampled {}, read {}, learnt from {})", money(*cost.token_money),
                         settings.price_sample_mtok, settings.price_prefill_mtok, settings.price_train_mtok));
    if (out.empty()) return "# no throughput and no prices are said: keys plan.*\n";
    return out;
}

}  // namespace

std::string remote_plan_text(const RemotePlan& plan, const PlanSettings& settings) {
    std::string out = fmt::format(
        "# on the training server: {} SFT steps, {} RL steps, {} evaluations; mean: calls write {:g} of "
        "their limits\n",
        plan.sft_steps, plan.rl_steps, plan.evaluations, settings.mean_length);
    Table table(plan);
    table.add("calls of operators", [](const RemoteWork& work) { return work.calls; });
    table.add("asample requests", &RemoteWork::samples);
    table.add("tokens read", &RemoteWork::read);
    table.add("tokens sampled", &RemoteWork::sampled);
    table.add("tokens forward", &RemoteWork::forward);
    table.add("tokens forward_backward", &RemoteWork::backward);
    table.add("forward requests", [](const RemoteWork& work) { return work.forward_requests; });
    table.add("forward_backward requests", [](const RemoteWork& work) { return work.backward_requests; });
    table.add("optim_step requests", [](const RemoteWork& work) { return work.optim_steps; });
    table.add("save_weights requests", [](const RemoteWork& work) { return work.saves; });
    table.add("save_weights_for_sampler", [](const RemoteWork& work) { return work.sampler_saves; });
    return out + table.text() + cost_text(plan.cost, settings);
}

namespace {

// A plan is often made where neither the tokenizer nor the problems are.
class Asked {
  public:
    Asked(const TrainConfig& config, const TrainedModel* model) : config_(config), model_(model) {
        if (model == nullptr) miss(config.model.from);
    }

    Outcome<Questions> questions(const ProblemSettings& problems, const std::string& split) {
        constexpr std::int64_t kProblems = 30;  // as many as a year's contest has
        std::error_code failed;
        const bool here = problems.suite.empty() || std::filesystem::exists(problems.suite, failed);
        if (!here) miss(problems.suite);
        if (here && model_ != nullptr) return questions_of(problems, split, *model_);
        return Questions{problems.count > 0 ? problems.count : kProblems, config_.plan.question};
    }

    std::string assumed() const {
        if (missing_.empty()) return "";
        return fmt::format("# assumed: problems of {} tokens (plan.question), 30 in a suite: {} not here\n",
                           config_.plan.question, missing_);
    }

  private:
    void miss(const std::string& file) { missing_ += (missing_.empty() ? "" : ", ") + file; }

    const TrainConfig& config_;
    const TrainedModel* model_;
    std::string missing_;
};

}  // namespace

std::string longest_call_text(std::int64_t longest, std::int64_t context) {
    if (longest == 0) return "";
    const std::string begin = fmt::format("# longest call: {} tokens", grouped(longest));
    if (context == 0) return begin + "\n";
    if (longest <= context) return fmt::format("{}, of {} that a sequence may have\n", begin, grouped(context));
    return fmt::format(
        "{}, MORE than the {} that a sequence may have: such calls fail; raise tinker.context, or lower think, "
        "max_answer or workspace\n",
        begin, grouped(context));
}

namespace {

Outcome<RemotePlan> plan_of(const TrainConfig& config, const TrainedModel* model, bool coefficients, Asked& asked) {
    RemoteInputs inputs;
    inputs.coefficients = coefficients;
    if (config.rl.steps > 0) {
        const auto questions = asked.questions(config.data, "train");
        if (!questions) return questions.error();
        inputs.question = questions->longest;
    }
    if (config.eval.every > 0) {
        const auto questions = asked.questions(config.eval, "test");
        if (!questions) return questions.error();
        inputs.tests = *questions;
    }
    return plan_remote(config, inputs, model != nullptr ? model->prompts : prompt_set_for(""));
}

}  // namespace

Outcome<std::int64_t> longest_call(const TrainConfig& config, const TrainedModel& model) {
    Asked asked(config, &model);
    const auto plan = plan_of(config, &model, true, asked);
    if (!plan) return plan.error();
    return plan->longest;
}

Outcome<std::string> remote_plan_text(const TrainConfig& config, const TrainedModel* model, bool coefficients) {
    Asked asked(config, model);
    const auto plan = plan_of(config, model, coefficients, asked);
    if (!plan) return plan.error();
    const std::int64_t context = model != nullptr ? model->file.shape.context : config.tinker.context;
    return asked.assumed() + remote_plan_text(*plan, config.plan) + longest_call_text(plan->longest, context);
}

}  // namespace retort::train

#include "train/run/remote_plan.h"

#include <algorithm>
#include <cmath>

#include "train/run/arms.h"
#include "train/run/methods.h"

namespace retort::train {
namespace {

constexpr std::int64_t kMostSteps = 1'000'000;
constexpr double kMostDatums = 1024;
constexpr double kMillion = 1e6;
constexpr double kSecondsPerHour = 3600;

double number(std::int64_t value) {
    return static_cast<double>(value);
}

// Calls of one kind, made so many times.
RemoteWork asked(const CallKind& kind, double times, double mean_length) {
    const double calls = times * number(kind.count);
    const double written = calls * number(kind.whole - kind.prompt);
    const double cut = kind.think > 0 ? calls : 0;
    RemoteWork out;
    out.calls = calls;
    out.samples = {calls + cut, calls};
    out.read.mean = calls * number(kind.prompt);
    out.read.most = out.read.mean + cut * number(kind.prompt + kind.think);
    out.sampled = {written, written * mean_length};
    return out;
}

RemoteWork asked(const CallSizes& sizes, double times, double mean_length) {
    RemoteWork out;
    for (const CallKind& kind : sizes.kinds) out += asked(kind, times, mean_length);
    return out;
}

// Sequences of `whole` tokens that are learnt from in one step, dealt into `updates`.
RemoteWork learnt(double sequences, const CallKind& kind, double updates, const TrainConfig& config) {
    const double whole = number(kind.whole);
    const double a_request = std::clamp(std::floor(number(config.pack_tokens) / whole), 1.0, kMostDatums);
    RemoteWork out;
    out.backward.most = sequences * whole;
    out.backward.mean = sequences * (number(kind.prompt) + config.plan.mean_length * number(kind.whole - kind.prompt));
    out.backward_requests = updates * std::ceil(sequences / updates / a_request);
    return out;
}

bool learns(CallRole role, GradientOf of) {
    Place place;
    place.role = role;
    return gets_gradient(place, of);
}

// What one arm may ask: of its operators, the one that samples most.
struct ArmCalls {
    GradientOf gradient = GradientOf::refine;
    CallSizes sizes;
};

ArmCalls calls_of(const Arm& arm, std::int64_t question) {
    const auto most = std::max_element(arm.schedules.begin(), arm.schedules.end(), [](const auto& a, const auto& b) {
        return plan_calls(a).most_tokens_out < plan_calls(b).most_tokens_out;
    });
    return {gradient_of(*arm.settings), call_sizes(*most, question)};
}

// Steps of reinforcement.
class Steps {
  public:
    Steps(const TrainConfig& config, const RemoteInputs& inputs, std::vector<Arm> arms)
        : config_(config), coefficients_(inputs.coefficients), arms_(std::move(arms)) {
        for (const Arm& arm : arms_) calls_.push_back(calls_of(arm, inputs.question));
    }

    RemoteWork at(std::int64_t step) const {
        const std::vector<double> shares = shares_at(arms_, step, config_.rl.steps);
        std::vector<double> prompts;
        for (const double share : shares) prompts.push_back(std::round(share * number(config_.rl.prompts)));
        // Each arm's prompts are dealt out from the first update on; an update that gets none is not made.
        RemoteWork out;
        for (std::size_t i = 0; i < arms_.size(); ++i) {
            const double updates = std::min(number(config_.rl.updates), prompts[i]);
            if (updates > 0) out += of_arm(calls_[i], prompts[i] * number(config_.rl.generations), updates);
            out.optim_steps = std::max(out.optim_steps, updates);
        }
        out.sampler_saves = 1;
        return out;
    }

    // Whether one step is not like another.
    bool change() const {
        return std::any_of(arms_.begin(), arms_.end(), [](const Arm& arm) { return arm.settings->share_end >= 0; });
    }

  private:
    RemoteWork of_arm(const ArmCalls& arm, double rollouts, double updates) const {
        RemoteWork out = asked(arm.sizes, rollouts, config_.plan.mean_length);
        for (const CallKind& kind : arm.sizes.kinds)
            if (learns(kind.role, arm.gradient)) out += learnt(rollouts * number(kind.count), kind, updates, config_);
        const double passes = (coefficients_ ? 1 : 0) + (recomputes_logprobs(config_) ? 1 : 0);
        out.forward = out.backward * passes;
        out.forward_requests = out.backward_requests * passes;
        return out;
    }

    const TrainConfig& config_;
    const bool coefficients_;
    std::vector<Arm> arms_;
    std::vector<ArmCalls> calls_;
};

Outcome<RemoteWork> all_rl_steps(const TrainConfig& config, const RemoteInputs& inputs) {
    auto arms = arms_of(config.rl);
    if (!arms) return arms.error();
    const Steps steps(config, inputs, std::move(*arms));
    if (!steps.change()) return steps.at(0) * number(config.rl.steps);
    RemoteWork out;
    for (std::int64_t step = 0; step < config.rl.steps; ++step) out += steps.at(step);
    return out;
}

// Examples have any lengths: a batch counts as if it could be cut anywhere.
RemoteWork sft_step(const TrainConfig& config, bool coefficients) {
    const double tokens = number(config.sft.batch_tokens);
    RemoteWork out;
    out.backward = {tokens, tokens};
    out.backward_requests = std::ceil(tokens / number(config.pack_tokens));
    out.optim_steps = 1;
    if (!coefficients) return out;
    out.forward = out.backward;
    out.forward_requests = out.backward_requests;
    return out;
}

Outcome<std::int64_t> longest_in(const TrainConfig& config, const RemoteInputs& inputs, const PromptSet& prompts) {
    std::int64_t out = 0;
    if (config.rl.steps > 0) {
        const auto arms = arms_of(config.rl);
        if (!arms) return arms.error();
        for (const Arm& arm : *arms)
            for (const Schedule& schedule : arm.schedules)
                out = std::max(out, call_sizes(schedule, inputs.question).whole);
    }
    if (config.eval.every == 0) return out;
    for (const std::string& text : config.eval.operators) {
        const auto method = method_from(text, prompts);
        if (!method) return method.error();
        out = std::max(out, call_sizes(method->schedule, inputs.tests.longest).whole);
    }
    return out;
}

Outcome<RemoteWork> evaluation(const TrainConfig& config, const Questions& tests, const PromptSet& prompts) {
    RemoteWork out;
    out.sampler_saves = 1;
    const double rollouts = number(tests.count) * number(config.eval.samples);
    for (const std::string& text : config.eval.operators) {
        const auto method = method_from(text, prompts);
        if (!method) return method.error();
        out += asked(call_sizes(method->schedule, tests.longest), rollouts, config.plan.mean_length);
    }
    return out;
}

// Every so many steps, and after the last of either phase.
std::int64_t times(std::int64_t every, const TrainConfig& config) {
    const std::int64_t steps = config.sft.steps + config.rl.steps;
    const bool after_sft = config.rl.steps > 0 && config.sft.steps % every != 0;
    return steps / every + (steps % every != 0 ? 1 : 0) + (after_sft ? 1 : 0);
}

std::optional<Amount> hours(const Amount& tokens, double tokens_per_second) {
    if (tokens_per_second <= 0) return std::nullopt;
    return tokens * (1 / tokens_per_second / kSecondsPerHour);
}

// Tokens that go through the model on the server's side of learning, as if all went forward and backward.
Amount whole_passes(const RemoteWork& work) {
    Amount out = work.forward * (1.0 / 3);
    out += work.backward;
    return out;
}

}  // namespace

Amount& Amount::operator+=(const Amount& other) {
    most += other.most;
    mean += other.mean;
    return *this;
}

Amount Amount::operator*(double times) const {
    return {most * times, mean * times};
}

RemoteWork& RemoteWork::operator+=(const RemoteWork& other) {
    for (const auto amount :
         {&RemoteWork::samples, &RemoteWork::read, &RemoteWork::sampled, &RemoteWork::forward, &RemoteWork::backward})
        this->*amount += other.*amount;
    for (const auto count : {&RemoteWork::calls, &RemoteWork::forward_requests, &RemoteWork::backward_requests,
                             &RemoteWork::optim_steps, &RemoteWork::saves, &RemoteWork::sampler_saves})
        this->*count += other.*count;
    return *this;
}

RemoteWork RemoteWork::operator*(double times) const {
    RemoteWork out = *this;
    for (Amount* amount : {&out.samples, &out.read, &out.sampled, &out.forward, &out.backward})
        *amount = *amount * times;
    for (double* count :
         {&out.calls, &out.forward_requests, &out.backward_requests, &out.optim_steps, &out.saves, &out.sampler_saves})
        *count *= times;
    return out;
}

RemoteCost cost_of(const RemoteWork& work, const PlanSettings& plan) {
    RemoteCost out;
    out.sample_hours = hours(work.sampled, plan.sample_tokens_per_gpu_s);
    out.train_hours = hours(whole_passes(work), plan.train_tokens_per_gpu_s);
    // What is not done takes no time, whatever its throughput would be.
    if ((out.sample_hours || work.sampled.most == 0) && out.train_hours) {
        Amount all = out.sample_hours.value_or(Amount());
        all += *out.train_hours;
        if (plan.gpus > 0) out.clock_hours = all * (1 / number(plan.gpus));
        if (plan.price_gpu_hour > 0) out.gpu_money = all * plan.price_gpu_hour;
    }
    if (plan.price_sample_mtok > 0 || plan.price_prefill_mtok > 0 || plan.price_train_mtok > 0) {
        Amount money = work.sampled * (plan.price_sample_mtok / kMillion);
        money += work.read * (plan.price_prefill_mtok / kMillion);
        money += work.forward * (plan.price_train_mtok / kMillion);
        money += work.backward * (plan.price_train_mtok / kMillion);
        out.token_money = money;
    }
    return out;
}

Outcome<RemotePlan> plan_remote(const TrainConfig& config, const RemoteInputs& inputs, const PromptSet& prompts) {
    if (config.sft.steps > kMostSteps || config.rl.steps > kMostSteps)
        return Error{ErrorKind::usage, "sft.steps and rl.steps: expected at most 1,000,000 on a training server"};
    RemotePlan out;
    out.sft_steps = config.sft.steps;
    out.rl_steps = config.rl.steps;
    if (config.sft.steps > 0) out.sft_step = sft_step(config, inputs.coefficients);
    out.all = out.sft_step * number(config.sft.steps);
    if (config.rl.steps > 0) {
        const auto work = all_rl_steps(config, inputs);
        if (!work) return work.error();
        out.rl_step = *work * (1 / number(config.rl.steps));
        out.all += *work;
    }
    if (config.eval.every > 0) {
        const auto work = evaluation(config, inputs.tests, prompts);
        if (!work) return work.error();
        out.evaluation = *work;
        out.evaluations = 1 + times(config.eval.every, config);
        out.all += *work * number(out.evaluations);
    }
    const auto longest = longest_in(config, inputs, prompts);
    if (!longest) return longest.error();
    out.longest = *longest;
    out.all.saves = number(times(config.checkpoint_every, config));
    out.cost = cost_of(out.all, config.plan);
    return out;
}

}  // namespace retort::train

// Writes what a reference of the objective needs to be computed apart from us: a model, rollouts of real problems by
// the real sampler, and the gradient that the trainer makes of them under each setting.
//
//   objective_dump FOLDER plain|tied
//
// FOLDER gets model.gguf (F32), rollouts.json and one file of floats a case, in the order of the model's tensors.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "operator/schedule.h"
#include "train/rollout/net_writer.h"
#include "train/rollout/rollouts.h"
#include "train/run/batch.h"
#include "train/run/methods.h"
#include "train/run/model_setup.h"
#include "train/run/problems.h"
#include "train/run/rl.h"

namespace {

using namespace retort;
using namespace retort::train;
using Json = nlohmann::json;

constexpr std::size_t kPrompts = 6;
constexpr int kSamples = 4;
const std::vector<double> kShares{0.25, 0.75};

struct Variant {
    bool tied;
    double temperature;
    const char* gradient;  // of the operator's arm
};

Variant variant_of(const std::string& name) {
    if (name == "plain") return {false, 0.8, "refine"};
    if (name == "tied") return {true, 1, "all"};
    throw ErrorException({ErrorKind::usage, "expected plain or tied, found " + name});
}

TrainConfig config_of(const std::string& folder, const Variant& variant) {
    const std::string text = fmt::format(
        "task = 'countdown'\nrun = '{}'\nseed = 7\nthreads = 1\npack_tokens = 900\n"
        "model = {{width = 32, layers = 2, heads = 4, kv_heads = 2, feed_forward = 48, tied = {}}}\n"
        "rl = {{steps = 1, temperature = {}, trace = {{think = 24, max_answer = 8}}, op = {{share = 1, operator = "
        "'pdr:2', think = 12, max_answer = 8, gradient = '{}'}}}}\n"
        "reward = {{format = 0.25, length = 0}}\n"
        "data = {{count = {}}}\n",
        folder, variant.tied, variant.temperature, variant.gradient, kPrompts);
    return parse_config("objective_dump", text, {}).value();
}

// Every weight by a part of the mean size of its tensor's: importance ratios leave 1, some of them the bounds.
std::vector<NamedTensor> moved(std::vector<NamedTensor> tensors, double part) {
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    for (NamedTensor& tensor : tensors) {
        double squares = 0;
        for (const float value : tensor.values) squares += static_cast<double>(value) * static_cast<double>(value);
        const double size = part * std::sqrt(squares / static_cast<double>(tensor.values.size()));
        for (float& value : tensor.values) value += static_cast<float>(size * normal(random));
    }
    return tensors;
}

// A model that has learnt nothing is never right, so verdicts are drawn. The first prompt's are all alike, and one
// rollout of the second cannot be judged.
void draw_verdicts(std::vector<Rollout>& rollouts, unsigned seed) {
    std::mt19937 random(seed);
    for (Rollout& one : rollouts) {
        one.result.error.reset();
        const bool alike = one.key.problem == 0;
        if (alike || random() % 2 == 0)
            one.result.answer = "1";
        else
            one.result.answer.reset();
        one.result.verdict = alike || random() % 3 == 0 ? Verdict::equal : Verdict::different;
        if (one.key.problem == 1 && one.key.sample == 2) {
            one.result.answer = "1";
            one.result.verdict = Verdict::unknown;
        }
    }
}

Json call_json(const Place& place, const SampledCall& call) {
    return {{"role", std::string(name(place.role))},
            {"prompt", call.prompt},
            {"ids", call.ids},
            {"forced", call.forced},
            {"logprobs", call.logprobs}};
}

Json arm_json(const ArmRollouts& arm, const std::string& gradient) {
    Json rollouts = Json::array();
    for (std::size_t i = 0; i < arm.rollouts.size(); ++i) {
        Json calls = Json::array();
        for (const auto& [place, call] : arm.rollouts[i].calls) calls.push_back(call_json(place, call));
        Json one{{"prompt", arm.rollouts[i].key.problem}, {"calls", std::move(calls)}, {"reward", nullptr}};
        if (arm.rewards[i]) one["reward"] = arm.rewards[i]->value;
        one["right"] = arm.rewards[i] && arm.rewards[i]->right;
        rollouts.push_back(std::move(one));
    }
    return {{"gradient", gradient}, {"rollouts", std::move(rollouts)}};
}

struct Case {
    std::string name;
    ObjectiveSettings objective;
};

std::vector<Case> all_cases() {
    std::vector<Case> out;
    for (const Surrogate surrogate : {Surrogate::cispo, Surrogate::clip, Surrogate::reinforce})
        for (const Aggregation aggregation : {Aggregation::prompt, Aggregation::batch_token})
            for (const AdvantageScale scale : {AdvantageScale::group, AdvantageScale::batch, AdvantageScale::none})
                out.push_back({fmt::format("{}-{}-{}", name(surrogate), name(aggregation), name(scale)),
                               {surrogate, 0.9, 1.1, scale, aggregation, 0.1}});
    out.push_back({"cispo-standard", {}});
    return out;
}

Json case_json(const Case& one) {
    const ObjectiveSettings& o = one.objective;
    return {{"name", one.name},
            {"surrogate", std::string(name(o.surrogate))},
            {"scale", std::string(name(o.scale))},
            {"aggregation", std::string(name(o.aggregation))},
            {"alpha", o.alpha},
            {"is_clip_min", o.is_clip_min},
            {"is_clip_max", o.is_clip_max}};
}

class Dump {
  public:
    Dump(std::string folder, const Variant& variant)
        : folder_(std::move(folder)), variant_(variant), config_(config_of(folder_, variant)) {}

    void write() {
        const auto teacher = make_teacher(config_.task).value();
        TrainedModel model = set_up_model(config_, teacher.get()).value();
        Net net(model.file.shape, moved(model.file.tensors, 0.2), {config_.device, 1, config_.pack_tokens});
        asio::io_context loop;
        Sampler sampler(loop, *model.tokenizer, {"random", net.shape().context}, net_writer(net, *model.tokenizer, 16));
        const Suite suite = load_problems(config_.data, "train").value();
        const std::vector<std::vector<Rollout>> sampled{roll_out(loop, sampler, model.prompts, suite, config_.rl.trace),
                                                        roll_out(loop, sampler, model.prompts, suite, config_.rl.op)};
        model.file.tensors = moved(net.weights(), 0.1);
        net.set_weights(model.file.tensors);
        write_model(folder_ + "/model.gguf", model.file, WeightType::f32, {"random", std::nullopt, {}}).value();
        Json cases = Json::array();
        for (const Case& one : all_cases()) {
            write_gradient(net, judged(sampled, one.objective.scale), one);
            cases.push_back(case_json(one));
        }
        const std::vector<ArmRollouts> arms = judged(sampled, AdvantageScale::none);
        const Json all{
            {"temperature", variant_.temperature},
            {"shares", kShares},
            {"cases", std::move(cases)},
            {"arms", {arm_json(arms[0], config_.rl.trace.gradient), arm_json(arms[1], config_.rl.op.gradient)}}};
        std::ofstream(folder_ + "/rollouts.json") << all;
    }

  private:
    std::vector<Rollout> roll_out(asio::io_context& loop, Sampler& sampler, const PromptSet& prompts,
                                  const Suite& suite, const ArmSettings& arm) const {
        RolloutRequest request;
        request.suite = &suite;
        StepDefaults defaults{DistillerKind::random, 2, 64, arm.think, arm.max_answer};
        request.schedule = parse_operator(arm.operator_name, defaults).value();
        request.settings.seed = 11;
        request.settings.sampling.temperature = variant_.temperature;
        request.samples = kSamples;
        std::vector<Rollout> out = run_rollouts(loop, sampler, sampler, prompts, request, nullptr);
        draw_verdicts(out, arm.operator_name == "cot" ? 1 : 2);
        return out;
    }

    std::vector<ArmRollouts> judged(const std::vector<std::vector<Rollout>>& sampled, AdvantageScale scale) const {
        return {judge_rollouts(sampled[0], gradient_of(config_.rl.trace), config_.reward, scale),
                judge_rollouts(sampled[1], gradient_of(config_.rl.op), config_.reward, scale)};
    }

    // With beta1 = 0 AdamW's first moment after a step is the gradient; at a learning rate of 0 nothing moves.
    void write_gradient(Net& net, const std::vector<ArmRollouts>& arms, const Case& one) const {
        const AdamW settings{.lr = 0, .beta1 = 0, .clip_norm = 0};
        learn(net, make_batches(arms, 1, 5), kShares, one.objective, variant_.temperature, settings);
        const std::vector<float> gradient = net.optimiser().first;
        std::ofstream file(folder_ + "/" + one.name + ".f32", std::ios::binary);
        file.write(reinterpret_cast<const char*>(gradient.data()),
                   static_cast<std::streamsize>(gradient.size() * sizeof(float)));
    }

    std::string folder_;
    Variant variant_;
    TrainConfig config_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("expected: objective_dump FOLDER plain|tied\n", stderr);
        return 2;
    }
    try {
        Dump(argv[1], variant_of(argv[2])).write();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}

#include "train/run/memory_plan.h"

#include <algorithm>

#include "model/llama/machine.h"
#include "train/net/net_memory.h"
#include "train/run/methods.h"
#include "train/run/problems.h"
#include "train/run/sft.h"
#include "train/tasks/example_file.h"

namespace retort::train {
namespace {

constexpr std::int64_t kFloat = sizeof(float);

// About what a rollout keeps of a call beside its tokens, and of each token: ids, log-probabilities, text.
constexpr std::int64_t kCallBytes = 4096;
constexpr std::int64_t kTokenBytes = 32;

// What of a round's drafts the next call reads.
std::int64_t workspace_of(const Round& round) {
    const std::int64_t solutions = round.width * round.max_answer;
    return round.distil.workspace > 0 ? std::min(round.distil.workspace, solutions) : solutions;
}

// Calls of a round's distiller, and what they are for.
std::int64_t distiller_calls(const Schedule& schedule, std::size_t round) {
    const bool last = round + 1 == schedule.rounds.size();
    if (last && schedule.finish.kind != FinishKind::call) return 0;
    const int readers = last ? 1 : schedule.rounds[round + 1].width;
    return distil_calls(schedule.rounds[round].distil.kind, readers);
}

CallRole distiller_role(DistillerKind kind) {
    if (kind == DistillerKind::analysis) return CallRole::analysis;
    return kind == DistillerKind::summary ? CallRole::summary : CallRole::select;
}

// What is asked of net, sampler and journal over the whole run.
class Demand {
  public:
    Demand(const TrainConfig& config, const TrainedModel& model) : config_(config), model_(model) {}

    Outcome<void> add_examples(const ExampleSource& source);
    Outcome<void> add_evaluations();
    Outcome<void> add_arms();

    const NetDemand& net() const { return net_; }
    llama::LiveDemand live() const { return {side_by_side_, net_.prompt, net_.whole}; }
    std::int64_t rollouts() const { return std::max(evaluated_, rolled_out_); }  // bytes

  private:
    // Bytes that so many rollouts keep.
    std::int64_t add(const CallSizes& sizes, std::int64_t rollouts);
    Outcome<std::int64_t> add_arm(const char* name, const ArmSettings& arm, std::int64_t question);

    const TrainConfig& config_;
    const TrainedModel& model_;
    NetDemand net_;
    std::int64_t side_by_side_ = 0;
    std::int64_t evaluated_ = 0;
    std::int64_t rolled_out_ = 0;
};

std::int64_t Demand::add(const CallSizes& sizes, std::int64_t rollouts) {
    side_by_side_ = std::max(side_by_side_, rollouts * sizes.side_by_side);
    net_.written = std::min(side_by_side_, config_.rl.rows);
    for (const CallKind& kind : sizes.kinds) {
        const auto of = [&](std::int64_t count) { return std::min(rollouts * count, config_.rl.rows); };
        net_.all_prompts = std::max(net_.all_prompts, of(kind.prompts) * kind.prompt);
        net_.all_whole = std::max(net_.all_whole, of(kind.count) * kind.whole);
    }
    net_.prompt = std::max(net_.prompt, sizes.prompt);
    net_.whole = std::max(net_.whole, sizes.whole);
    return rollouts * sizes.calls * (kCallBytes + kTokenBytes * sizes.whole);
}

Outcome<void> Demand::add_examples(const ExampleSource& source) {
    for (const double progress : {0.0, 1.0}) {
        const auto batch = draw_examples(source, *model_.tokenizer, static_cast<std::uint64_t>(config_.seed), 0,
                                         config_.sft.batch_tokens, progress, model_.file.shape.context);
        if (!batch) return batch.error();
        net_.pack = std::max(net_.pack, static_cast<std::int64_t>(batch->pack.tokens.size()));
        for (const std::int32_t length : batch->pack.lengths)
            net_.longest = std::max<std::int64_t>(net_.longest, length);
    }
    return {};
}

Outcome<void> Demand::add_evaluations() {
    const auto questions = questions_of(config_.eval, "test", model_);
    if (!questions) return questions.error();
    for (const std::string& text : config_.eval.operators) {
        const auto method = method_from(text, model_.prompts);
        if (!method) return method.error();
        const CallSizes sizes = call_sizes(method->schedule, questions->longest);
        evaluated_ = std::max(evaluated_, add(sizes, questions->count * config_.eval.samples));
    }
    return {};
}

Outcome<std::int64_t> Demand::add_arm(const char* name, const ArmSettings& arm, std::int64_t question) {
    const auto schedules = schedules_of(name, arm);
    if (!schedules) return schedules.error();
    const double shares = config_.rl.trace.share + config_.rl.op.share;
    const double part = shares > 0 ? std::max(arm.share, arm.share_end) / shares : 1;
    const auto prompts = static_cast<std::int64_t>(std::min(part, 1.0) * static_cast<double>(config_.rl.prompts));
    std::int64_t most = 0;
    for (const Schedule& schedule : *schedules) {
        const CallSizes sizes = call_sizes(schedule, question);
        most = std::max(most, add(sizes, prompts * config_.rl.generations));
        const std::int64_t learnt = arm.gradient == "refine" ? 1 : sizes.calls;
        net_.pack = std::max(net_.pack, prompts * config_.rl.generations * learnt * sizes.whole / config_.rl.updates);
        net_.longest = std::max(net_.longest, sizes.whole);
    }
    return most;
}

Outcome<void> Demand::add_arms() {
    const auto questions = questions_of(config_.data, "train", model_);
    if (!questions) return questions.error();
    for (const auto& [name, arm] : {std::pair{"rl.trace", &config_.rl.trace}, std::pair{"rl.op", &config_.rl.op}}) {
        if (arm->share <= 0 && arm->share_end <= 0) continue;
        const auto bytes = add_arm(name, *arm, questions->longest);
        if (!bytes) return bytes.error();
        rolled_out_ += *bytes;
    }
    return {};
}

// llama.cpp's copy of the weights and its cache.
std::int64_t live_bytes(const TrainConfig& config, const NetShape& shape, const llama::LiveDemand& demand) {
    if (config.rl.sampler != "llama" || demand.calls == 0) return 0;
    const std::int64_t output = shape.tied ? std::int64_t{shape.vocabulary} * shape.width : 0;
    const std::int64_t position = 2 * kFloat * shape.layers * shape.kv_heads * shape.head_width;
    return kFloat * (parameters_of(shape) + output) +
           llama::live_cache_bytes(live_options(config, shape), demand, position);
}

}  // namespace

CallSizes call_sizes(const Schedule& schedule, std::int64_t question) {
    CallSizes out;
    out.calls = plan_calls(schedule).calls;
    const auto add = [&out](CallRole role, std::int64_t count, std::int64_t prompt, std::int64_t think,
                            std::int64_t max_answer) {
        if (count == 0) return;
        const std::int64_t whole = prompt + think + max_answer;
        out.kinds.push_back({count, out.kinds.empty() ? 1 : count, prompt, whole, think, role});
        out.prompt = std::max(out.prompt, prompt);
        out.whole = std::max(out.whole, whole);
        out.side_by_side = std::max(out.side_by_side, count);
    };
    std::int64_t read = 0;       // of the round before, through its distiller
    std::int64_t solutions = 0;  // of the round before, uncut
    for (std::size_t i = 0; i < schedule.rounds.size(); ++i) {
        const Round& round = schedule.rounds[i];
        add(CallRole::draft, round.width, question + read, round.think, round.max_answer);
        read = workspace_of(round);
        solutions = round.width * round.max_answer;
        add(distiller_role(round.distil.kind), distiller_calls(schedule, i), question + solutions, round.distil.think,
            round.distil.max_answer);
    }
    const FinishStep& finish = schedule.finish;
    const CallRole role = is_judged(finish.kind) ? CallRole::judge : CallRole::final;
    const std::int64_t reads = is_judged(finish.kind) ? solutions : read;
    const std::int64_t drafts = schedule.rounds.empty() ? 0 : schedule.rounds.back().width;
    for (const std::int64_t calls : finish_calls(finish, drafts))
        add(role, calls, question + reads, finish.think, finish.max_answer);
    return out;
}

Outcome<Questions> questions_of(const ProblemSettings& settings, const std::string& split, const TrainedModel& model) {
    constexpr std::int64_t kLooked = 64;
    ProblemSettings few = settings;
    few.count = std::min(settings.count, kLooked);
    const auto suite = load_problems(few, split);
    if (!suite) return suite.error();
    Questions out{std::max(settings.count, static_cast<std::int64_t>(suite->problems.size()))};
    for (std::size_t i = 0; i < std::min<std::size_t>(suite->problems.size(), kLooked); ++i) {
        const auto prompt =
            model.tokenizer->chat().render(draft_question(model.prompts, suite->problems[i].problem.text), true);
        if (!prompt) return prompt.error();
        out.longest = std::max(out.longest, static_cast<std::int64_t>(prompt->tokens.size()));
    }
    return out;
}

Outcome<RunMemory> plan_memory(const TrainConfig& config, const TrainedModel& model, const ExampleSource* source) {
    RunMemory out;
    out.process = llama::resident_memory();
    Demand demand(config, model);
    if (source != nullptr && config.sft.steps > 0)
        if (const auto added = demand.add_examples(*source); !added) return added.error();
    if (config.eval.every > 0)
        if (const auto added = demand.add_evaluations(); !added) return added.error();
    if (config.rl.steps > 0)
        if (const auto added = demand.add_arms(); !added) return added.error();
    const NetShape& shape = model.file.shape;
    const NetOptions options = net_options(config);
    const bool ahead = config.rl.steps > 0 && config.async != 0;  // a net of its own that writes and never learns
    NetDemand asked = demand.net();
    if (config.rl.sampler == "llama") asked.written = 0;
    std::int64_t nets = net_bytes(shape, options, asked);
    asked.pack = 0;
    if (ahead) nets += net_bytes(shape, options, asked);
    (computes_in_process(options) ? out.process : out.device) += nets;
    // A checkpoint stands in memory twice: as values, and as what is written.
    const std::int64_t saved = ahead ? 4 : 3;
    out.process += 2 * saved * kFloat * parameters_of(shape);
    out.process += (ahead ? 2 : 1) * live_bytes(config, shape, demand.live()) + demand.rollouts();
    return out;
}

}  // namespace retort::train

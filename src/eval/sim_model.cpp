#include "eval/sim_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "base/text.h"
#include "eval/sim_prompt.h"
#include "eval/sim_random.h"
#include "model/scripted_model.h"
#include "verify/answer.h"

namespace retort {
namespace {

using Candidates = std::vector<std::optional<std::string>>;

constexpr std::string_view kUnreadable = "I cannot say.";

struct Known {
    SimProblem problem;
    std::string right;  // as normalised
    double difficulty = 0;

    bool is_right(const std::optional<std::string>& answer) const {
        return answer && (*answer == problem.right || normalise_answer(*answer) == right);
    }
};

// What a call writes, before limits.
struct Draw {
    std::int64_t think = 0;
    std::string text;
};

std::int64_t length(SimRandom& random, double median, double shift, double sd) {
    return static_cast<std::int64_t>(std::ceil(median * std::exp(shift + sd * random.normal())));
}

SimShares shares(const Known& known, const Candidates& read) {
    SimShares out;
    for (const auto& candidate : read)
        if (candidate) (known.is_right(candidate) ? out.right : out.wrong) += 1;
    const double all = std::max<double>(1, static_cast<double>(read.size()));
    return {out.right / all, out.wrong / all};
}

std::string wrong_answer(const SimParameters& p, const Known& known, const Candidates& read, SimRandom& random) {
    std::vector<std::string> there;
    for (const auto& candidate : read)
        if (candidate && !known.is_right(candidate)) there.push_back(*candidate);
    const std::vector<std::string>& own = known.problem.wrong;
    if (random.chance(p.copy) && !there.empty()) return there[random.below(there.size())];
    if (random.chance(p.common) || own.size() == 1) return own.front();
    return own[1 + random.below(own.size() - 1)];
}

// Sentences that say nothing, of so many words in all, and then the end. Without numbers, and with question marks, so
// that nobody takes them for an answer.
std::string padded(std::int64_t words, std::string_view end) {
    constexpr std::string_view kSentence = "Is the next step sound? We check it. ";  // 8 words
    constexpr std::int64_t kWords = 8;
    std::string out;
    std::int64_t left = words - count_words(end);
    for (; left >= kWords; left -= kWords) out += kSentence;
    for (; left > 0; --left) out += "Hm? ";
    return out + std::string(end);
}

// ---- the roles

std::string attempt(const SimParameters& p, const Known& known, const std::string& prompt, std::int64_t words,
                    bool thinks, SimRandom& random) {
    Candidates read = sim_candidates(prompt, known.problem.text);
    if (prompt.find(kSimFlawed) != std::string::npos) read.clear();  // what was found wanting moves nobody
    if (random.chance(p.abstain)) return padded(words, "Does it hold? It stays open.");
    const bool right = random.chance(sim_right(p, known.difficulty, thinks, shares(known, read)));
    return padded(words, sim_solution(right ? known.problem.right : wrong_answer(p, known, read, random)));
}

std::string summary(const SimParameters& p, const Known& known, const Candidates& read, SimRandom& random) {
    const bool loses = random.chance(p.lose);
    const bool invents = random.chance(p.invent);
    std::string out = "The attempts, as far as they have an answer:";
    for (std::size_t i = 0; i < read.size(); ++i) {
        if (!read[i] || (loses && known.is_right(read[i]))) continue;
        out += fmt::format("\n- attempt {} ends with \\boxed{{{}}}.", i + 1, *read[i]);
    }
    for (const std::string& wrong : known.problem.wrong) {
        if (!invents || std::find(read.begin(), read.end(), wrong) != read.end()) continue;
        return out + fmt::format("\n- another ends with \\boxed{{{}}}.", wrong);
    }
    return out;
}

std::string analysis(const SimParameters& p, const Known& known, const Candidates& read, SimRandom& random) {
    const bool right = !read.empty() && known.is_right(read.back());
    const double evidence = random.normal() + (right ? p.acuity / 2 : -p.acuity / 2);
    return std::string(evidence < 0 ? kSimFlawed : kSimSound);
}

// How good a candidate looks.
double looks(const SimParameters& p, const Known& known, const std::optional<std::string>& answer, SimRandom& random) {
    constexpr double kNoAnswer = -10;
    const double noise = random.normal();
    return answer ? noise + (known.is_right(answer) ? p.acuity : 0) : kNoAnswer + noise;
}

std::string selection(const SimParameters& p, const Known& known, const Candidates& read, int most, SimRandom& random) {
    if (read.empty() || random.chance(p.unreadable)) return std::string(kUnreadable);
    std::vector<double> look;
    for (const auto& candidate : read) look.push_back(looks(p, known, candidate, random));
    std::vector<std::size_t> order(read.size());
    std::iota(order.begin(), order.end(), 1);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return look[a - 1] != look[b - 1] ? look[a - 1] > look[b - 1] : a < b;
    });
    order.resize(std::min(order.size(), static_cast<std::size_t>(most)));
    return fmt::format("SELECT: {}", fmt::join(order, ", "));
}

std::string judgement(const SimParameters& p, const Known& known, const Candidates& read, SimRandom& random) {
    constexpr double kPerDeviation = 20;
    if (read.size() > 1) return selection(p, known, read, 1, random);
    if (random.chance(p.unreadable)) return std::string(kUnreadable);
    const double look = looks(p, known, read.empty() ? std::nullopt : read.front(), random);
    return fmt::format("SCORE: {}", std::clamp(std::lround(50 + kPerDeviation * (look - p.acuity / 2)), 0L, 100L));
}

std::string first_words(const std::string& text, std::int64_t most) {
    std::size_t at = 0;
    for (std::int64_t i = 0; i < most && at < text.size(); ++i) {
        at = std::min(text.find_first_not_of(" \n", at), text.size());
        at = std::min(text.find_first_of(" \n", at), text.size());
    }
    return text.substr(0, at);
}

class SimModel : public LanguageModel {
  public:
    SimModel(std::string spec, SimParameters parameters, std::vector<SimProblem> problems, Sleeper sleeper)
        : spec_(std::move(spec)), parameters_(parameters), sleeper_(std::move(sleeper)) {
        for (SimProblem& problem : problems) {
            const double difficulty = sim_difficulty(parameters_, problem.id);
            std::string right = normalise_answer(problem.right);
            std::string id = problem.id;
            known_.emplace(std::move(id), Known{std::move(problem), std::move(right), difficulty});
        }
    }

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override {
        bool whole = true;
        if (parameters_.latency_ms > 0) {
            const std::chrono::duration<double, std::milli> latency(parameters_.latency_ms);
            whole = co_await sleeper_(std::chrono::duration_cast<std::chrono::nanoseconds>(latency), stop);
        } else {
            co_await yield_to_loop();
            whole = !stop.stop_requested();
        }
        Completion out = whole ? answer(request) : cancelled();
        if (out.ok() && on_delta) {
            if (!out.reasoning.empty()) on_delta({out.reasoning, true, out.usage.reasoning});
            if (!out.text.empty()) on_delta({out.text, false, out.usage.out});
        }
        co_return out;
    }

    Task<TokenCount> count_tokens(std::string text) override { co_return TokenCount{count_words(text), true}; }

    Task<TokenCount> count_prompt(Prompt prompt) override {
        co_return TokenCount{count_words(prompt_text(prompt)), true};
    }

    ModelInfo info() const override { return {spec_, 0, true, "simulated"}; }

  private:
    static Completion cancelled() {
        Completion out;
        out.finish = Finish::cancelled;
        return out;
    }

    Completion answer(const CompletionRequest& request) const {
        const Place& place = request.place;
        const auto known = known_.find(place.problem);
        if (known == known_.end())
            return failed_completion(
                {CallErrorKind::refused,
                 fmt::format("the simulated model knows no problem with the id {}: it was made for others",
                             place.problem),
                 false, 0, 0});
        SimRandom random(fmt::format("call\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", parameters_.seed, request.seed,
                                     place.problem, place.sample, place.path()));
        if (random.chance(parameters_.fail))
            return failed_completion({CallErrorKind::server, "a simulated failure", false, 0, 0});
        const std::string prompt = prompt_text(request.prompt);
        Draw draw = drawn(request, known->second, prompt, random);
        return limited(request, std::move(draw), count_words(prompt));
    }

    Draw drawn(const CompletionRequest& request, const Known& known, const std::string& prompt,
               SimRandom& random) const {
        const SimParameters& p = parameters_;
        const CallRole role = request.place.role;
        const bool attempts = role == CallRole::draft || role == CallRole::final;
        const double usual = attempts ? p.think : p.think * p.side;
        Draw out;
        out.think = length(random, usual, p.think_hard * known.difficulty, p.think_sd);
        const std::int64_t words = length(random, p.answer, 0, p.answer_sd);
        if (attempts) {
            out.text = attempt(p, known, prompt, words, request.think > 0, random);
            return out;
        }
        const Candidates read = sim_candidates(prompt, known.problem.text);
        if (role == CallRole::summary) out.text = summary(p, known, read, random);
        if (role == CallRole::analysis) out.text = analysis(p, known, read, random);
        if (role == CallRole::select) out.text = selection(p, known, read, sim_selectable(prompt), random);
        if (role == CallRole::judge) out.text = judgement(p, known, read, random);
        return out;
    }

    // What the limits let through of it, with its usage.
    static Completion limited(const CompletionRequest& request, Draw draw, std::int64_t tokens_in) {
        Completion out;
        out.finish = Finish::stop;
        out.usage.in = tokens_in;
        if (request.think > 0 && draw.think > 0) {
            out.thinking = ThinkingControl::parameter;
            out.usage.reasoning = std::min(draw.think, request.think);
            out.reasoning = fmt::format("(simulated thinking of {} tokens)", out.usage.reasoning);
            out.thinking_cut = draw.think > request.think;
        }
        if (!out.thinking_cut) out.text = std::move(draw.text);
        const std::int64_t words = count_words(out.text);
        const bool too_long = words > request.max_answer;
        if (too_long) out.text = first_words(out.text, request.max_answer);
        if (too_long || out.thinking_cut) out.finish = Finish::length;
        out.usage.out = out.usage.reasoning + std::min(words, request.max_answer);
        return out;
    }

    std::string spec_;
    SimParameters parameters_;
    Sleeper sleeper_;
    std::unordered_map<std::string, Known> known_;
};

}  // namespace

bool is_sim_model(std::string_view name) {
    return name.starts_with("sim:");
}

std::string sim_solution(std::string_view answer) {
    return fmt::format("So the answer is \\boxed{{{}}}.", answer);
}

Outcome<std::shared_ptr<LanguageModel>> make_sim_model(const std::string& spec, std::vector<SimProblem> problems,
                                                       Sleeper sleeper) {
    const auto parameters = parse_sim_parameters(spec);
    if (!parameters) return parameters.error();
    for (const SimProblem& problem : problems)
        if (problem.wrong.empty())
            return Error{ErrorKind::usage, fmt::format("sim: problem {} has no wrong answer", problem.id)};
    if (!sleeper) sleeper = sleep_for;
    return std::shared_ptr<LanguageModel>(
        std::make_shared<SimModel>(spec, *parameters, std::move(problems), std::move(sleeper)));
}

}  // namespace retort

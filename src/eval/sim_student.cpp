#include "eval/sim_student.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "base/text.h"
#include "eval/sim_random.h"

namespace retort {
namespace {

using P = SimParameters;

constexpr double kMostLogits = 20;
constexpr double kMostTokens = 1e6;

constexpr std::array<SimParameter, 21> kParameters{{
    {"skill", 0.001, 0.999, "chance to be right on a problem of average difficulty", &P::skill},
    {"spread", 0, kMostLogits, "standard deviation of difficulty, logits", &P::spread},
    {"help", 0, kMostLogits, "logits that a workspace of right candidates gives", &P::help},
    {"hurt", 0, kMostLogits, "logits that a workspace of wrong candidates takes", &P::hurt},
    {"copy", 0, 1, "chance that a wrong answer is one of the workspace's", &P::copy},
    {"common", 0, 1, "chance that another wrong answer is the usual mistake", &P::common},
    {"abstain", 0, 1, "chance of a solution without an answer", &P::abstain},
    {"think", 1, kMostTokens, "median tokens of thinking", &P::think},
    {"think_sd", 0, 5, "standard deviation of its logarithm", &P::think_sd},
    {"think_hard", 0, 5, "what a logit of difficulty adds to that logarithm", &P::think_hard},
    {"unthinking", 0, kMostLogits, "logits lost where no thinking is allowed", &P::unthinking},
    {"answer", 16, kMostTokens, "median tokens of a solution", &P::answer},
    {"answer_sd", 0, 5, "standard deviation of its logarithm", &P::answer_sd},
    {"side", 0, 10, "thinking of summaries, selections and judging, as a share", &P::side},
    {"acuity", 0, 10, "how far right candidates stand out, standard deviations", &P::acuity},
    {"unreadable", 0, 1, "chance that a selection, score or vote cannot be read", &P::unreadable},
    {"lose", 0, 1, "chance that a summary leaves out the right candidates", &P::lose},
    {"invent", 0, 1, "chance that a summary has an answer that nobody gave", &P::invent},
    {"fail", 0, 1, "chance that a call fails", &P::fail},
    {"latency_ms", 0, 1e6, "how long a call takes", &P::latency_ms},
    {"seed", 0, 9e15, "another student of the same kind, and other difficulties", nullptr},
}};

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

Error unknown_parameter(std::string_view key) {
    std::vector<std::string_view> known;
    for (const SimParameter& one : kParameters) known.push_back(one.name);
    const std::string_view near = nearest(key, known);
    return usage(fmt::format("sim: unknown parameter \"{}\"{}", key,
                             near.empty() ? fmt::format("; known are {}", fmt::join(known, ", "))
                                          : fmt::format("; did you mean \"{}\"?", near)));
}

template <class T>
std::optional<T> number_of(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<Error> set(SimParameters& parameters, const SimParameter& known, std::string_view text) {
    const auto value = number_of<double>(text);
    const auto seed = number_of<std::uint64_t>(text);
    const bool usable = known.value != nullptr ? value.has_value() : seed.has_value();
    if (!usable || !(*value >= known.least && *value <= known.most))
        return usage(fmt::format("sim: {} must be a {}number from {} to {}, found \"{}\"", known.name,
                                 known.value == nullptr ? "whole " : "", known.least, known.most, text));
    if (known.value != nullptr)
        parameters.*known.value = *value;
    else
        parameters.seed = *seed;
    return std::nullopt;
}

std::optional<Error> set_piece(SimParameters& parameters, std::string_view piece) {
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos)
        return usage(fmt::format("sim: expected NAME=VALUE, as in sim:skill=0.6,spread=1, found \"{}\"", piece));
    const std::string_view key = trim(piece.substr(0, equals));
    for (const SimParameter& known : kParameters)
        if (known.name == key) return set(parameters, known, trim(piece.substr(equals + 1)));
    return unknown_parameter(key);
}

// The chance that a log-normal length is within the limit.
double within(double limit, double median, double shift, double sd) {
    const double x = std::log(limit) - std::log(median) - shift;
    if (sd == 0) return x >= 0 ? 1 : 0;
    return 0.5 * std::erfc(-x / sd / std::numbers::sqrt2);
}

}  // namespace

std::span<const SimParameter> sim_parameters() {
    return kParameters;
}

Outcome<SimParameters> parse_sim_parameters(std::string_view spec) {
    constexpr std::string_view kPrefix = "sim:";
    SimParameters out;
    std::string_view rest = trim(spec);
    if (rest.starts_with(kPrefix)) rest.remove_prefix(kPrefix.size());
    while (!trim(rest).empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        if (const auto error = set_piece(out, trim(rest.substr(0, comma)))) return *error;
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return out;
}

double sim_difficulty(const SimParameters& parameters, std::string_view problem_id) {
    SimRandom random(fmt::format("difficulty\x1f{}\x1f{}", parameters.seed, problem_id));
    return parameters.spread * random.normal();
}

double sim_right(const SimParameters& p, double difficulty, bool thinks, SimShares read) {
    const double logit = std::log(p.skill / (1 - p.skill)) - difficulty + p.help * read.right - p.hurt * read.wrong -
                         (thinks ? 0 : p.unthinking);
    return 1 / (1 + std::exp(-logit));
}

double sim_accuracy(const SimParameters& p, double difficulty, SimLimits limits, SimShares read) {
    const bool thinks = limits.think > 0;
    const double thought =
        thinks ? within(static_cast<double>(limits.think), p.think, p.think_hard * difficulty, p.think_sd) : 1;
    const double written = within(static_cast<double>(limits.max_answer), p.answer, 0, p.answer_sd);
    return (1 - p.fail) * thought * written * (1 - p.abstain) * sim_right(p, difficulty, thinks, read);
}

// The trapezoidal rule, which for a normal density is exact but for rounding where f is smooth.
double sim_expectation(const SimParameters& parameters, const std::function<double(double difficulty)>& f) {
    constexpr double kStep = 1.0 / 64;
    constexpr int kSteps = 8 * 64;  // 8 standard deviations on either side
    double sum = 0;
    double weights = 0;
    for (int i = -kSteps; i <= kSteps; ++i) {
        const double z = i * kStep;
        const double weight = std::exp(-z * z / 2);
        sum += weight * f(parameters.spread * z);
        weights += weight;
    }
    return sum / weights;
}

double sim_cot_accuracy(const SimParameters& parameters, SimLimits limits) {
    return sim_expectation(parameters, [&](double difficulty) { return sim_accuracy(parameters, difficulty, limits); });
}

}  // namespace retort

#include "train/run/learning_problems.h"

#include <fmt/format.h>

#include <sstream>

namespace retort::train {
namespace {

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

Outcome<std::vector<Suite>> suites_against(const DataSettings& settings, const Suite& tests, Digests& digests) {
    std::vector<Suite> out;
    if (!tests.problems.empty()) out.push_back(tests);
    std::stringstream names(settings.against);
    for (std::string name; std::getline(names, name, ',');) {
        auto suite = load_suite(name);
        if (!suite) return suite.error();
        digests[name + " (data.against)"] = suite->hash;
        out.push_back(std::move(*suite));
    }
    return out;
}

void leave_out(Suite& suite, const Contamination& found, TrainListener& listener) {
    if (found.places.empty())
        return listener.told(fmt::format("none of {} problems is in a test set, by the same text or 13 words in a row",
                                         suite.problems.size()));
    for (auto place = found.places.rbegin(); place != found.places.rend(); ++place)
        suite.problems.erase(suite.problems.begin() + static_cast<std::ptrdiff_t>(*place));
    suite.hash = hash_of(suite.problems);
    listener.told(fmt::format("left out {} problems that are in a test set: {} the same, {} by 13 words in a row",
                              found.places.size(), found.exact, found.by_words));
}

}  // namespace

Outcome<Suite> learning_problems(const DataSettings& settings, const Suite& tests, TrainListener& listener,
                                 Digests& digests) {
    auto suite = load_problems(settings, "train");
    if (!suite) return suite.error();
    digests[name_of(settings, "data")] = suite->hash;
    // Problems that are made are apart from made tests by construction, and alike in all their words but numbers.
    if (!settings.suite.empty() || !settings.against.empty()) {
        const auto against = suites_against(settings, tests, digests);
        if (!against) return against.error();
        if (!against->empty()) leave_out(*suite, find_contamination(*suite, *against), listener);
    }
    if (suite->problems.empty()) return usage("data: no problems to learn from: set data.count or data.suite");
    for (const SuiteProblem& one : suite->problems)
        if (one.problem.verifier == nullptr || !one.problem.verifier->can_judge())
            return usage(fmt::format("data: problem {} has no answer to be judged by", one.problem.id));
    return suite;
}

Outcome<ExampleFile> learning_examples(const std::string& file, const ExampleStyle& style, const DataSettings& settings,
                                       const Suite& tests, TrainListener& listener, Digests& digests) {
    auto examples = ExampleFile::load(file, style);
    if (!examples) return examples.error();
    digests[file + " (sft.examples)"] = examples->digest();
    const auto against = suites_against(settings, tests, digests);
    if (!against) return against.error();
    Suite asked;
    for (const std::string& question : examples->questions()) asked.problems.emplace_back().problem.text = question;
    const Contamination found = find_contamination(asked, *against);
    examples->remove(found.places);
    if (!against->empty())
        listener.told(
            fmt::format("left out {} of {} worked examples that are in a test set: {} the same, {} by 13 words "
                        "in a row",
                        found.places.size(), asked.problems.size(), found.exact, found.by_words));
    if (examples->size() == 0) return usage(file + ": every example is in a test set");
    return examples;
}

}  // namespace retort::train

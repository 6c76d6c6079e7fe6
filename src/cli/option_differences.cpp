#include "cli/option_differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "record/differences.h"

namespace retort::cli {
namespace {

using Names = std::pair<std::string_view, std::string_view>;

// A setting of the configuration, and what sets it.
constexpr std::array<Names, 20> kOptions{{{"problem.text", "the problem"},
                                          {"problem.asked", "the problem"},
                                          {"problem.reference", "--reference"},
                                          {"suite.name", "--suite"},
                                          {"suite.problems", "problems (--suite, --limit, --only)"},
                                          {"samples", "--samples"},
                                          {"models.main", "--model"},
                                          {"models.distill", "--distill-model"},
                                          {"models.judge", "--judge-model"},
                                          {"models.final", "--final-model"},
                                          {"operator.name", "--operator"},
                                          {"seed", "--seed"},
                                          {"temperature", "--temperature"},
                                          {"top_p", "--top-p"},
                                          {"logprobs", "--logprobs"},
                                          {"budget_seq", "--budget-seq"},
                                          {"budget_total", "--budget-total"},
                                          {"version", "the version of the journal's settings"},
                                          {"operator.rounds", "rounds of --operator"},
                                          {"operator.finish.kind", "the finish of --operator"}}};

// The last part of a setting within a round or a finish, and what sets it for all of them.
constexpr std::array<Names, 5> kOfEveryRound{{{"think", "--think"},
                                              {"max_answer", "--max-answer"},
                                              {"k", "--k"},
                                              {"workspace", "--workspace"},
                                              {"distiller", "--distiller"}}};

template <std::size_t size>
std::string_view found_in(const std::array<Names, size>& names, std::string_view name) {
    const auto at = std::find_if(names.begin(), names.end(), [&](const Names& one) { return one.first == name; });
    return at == names.end() ? std::string_view() : at->second;
}

bool is_of_operator(const SettingDifference& one) {
    return one.name.starts_with("operator.") && one.name != "operator.name";
}

std::string option_of(const std::string& name) {
    if (const auto own = found_in(kOptions, name); !own.empty()) return std::string(own);
    const bool of_operator = name.starts_with("operator.");
    const std::string_view last = std::string_view(name).substr(name.rfind('.') + 1);
    if (const auto all = found_in(kOfEveryRound, last); of_operator && !all.empty()) return std::string(all);
    return of_operator ? "--operator, its " + name.substr(name.find('.') + 1) : name;
}

class Lines {
  public:
    explicit Lines(std::vector<SettingDifference> all) : all_(std::move(all)) {}

    std::vector<std::string> told() const {
        std::vector<std::string> out;
        for (const SettingDifference& one : all_) {
            if (follows_from_another(one)) continue;
            std::string line = line_of(one);
            if (std::find(out.begin(), out.end(), line) == out.end()) out.push_back(std::move(line));
        }
        return out;
    }

  private:
    const SettingDifference* find(std::string_view name) const {
        const auto at =
            std::find_if(all_.begin(), all_.end(), [&](const SettingDifference& one) { return one.name == name; });
        return at == all_.end() ? nullptr : &*at;
    }

    bool follows_from_another(const SettingDifference& one) const {
        if (one.name == "simulated" || one.name == "problem.id") return all_.size() > 1;
        if (one.name == "problem.asked" || one.name == "problem.line") return find("problem.text") != nullptr;
        if (one.name == "suite.hash") return find("suite.name") != nullptr || find("suite.problems") != nullptr;
        if (one.name == "suite.problems") return find("suite.name") != nullptr;
        if (is_of_operator(one)) return find("operator.name") != nullptr;
        const SettingDifference* main = find("models.main");
        return one.name.starts_with("models.") && main != nullptr && main != &one && one.before == main->before &&
               one.now == main->now;
    }

    // Hashes say that something differs, not what.
    static std::string line_of(const SettingDifference& one) {
        if (one.name == "prompts") return "--prompts: other templates in the journal than now";
        if (one.name == "suite.hash") return "--suite: other problems of that name in the journal than now";
        const bool quoted = one.name.starts_with("problem.");
        const auto value = [quoted](const std::string& text) {
            if (text == "null") return std::string("none");
            return quoted ? '"' + text + '"' : text;
        };
        return fmt::format("{}: {} in the journal, {} now", option_of(one.name), value(one.before), value(one.now));
    }

    std::vector<SettingDifference> all_;
};

}  // namespace

std::vector<std::string> option_differences(const std::string& journal_json, const std::string& asked_json) {
    return Lines(setting_differences(journal_json, asked_json)).told();
}

std::string joined(const std::vector<std::string>& differences) {
    std::string out;
    for (const std::string& one : differences) out += (out.empty() ? "" : "; ") + one;
    return out;
}

}  // namespace retort::cli

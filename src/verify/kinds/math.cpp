// Maths: a value in the text, compared by meaning with the reference.
#include <nlohmann/json.hpp>

#include "verify/answer.h"
#include "verify/kinds/kinds.h"

namespace retort {
namespace {

class MathVerifier : public Verifier {
  public:
    explicit MathVerifier(std::optional<std::string> reference) : reference_(std::move(reference)) {}

    std::optional<std::string> extract(std::string_view solution) const override { return extract_answer(solution); }

    Judgement judge(std::string_view answer) const override {
        if (!reference_) return {};
        const Comparison comparison = retort::judge(*reference_, answer);
        return {comparison.verdict, "decided by " + std::string(name(comparison.stage))};
    }

    bool same(std::string_view a, std::string_view b) const override {
        return compare_values(a, b).verdict == Verdict::equal;
    }

    bool can_judge() const override { return reference_.has_value(); }

  private:
    std::optional<std::string> reference_;
};

}  // namespace

KindResult make_math(std::string_view line) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object()) return {nullptr, "", "", "expected a JSON object"};
    const auto problem = object.find("problem");
    if (problem == object.end() || !problem->is_string()) return {nullptr, "", "", "expected \"problem\", a text"};
    std::optional<std::string> reference;
    if (const auto answer = object.find("answer"); answer != object.end() && !answer->is_null()) {
        if (!answer->is_string() && !answer->is_number())
            return {nullptr, "", "", "expected \"answer\", a text or a number"};
        reference = answer->is_string() ? answer->get<std::string>() : answer->dump();
        if (reference->find_first_not_of(" \t\r\n") == std::string::npos) reference.reset();
    }
    return {math_verifier(reference), problem->get<std::string>(), reference.value_or(""), ""};
}

std::shared_ptr<const Verifier> math_verifier(std::optional<std::string> reference) {
    return std::make_shared<const MathVerifier>(std::move(reference));
}

}  // namespace retort

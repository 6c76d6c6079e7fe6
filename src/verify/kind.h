// Kinds of problems: how an answer is found in a solution and how it is judged. A kind is one file in kinds/, one row
// of the table in kind.cpp and one test file. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "verify/verdict.h"

namespace retort {

struct Judgement {
    Verdict verdict = Verdict::unknown;
    std::string reason;  // for people, one line; may be empty
};

class Verifier;

// One of several problems in one, each right or wrong by itself.
struct AnswerPart {
    std::string label;  // as answers name it: "A"
    std::shared_ptr<const Verifier> verifier;
};

// What an answer says of each part, in order; nothing where it has none.
using PartAnswers = std::vector<std::optional<std::string>>;

// Judges the answers to one problem. Immutable; any thread.
class Verifier {
  public:
    virtual ~Verifier() = default;

    // The answer in a solution, as it is shown, voted on and handed on. Never looks at the reference.
    virtual std::optional<std::string> extract(std::string_view solution) const = 0;

    // Whether an answer that extract() gave is right; `unknown` where there is nothing to judge it by.
    virtual Judgement judge(std::string_view answer) const = 0;

    // Whether two answers are the same one, for votes.
    virtual bool same(std::string_view a, std::string_view b) const = 0;

    // Answers can be told right from wrong: there is a reference, or the kind verifies itself.
    virtual bool can_judge() const = 0;

    // judge() may take longer than a millisecond: call it off the loop.
    virtual bool is_slow() const { return false; }

    // The parts of an answer that can be put together from several answers' parts. Empty: an answer is one whole.
    virtual std::span<const AnswerPart> parts() const { return {}; }

    // An answer that extract() gave by its parts(), and back. Nothing where no part has an answer.
    virtual PartAnswers take_apart(std::string_view) const { return {}; }
    virtual std::optional<std::string> join(const PartAnswers&) const { return std::nullopt; }
};

// What a problem line (a JSON object, see the contract) is made into. `error` is empty when all is well.
struct KindResult {
    std::shared_ptr<const Verifier> verifier;
    std::string problem;    // the text that the model reads
    std::string reference;  // for people; empty where there is none
    std::string error;      // expected, found; without the line's number
};

struct VerifierKind {
    std::string_view name;   // as in a line's "kind"
    std::string_view about;  // for people, one line
    KindResult (*make)(std::string_view line);
    std::span<const std::string_view> keys;  // that a line may have beside those of every kind (common_keys)
};

// All kinds; "math" is first.
std::span<const VerifierKind> verifier_kinds();

// What a line of any kind may have: "id", "kind", "problem", "answer", "source".
std::span<const std::string_view> common_keys();

// By the line's "kind", `default_kind` where it names none. An unknown kind is an error that names the known ones.
KindResult make_verifier(std::string_view line, std::string_view default_kind = "math");

// A verifier of maths against a reference; none: answers are found and grouped, but not judged.
std::shared_ptr<const Verifier> math_verifier(std::optional<std::string> reference);

}  // namespace retort

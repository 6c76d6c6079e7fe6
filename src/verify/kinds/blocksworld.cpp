// Planning: a plan is run in a STRIPS interpreter. "pddl" has the problem (its objects, :init and :goal); "domain" has
// the actions, which are those of blocks and a hand where it is missing.
#include <nlohmann/json.hpp>

#include "verify/kinds/kinds.h"
#include "verify/kinds/line.h"
#include "verify/kinds/plan_text.h"
#include "verify/kinds/strips.h"

namespace retort {
namespace {

using strips::Atom;
using strips::Domain;
using strips::Fault;
using strips::Plan;

// Blocks on a table and one hand, in four actions.
constexpr std::string_view kBlocks = R"((define (domain blocks)
  (:predicates (clear ?block) (ontable ?block) (on ?block ?below) (holding ?block) (handempty))
  (:action pick-up :parameters (?block)
    :precondition (and (handempty) (ontable ?block) (clear ?block))
    :effect (and (not (handempty)) (not (ontable ?block)) (not (clear ?block)) (holding ?block)))
  (:action put-down :parameters (?block)
    :precondition (holding ?block)
    :effect (and (not (holding ?block)) (handempty) (clear ?block) (ontable ?block)))
  (:action stack :parameters (?block ?below)
    :precondition (and (holding ?block) (clear ?below))
    :effect (and (not (holding ?block)) (not (clear ?below)) (handempty) (clear ?block) (on ?block ?below)))
  (:action unstack :parameters (?block ?below)
    :precondition (and (handempty) (clear ?block) (on ?block ?below))
    :effect (and (not (handempty)) (not (clear ?block)) (not (on ?block ?below)) (clear ?below) (holding ?block)))))";

constexpr std::string_view kRules =
    "Blocks stand on a table or on one another, and a hand moves them. There are four actions:\n"
    "(pick-up x): take block x from the table; the hand must be empty and nothing may be on x.\n"
    "(put-down x): put block x, which the hand holds, on the table.\n"
    "(stack x y): put block x, which the hand holds, on block y; nothing may be on y.\n"
    "(unstack x y): take block x from block y; the hand must be empty and nothing may be on x.\n\n";

std::string written(const Plan& plan) {
    std::string out;
    for (const Atom& step : plan) out += (out.empty() ? "" : " ") + strips::shown(step);
    return out;
}

class PlanVerifier : public Verifier {
  public:
    PlanVerifier(Domain domain, strips::Problem problem) : domain_(std::move(domain)), problem_(std::move(problem)) {}

    // From less text than a plan may take when it is judged: our spelling can be the longer one.
    std::optional<std::string> extract(std::string_view solution) const override {
        const auto plan = strips::find_plan(text_end(solution, kMostLookedAt), domain_, problem_.objects);
        return plan ? std::optional<std::string>(written(*plan)) : std::nullopt;
    }

    Judgement judge(std::string_view answer) const override {
        const auto plan = strips::find_plan(answer, domain_, problem_.objects);
        if (!plan) return {Verdict::different, "no step of a plan"};
        if (const auto fault = strips::check_plan(domain_, problem_, *plan))
            return {Verdict::different, fault->message};
        return {Verdict::equal, "reaches the goal in " + std::to_string(plan->size()) + " steps"};
    }

    bool same(std::string_view a, std::string_view b) const override {
        const auto left = extract(a), right = extract(b);
        return left && right ? *left == *right : a == b;
    }

    bool can_judge() const override { return true; }

  private:
    static constexpr std::size_t kMostLookedAt = std::size_t{64} << 10;
    Domain domain_;
    strips::Problem problem_;
};

std::string in_words(const Atom& atom) {
    if (atom.front() == "on" && atom.size() == 3) return atom[1] + " is on " + atom[2];
    if (atom.front() == "ontable" && atom.size() == 2) return atom[1] + " is on the table";
    if (atom.front() == "clear" && atom.size() == 2) return "nothing is on " + atom[1];
    if (atom.front() == "holding" && atom.size() == 2) return "the hand holds " + atom[1];
    if (atom.front() == "handempty") return "the hand is empty";
    return strips::shown(atom);
}

std::string prompt(const strips::Problem& problem) {
    std::string start, goal, blocks;
    for (const Atom& atom : problem.start) start += (start.empty() ? "" : "; ") + in_words(atom);
    for (const strips::Literal& wanted : problem.goal)
        goal += (goal.empty() ? "" : "; ") + std::string(wanted.holds ? "" : "not: ") + in_words(wanted.atom);
    for (const std::string& name : problem.objects) blocks += (blocks.empty() ? "" : ", ") + name;
    return std::string(kRules) + "The blocks are " + blocks + ".\nAt the start: " + start + ".\nThe goal: " + goal +
           ".\n\nFind a plan that reaches the goal. The answer is the list of its actions in order, such as (pick-up "
           "x) "
           "(stack x y).";
}

std::string prompt_of_pddl(const std::string& domain, const std::string& problem) {
    return "Find a plan for this planning problem in PDDL.\n\n" + domain + "\n\n" + problem +
           "\n\nThe answer is the list of the plan's actions in order, each as (action argument ...).";
}

}  // namespace

KindResult make_blocksworld(std::string_view text) {
    const auto line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object()) return kind_error("expected a JSON object");
    const auto pddl = text_field(line, "pddl"), domain_text = text_field(line, "domain");
    if (!pddl) return kind_error("expected \"pddl\", a problem in PDDL with :objects, :init and :goal");
    auto domain = strips::parse_domain(domain_text ? *domain_text : kBlocks);
    if (const auto* fault = std::get_if<Fault>(&domain)) return kind_error("\"domain\": " + fault->message);
    auto problem = strips::parse_problem(*pddl, std::get<Domain>(domain));
    if (const auto* fault = std::get_if<Fault>(&problem)) return kind_error("\"pddl\": " + fault->message);
    KindResult out;
    const auto& parsed = std::get<strips::Problem>(problem);
    out.problem = text_field(line, "problem").value_or("");
    if (!has_letter(out.problem)) out.problem = domain_text ? prompt_of_pddl(*domain_text, *pddl) : prompt(parsed);
    out.reference = reference_field(line);
    out.verifier = std::make_shared<const PlanVerifier>(std::get<Domain>(std::move(domain)), parsed);
    return out;
}

}  // namespace retort

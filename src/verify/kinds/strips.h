// A small interpreter of PDDL: actions whose preconditions and effects are conjunctions of literals (STRIPS with
// negative preconditions and equality). Types are read over. Domains, problems and plans are data: sizes are bounded.
// Not public.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace retort::strips {

using Atom = std::vector<std::string>;  // a name and its arguments, lower case: {"on", "a", "b"}

struct Literal {
    Atom atom;
    bool holds = true;
};

struct Action {
    std::string name;
    std::vector<std::string> parameters;  // "?x"
    std::vector<Literal> preconditions;
    std::vector<Literal> effects;
};

struct Domain {
    std::map<std::string, Action> actions;
    std::set<std::string> constants;
};

struct Problem {
    std::set<std::string> objects;
    std::set<Atom> start;
    std::vector<Literal> goal;
};

using Plan = std::vector<Atom>;

// What is wrong, for people.
struct Fault {
    std::string message;
};

std::variant<Domain, Fault> parse_domain(std::string_view text);
std::variant<Problem, Fault> parse_problem(std::string_view text, const Domain& domain);

// Why the plan does not lead from the start to the goal; none when it does.
std::optional<Fault> check_plan(const Domain& domain, const Problem& problem, const Plan& plan);

std::string shown(const Atom& atom);  // "(on a b)"

}  // namespace retort::strips

#include "verify/kinds/strips.h"

#include <algorithm>
#include <cctype>

namespace retort::strips {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr int kDeepest = 32;
constexpr std::size_t kMostSteps = 10'000;

// ---- lists of words and lists

struct Tree {
    std::string word;  // empty: a list
    std::vector<Tree> items;
    bool is_list = false;

    bool is_list_of(std::string_view head) const { return is_list && !items.empty() && items.front().word == head; }
};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::variant<Tree, Fault> read() {
        if (text_.size() > kMostBytes) return Fault{"expected at most 1 MiB of PDDL"};
        Tree out;
        if (!tree(out, 0) || !out.is_list)
            return Fault{"expected PDDL, a list in parentheses; something is missing near \"" +
                         std::string(text_.substr(std::min(at_, text_.size()), 30)) + "\""};
        return out;
    }

  private:
    void skip() {
        while (at_ < text_.size()) {
            if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
                ++at_;
            } else if (text_[at_] == ';') {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else {
                return;
            }
        }
    }

    bool tree(Tree& out, int depth) {
        skip();
        if (at_ >= text_.size() || text_[at_] == ')' || depth > kDeepest) return false;
        if (text_[at_] != '(') {
            const std::size_t end = std::min(text_.find_first_of("() \t\r\n;", at_), text_.size());
            out.word = lower(text_.substr(at_, end - at_));
            at_ = end;
            return true;
        }
        out.is_list = true;
        ++at_;
        for (skip(); at_ < text_.size() && text_[at_] != ')'; skip())
            if (!tree(out.items.emplace_back(), depth + 1)) return false;
        if (at_ >= text_.size()) return false;
        ++at_;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

// Names of a list from `first` on, without their types ("a b - block").
std::vector<std::string> names(const Tree& list, std::size_t first) {
    std::vector<std::string> out;
    for (std::size_t i = first; i < list.items.size(); ++i) {
        if (list.items[i].word == "-")
            ++i;
        else if (!list.items[i].word.empty())
            out.push_back(list.items[i].word);
    }
    return out;
}

const Tree* section(const Tree& whole, std::string_view name) {
    for (const Tree& item : whole.items)
        if (item.is_list_of(name)) return &item;
    return nullptr;
}

bool is_connective(const std::string& word) {
    static const std::set<std::string> kWords{"or",   "imply",    "forall",   "exists",
                                              "when", "increase", "decrease", "assign"};
    return kWords.contains(word);
}

std::optional<Atom> atom_of(const Tree& tree) {
    if (!tree.is_list || tree.items.empty() || is_connective(tree.items.front().word)) return std::nullopt;
    Atom out;
    for (const Tree& item : tree.items) {
        if (item.is_list) return std::nullopt;
        out.push_back(item.word);
    }
    return out;
}

std::optional<Fault> add_literals(const Tree& tree, std::vector<Literal>& out) {
    if (tree.is_list && tree.items.empty()) return std::nullopt;
    if (tree.is_list_of("and")) {
        for (std::size_t i = 1; i < tree.items.size(); ++i)
            if (auto fault = add_literals(tree.items[i], out)) return fault;
        return std::nullopt;
    }
    const bool negated = tree.is_list_of("not") && tree.items.size() == 2;
    auto atom = atom_of(negated ? tree.items[1] : tree);
    if (!atom)
        return Fault{"expected literals joined by \"and\" (STRIPS), found \"" +
                     (tree.items.empty() ? tree.word : tree.items.front().word) + "\""};
    out.push_back({std::move(*atom), !negated});
    return std::nullopt;
}

std::variant<Action, Fault> action_of(const Tree& tree) {
    if (tree.items.size() < 2 || tree.items[1].word.empty()) return Fault{"expected an action's name"};
    Action out;
    out.name = tree.items[1].word;
    for (std::size_t i = 2; i + 1 < tree.items.size(); i += 2) {
        const std::string& key = tree.items[i].word;
        const Tree& value = tree.items[i + 1];
        std::optional<Fault> fault;
        if (key == ":parameters") out.parameters = names(value, 0);
        if (key == ":precondition") fault = add_literals(value, out.preconditions);
        if (key == ":effect") fault = add_literals(value, out.effects);
        if (fault) return Fault{"action " + out.name + ": " + fault->message};
    }
    return out;
}

// ---- running

std::string ground(const std::string& word, const Action& action, const Atom& step) {
    const auto found = std::find(action.parameters.begin(), action.parameters.end(), word);
    return found == action.parameters.end() ? word
                                            : step[static_cast<std::size_t>(found - action.parameters.begin()) + 1];
}

Atom ground(const Atom& atom, const Action& action, const Atom& step) {
    Atom out{atom.front()};
    for (std::size_t i = 1; i < atom.size(); ++i) out.push_back(ground(atom[i], action, step));
    return out;
}

bool holds(const Atom& atom, const std::set<Atom>& state) {
    if (atom.front() == "=") return atom.size() == 3 && atom[1] == atom[2];
    return state.contains(atom);
}

std::optional<Fault> take_step(const Domain& domain, const Problem& problem, const Atom& step, std::set<Atom>& state) {
    const auto found = step.empty() ? domain.actions.end() : domain.actions.find(step.front());
    if (found == domain.actions.end()) return Fault{"there is no such action"};
    const Action& action = found->second;
    if (step.size() != action.parameters.size() + 1)
        return Fault{"expected " + std::to_string(action.parameters.size()) + " arguments"};
    for (std::size_t i = 1; i < step.size(); ++i)
        if (!problem.objects.contains(step[i])) return Fault{"there is no object " + step[i]};
    for (const Literal& condition : action.preconditions) {
        const Atom atom = ground(condition.atom, action, step);
        if (holds(atom, state) != condition.holds)
            return Fault{shown(atom) + (condition.holds ? " does not hold" : " holds")};
    }
    // What is deleted goes first: an effect that does both leaves the atom true.
    for (const Literal& effect : action.effects)
        if (!effect.holds) state.erase(ground(effect.atom, action, step));
    for (const Literal& effect : action.effects)
        if (effect.holds) state.insert(ground(effect.atom, action, step));
    return std::nullopt;
}

}  // namespace

std::string shown(const Atom& atom) {
    std::string out;
    for (const std::string& word : atom) out += (out.empty() ? "(" : " ") + word;
    return out + ")";
}

std::variant<Domain, Fault> parse_domain(std::string_view text) {
    auto read = Reader(text).read();
    if (auto* fault = std::get_if<Fault>(&read)) return std::move(*fault);
    const Tree& tree = std::get<Tree>(read);
    if (!tree.is_list_of("define")) return Fault{"expected (define (domain ...) ...)"};
    Domain out;
    for (const Tree& item : tree.items) {
        if (item.is_list_of(":constants"))
            for (std::string& name : names(item, 1)) out.constants.insert(std::move(name));
        if (!item.is_list_of(":action")) continue;
        auto action = action_of(item);
        if (auto* fault = std::get_if<Fault>(&action)) return std::move(*fault);
        Action& made = std::get<Action>(action);
        const std::string name = made.name;
        out.actions.emplace(name, std::move(made));
    }
    if (out.actions.empty()) return Fault{"expected at least one (:action ...)"};
    return out;
}

std::variant<Problem, Fault> parse_problem(std::string_view text, const Domain& domain) {
    auto read = Reader(text).read();
    if (auto* fault = std::get_if<Fault>(&read)) return std::move(*fault);
    const Tree& tree = std::get<Tree>(read);
    const Tree* init = section(tree, ":init");
    const Tree* goal = section(tree, ":goal");
    if (!tree.is_list_of("define") || init == nullptr || goal == nullptr || goal->items.size() != 2)
        return Fault{"expected (define (problem ...) ... (:init ...) (:goal ...))"};
    Problem out;
    out.objects = domain.constants;
    if (const Tree* objects = section(tree, ":objects"))
        for (std::string& name : names(*objects, 1)) out.objects.insert(std::move(name));
    for (std::size_t i = 1; i < init->items.size(); ++i) {
        auto atom = atom_of(init->items[i]);
        if (!atom) return Fault{":init: expected atoms"};
        out.start.insert(std::move(*atom));
    }
    if (auto fault = add_literals(goal->items[1], out.goal)) return Fault{":goal: " + fault->message};
    return out;
}

std::optional<Fault> check_plan(const Domain& domain, const Problem& problem, const Plan& plan) {
    if (plan.size() > kMostSteps) return Fault{"more than 10,000 steps"};
    std::set<Atom> state = problem.start;
    for (std::size_t i = 0; i < plan.size(); ++i)
        if (const auto fault = take_step(domain, problem, plan[i], state))
            return Fault{"step " + std::to_string(i + 1) + " " + shown(plan[i]) + ": " + fault->message};
    for (const Literal& wanted : problem.goal)
        if (holds(wanted.atom, state) != wanted.holds)
            return Fault{"at the end " + shown(wanted.atom) + (wanted.holds ? " does not hold" : " holds")};
    return std::nullopt;
}

}  // namespace retort::strips

#include "verify/math/parser.h"

#include <algorithm>
#include <array>

#include "verify/math/grammar.h"

namespace retort::math {
namespace {

// "k in Z": what kind of number a letter of the answer stands for.
bool is_domain(const Expr& e) {
    static constexpr std::string_view kDomains = "ZNQRC";
    if (e.kind != Kind::relation || e.ops.size() != 1 || e.ops[0] != "in") return false;
    const Expr& set = e.args[1].kind == Kind::power ? e.args[1].args[0] : e.args[1];
    return set.kind == Kind::symbol && kDomains.find(set.text[0]) != std::string_view::npos;
}

void drop_domains(std::vector<std::vector<Expr>>& all) {
    if (std::all_of(all.begin(), all.end(), [](const auto& group) { return is_domain(group[0]); })) return;
    for (auto& group : all)
        if (!is_domain(group[0])) group.erase(std::remove_if(group.begin(), group.end(), is_domain), group.end());
}

Expr join(std::vector<std::vector<Expr>> all, bool or_between) {
    drop_domains(all);
    if (all.size() == 1 && all[0].size() == 1) return std::move(all[0][0]);
    const std::size_t size = all[0].size();
    const bool same = std::all_of(all.begin(), all.end(), [&](const auto& group) { return group.size() == size; });
    std::vector<Expr> elements;
    for (auto& group : all) {
        if (same && size > 1 && all.size() > 1) {
            elements.push_back(node(Kind::tuple, std::move(group)));
            elements.back().open = '(', elements.back().close = ')';
        } else {
            for (Expr& e : group) elements.push_back(std::move(e));
        }
    }
    Expr out = node(Kind::list, std::move(elements));
    out.alternatives = or_between;
    return out;
}

std::string_view relation_at(const Token* t) {
    static constexpr std::array<std::string_view, 8> kRelations = {"=", "<", "<=", ">", ">=", "!=", "in", "~"};
    if (!t || t->kind != TokenKind::punctuation) return {};
    const auto* const found = std::find(kRelations.begin(), kRelations.end(), t->text);
    return found == kRelations.end() ? std::string_view() : *found;
}

}  // namespace

Expr Parser::whole() {
    while (is("and") || is("or") || is(",") || is(":") || is("=")) ++at_;
    if (done()) throw NotMaths{};
    Expr out = groups();
    if (!done()) throw NotMaths{};
    return out;
}

bool Parser::ends_environment() const {
    return is_kind(TokenKind::environment) && token()->text == "end";
}

bool Parser::at_end_of_list() const {
    return done() || is(")") || is("]") || is("}") || is("}set") || ends_environment() || is("row") || is("&") ||
           is("choose") || is("over") || (in_set_ && (is("|") || is(":")));
}

// Groups apart by ";", "and" and "or": "p=5, q=2; p=7, q=2". Groups of one element are one list.
Expr Parser::groups() {
    const Deeper deeper(*this);
    std::vector<std::vector<Expr>> all(1);
    bool or_between = false;
    for (;;) {
        all.back().push_back(item());
        bool comma = take(",");
        const bool either = is("or");
        const bool apart = take(";") || take("and") || take("or");
        or_between = or_between || either;
        while (take(",") || take("and") || take("or")) comma = true;
        if (at_end_of_list()) break;
        if (apart && !comma)
            all.emplace_back();
        else if (!comma)
            throw NotMaths{};
    }
    return join(std::move(all), or_between);
}

// An element of a list: a relation, perhaps under a label ("Paolo: 18") and with a note after it ("for all n").
Expr Parser::item() {
    const std::size_t start = at_;
    while (is_kind(TokenKind::word)) ++at_;
    const bool labelled = at_ > start && (is(":") || is("="));
    if (labelled)
        ++at_;
    else if (at_ > start)
        at_ = start;
    if (is_kind(TokenKind::word)) return words();
    Expr out = relation();
    skip_note();
    return out;
}

Expr Parser::words() {
    std::string text;
    while (is_kind(TokenKind::word) || is_kind(TokenKind::symbol)) {
        if (!text.empty()) text += ' ';
        text += token()->text;
        ++at_;
    }
    if (text == "all real numbers" || text == "all reals") return leaf(Kind::symbol, "R");
    return leaf(Kind::words, text);
}

// "for all n", "where k is whole": what is said of the value is not the value.
void Parser::skip_note() {
    if (!is_kind(TokenKind::word)) return;
    static constexpr std::array<std::string_view, 7> kNotes = {"for", "where", "with", "if", "when", "such", "as"};
    if (std::find(kNotes.begin(), kNotes.end(), token()->text) == kNotes.end()) throw NotMaths{};
    const std::size_t start = at_;
    while (!done() && !is(";") && !is("or") && !is("}set") && !starts_next_item(start)) ++at_;
}

bool Parser::starts_next_item(std::size_t start) const {
    if (at_ == start) return false;
    return is("and") || (is(",") && (is("and", 1) || is_kind(TokenKind::number, 1)));
}

Expr Parser::relation() {
    const Deeper deeper(*this);
    Expr first = combination();
    if (relation_at(token()).empty()) return first;
    Expr out = node(Kind::relation, {});
    out.args.push_back(std::move(first));
    while (true) {
        const std::string_view op = relation_at(token());
        if (op.empty()) break;
        ++at_;
        if (at_end_of_list()) break;  // "x =": nothing follows
        out.ops.emplace_back(op);
        out.args.push_back(combination());
    }
    if (out.ops.empty()) return std::move(out.args[0]);
    return out;
}

Expr Parser::combination() {
    Expr left = ratio();
    for (;;) {
        const Token* t = token();
        if (!t || t->kind != TokenKind::punctuation) return left;
        if (t->text != "union" && t->text != "intersection" && t->text != "minus") return left;
        ++at_;
        left = node(Kind::combination, {std::move(left), ratio()}, t->text);
    }
}

Expr Parser::ratio() {
    Expr first = sum();
    if (!is(":") || in_set_) return first;  // {x : x > 0}
    std::vector<Expr> parts;
    parts.push_back(std::move(first));
    while (take(":")) parts.push_back(sum());
    return node(Kind::ratio, std::move(parts));
}

std::optional<Expr> parse(std::string_view text, Commas commas) {
    const std::vector<Token> tokens = tokenize(text, commas);
    if (tokens.empty()) return std::nullopt;
    try {
        return Parser(tokens).whole();
    } catch (const NotMaths&) {
        return std::nullopt;
    }
}

}  // namespace retort::math

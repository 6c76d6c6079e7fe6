// The grammar: a recursive descent over precedences, one method a rule, in the files that are named here. Not public.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "verify/math/expr.h"
#include "verify/math/lexer.h"

namespace retort::math {

// Thrown and caught inside the grammar only: the text is no maths.
struct NotMaths {};

// A number of digits only.
bool is_integer(const Expr& e);

// One flat product: trees stay shallow however long the chain.
Expr times(Expr left, Expr right);

class Parser {
  public:
    explicit Parser(const std::vector<Token>& tokens) : tokens_(tokens) {}

    // The whole text; throws NotMaths.
    Expr whole();

  private:
    bool done() const { return at_ >= tokens_.size(); }
    const Token* token(std::size_t ahead = 0) const {
        return at_ + ahead < tokens_.size() ? &tokens_[at_ + ahead] : nullptr;
    }
    bool is(std::string_view text, std::size_t ahead = 0) const {
        const Token* t = token(ahead);
        return t && t->kind == TokenKind::punctuation && t->text == text;
    }
    bool is_kind(TokenKind kind, std::size_t ahead = 0) const {
        const Token* t = token(ahead);
        return t && t->kind == kind;
    }
    bool is_zero(std::size_t ahead) const { return is_kind(TokenKind::number, ahead) && token(ahead)->text == "0"; }
    bool take(std::string_view text) {
        if (!is(text)) return false;
        ++at_;
        return true;
    }
    void expect(std::string_view text) {
        if (!take(text)) throw NotMaths{};
    }

    static constexpr int kDeepest = 500;  // frames; a bracket takes about eight
    struct Deeper {
        explicit Deeper(Parser& parser) : depth(parser.depth_) {
            if (++depth > kDeepest) throw NotMaths{};
        }
        ~Deeper() { --depth; }
        int& depth;
    };

    // parser.cpp: lists, relations, sets
    bool ends_environment() const;
    bool at_end_of_list() const;
    Expr groups();
    Expr item();
    Expr words();
    void skip_note();
    bool starts_next_item(std::size_t start) const;
    Expr relation();
    Expr combination();
    Expr ratio();

    // arithmetic.cpp: sums, products, powers, units
    Expr sum();
    Expr remainder();
    Expr signed_product();
    Expr product();
    Expr operand(bool many);
    Expr juxtaposed(bool many);
    Expr mixed_part(bool after_whole);
    bool begins_factor(const Expr& left) const;
    Expr factor();
    Expr with_suffixes(Expr base);
    bool starts_note() const;
    Expr with_unit(Expr quantity);
    Expr superscript(Expr base);
    Expr script();

    // atoms.cpp: numbers, names, fractions, roots
    Expr atom();
    Expr number();
    Expr symbol();
    Expr subscripted(Expr out);
    Expr subscript();
    Expr fraction_part();
    Expr binomial();
    Expr root();
    Expr root_argument();

    // functions.cpp: named functions and their arguments
    Expr function();
    std::vector<Expr> arguments();
    std::vector<Expr> bracketed_arguments(std::string_view open, std::string_view close);
    Expr function_operand();
    bool is_function_but_root() const;

    // brackets.cpp: brackets, braces, sets, matrices
    Expr bracketed();
    Expr around(std::string_view close, std::string name);
    Expr absolute();
    Expr round_or_square(char open);
    Expr braces();
    Expr set(std::string_view open, std::string_view close);
    Expr matrix();

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    std::size_t digit_ = 0;  // of a number that \frac takes apart
    int depth_ = 0;
    bool bar_closes_ = false;
    bool in_set_ = false;
};

}  // namespace retort::math

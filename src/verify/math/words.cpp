#include "verify/math/words.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace retort::math {
namespace {

using Table = std::unordered_map<std::string_view, Meaning>;

void add_all(Table& table, Meaning::Kind kind, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) table[name] = {kind, name};
}

void add_all(Table& table, Meaning meaning, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) table[name] = meaning;
}

void add_functions(Table& table) {
    add_all(table, Meaning::function,
            {"sin",    "cos",    "tan",    "cot",    "sec",    "csc", "sinh",  "cosh",   "tanh",   "coth",   "exp",
             "ln",     "log",    "sqrt",   "gcd",    "lcm",    "max", "min",   "arcsin", "arccos", "arctan", "arccot",
             "arcsec", "arccsc", "arsinh", "arcosh", "artanh", "abs", "floor", "ceil",   "binom",  "frac",   "cbrt"});
    add_all(table, {Meaning::function, "log10"}, {"lg"});
    add_all(table, {Meaning::function, "arcsin"}, {"asin"});
    add_all(table, {Meaning::function, "arccos"}, {"acos"});
    add_all(table, {Meaning::function, "arctan"}, {"atan", "arctg"});
    add_all(table, {Meaning::function, "tan"}, {"tg"});
    add_all(table, {Meaning::function, "cot"}, {"ctg", "cotg"});
    add_all(table, {Meaning::function, "csc"}, {"cosec"});
    add_all(table, {Meaning::function, "arsinh"}, {"arcsinh", "asinh"});
    add_all(table, {Meaning::function, "arcosh"}, {"arccosh", "acosh"});
    add_all(table, {Meaning::function, "artanh"}, {"arctanh", "atanh"});
    add_all(table, {Meaning::function, "binom"}, {"dbinom", "tbinom", "binomial"});
    add_all(table, {Meaning::function, "ceil"}, {"ceiling"});
}

void add_greek(Table& table) {
    add_all(table, Meaning::symbol,
            {"alpha",   "beta",  "gamma",  "delta",   "epsilon", "varepsilon", "zeta",  "eta",    "theta", "vartheta",
             "iota",    "kappa", "lambda", "mu",      "nu",      "xi",         "rho",   "varrho", "sigma", "tau",
             "upsilon", "phi",   "varphi", "chi",     "psi",     "omega",      "Gamma", "Delta",  "Theta", "Lambda",
             "Xi",      "Pi",    "Sigma",  "Upsilon", "Phi",     "Psi",        "Omega", "ell",    "hbar",  "emptyset"});
    add_all(table, {Meaning::symbol, "pi"}, {"pi"});
    add_all(table, {Meaning::symbol, "emptyset"}, {"varnothing"});
    add_all(table, {Meaning::symbol, "e"}, {"exponentialE"});
    add_all(table, {Meaning::symbol, "i"}, {"imath", "imaginaryI", "imaginaryJ"});
    add_all(table, {Meaning::symbol, "inf"}, {"infty", "infin", "infinity"});
}

void add_operators(Table& table) {
    add_all(table, {Meaning::punctuation, "*"}, {"cdot", "times", "ast", "star"});
    add_all(table, {Meaning::punctuation, "/"}, {"div", "slash"});
    add_all(table, {Meaning::punctuation, "pm"}, {"pm"});
    add_all(table, {Meaning::punctuation, "mp"}, {"mp"});
    add_all(table, {Meaning::punctuation, "mod"}, {"mod", "bmod"});
    add_all(table, {Meaning::punctuation, "choose"}, {"choose"});
    add_all(table, {Meaning::punctuation, "over"}, {"over"});
    add_all(table, {Meaning::punctuation, "<"}, {"lt"});
    add_all(table, {Meaning::punctuation, ">"}, {"gt"});
    add_all(table, {Meaning::punctuation, "<="}, {"le", "leq", "leqslant", "leqq"});
    add_all(table, {Meaning::punctuation, ">="}, {"ge", "geq", "geqslant", "geqq"});
    add_all(table, {Meaning::punctuation, "!="}, {"ne", "neq"});
    add_all(table, {Meaning::punctuation, "~"}, {"approx", "simeq", "thickapprox", "approxeq"});
    add_all(table, {Meaning::punctuation, "in"}, {"in"});
    add_all(table, {Meaning::punctuation, "union"}, {"cup", "bigcup", "sqcup", "cupdot", "uplus"});
    add_all(table, {Meaning::punctuation, "intersection"}, {"cap", "bigcap"});
    add_all(table, {Meaning::punctuation, "minus"}, {"setminus", "backslash", "smallsetminus"});
    add_all(table, {Meaning::punctuation, "or"}, {"lor", "vee"});
    add_all(table, {Meaning::punctuation, "and"}, {"land", "wedge"});
    add_all(table, {Meaning::punctuation, "..."}, {"ldots", "dots", "cdots", "dotsc", "dotsb", "vdots", "ddots"});
    add_all(table, {Meaning::punctuation, "degree"}, {"circ", "degree"});
    add_all(table, {Meaning::punctuation, "'"}, {"prime"});
    add_all(table, {Meaning::punctuation, ":"}, {"colon"});
}

void add_brackets(Table& table) {
    add_all(table, {Meaning::punctuation, "|"}, {"vert", "lvert", "rvert", "mid", "Vert", "lVert", "rVert"});
    add_all(table, {Meaning::punctuation, "set{"}, {"lbrace"});
    add_all(table, {Meaning::punctuation, "}set"}, {"rbrace"});
    add_all(table, {Meaning::punctuation, "["}, {"lbrack"});
    add_all(table, {Meaning::punctuation, "]"}, {"rbrack"});
    add_all(table, {Meaning::punctuation, "("}, {"lgroup", "langle", "lparen"});
    add_all(table, {Meaning::punctuation, ")"}, {"rgroup", "rangle", "rparen"});
    add_all(table, {Meaning::punctuation, "lfloor"}, {"lfloor", "llcorner"});
    add_all(table, {Meaning::punctuation, "rfloor"}, {"rfloor", "lrcorner"});
    add_all(table, {Meaning::punctuation, "lceil"}, {"lceil", "ulcorner"});
    add_all(table, {Meaning::punctuation, "rceil"}, {"rceil", "urcorner"});
}

void add_layout(Table& table) {
    add_all(table, Meaning::skip,
            {"left",      "right",       "mleft",    "mright", "big",          "Big",       "bigg",
             "Bigg",      "bigl",        "bigr",     "Bigl",   "Bigr",         "biggl",     "biggr",
             "Biggl",     "Biggr",       "quad",     "qquad",  "displaystyle", "textstyle", "limits",
             "nolimits",  "boxed",       "fbox",     "hspace", "vspace",       "phantom",   "angle",
             "triangle",  "scriptstyle", "middle",   "square", "mathopen",     "mathclose", "space",
             "thinspace", "hfill",       "noindent", "par",    "rm",           "bf",        "it"});
    add_all(table, Meaning::wrapper,
            {"mathbf", "mathit", "mathsf", "mathcal", "boldsymbol", "bm", "overline", "bar", "hat", "widehat", "vec",
             "overrightarrow", "tilde", "mathfrak", "mathscr", "ensuremath", "underline", "mathbb", "variable"});
    add_all(table, Meaning::text_wrapper,
            {"text", "textbf", "textit", "textrm", "textnormal", "mbox", "hbox", "mathrm", "operatorname", "texttt",
             "textsf", "textsc", "emph", "mathop", "textstyle", "unit", "si"});
}

Table make_commands() {
    Table table;
    add_functions(table);
    add_greek(table);
    add_operators(table);
    add_brackets(table);
    add_layout(table);
    add_all(table, {Meaning::function, "frac"}, {"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"});
    add_all(table, {Meaning::punctuation, "pmod"}, {"pmod"});
    return table;
}

Table make_words() {
    Table table;
    add_functions(table);
    add_greek(table);
    for (const std::string_view command : {"frac", "Pi", "chi", "xi", "nu", "mu", "eta", "psi"}) table.erase(command);
    add_all(table, {Meaning::symbol, "inf"}, {"inf", "oo"});
    add_all(table, {Meaning::punctuation, "and"}, {"and"});
    add_all(table, {Meaning::punctuation, "or"}, {"or"});
    add_all(table, {Meaning::punctuation, "in"}, {"in"});
    add_all(table, {Meaning::punctuation, "mod"}, {"mod"});
    add_all(table, {Meaning::punctuation, "degree"}, {"degree", "degrees", "deg"});
    add_all(table, {Meaning::punctuation, "%"}, {"percent"});
    add_all(table, {Meaning::punctuation, "union"}, {"union", "U"});
    return table;
}

// A byte sequence that is no character counts as one unknown character.
char32_t decode(std::string_view text, std::size_t& at) {
    const auto first = static_cast<unsigned char>(text[at++]);
    const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    char32_t out = more == 3 ? first & 7U : more == 2 ? first & 15U : first & 31U;
    for (int i = 0; i < more; ++i) {
        if (at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U) return U'\uFFFD';
        out = (out << 6U) | (static_cast<unsigned char>(text[at++]) & 63U);
    }
    return more == 0 ? U'\uFFFD' : out;
}

}  // namespace

Meaning command_meaning(std::string_view name) {
    static const Table table = make_commands();
    const auto found = table.find(name);
    return found == table.end() ? Meaning{Meaning::unknown, name} : found->second;
}

std::optional<Meaning> word_meaning(std::string_view lower) {
    static const Table table = make_words();
    const auto found = table.find(lower);
    if (found == table.end()) return std::nullopt;
    return found->second;
}

bool is_common_word(std::string_view lower) {
    static const std::unordered_set<std::string_view> words = {
        "is",  "it",  "if",  "of",  "to",  "so",  "as",  "at",  "by",  "an",  "on",  "be",  "no",  "not",
        "are", "was", "the", "for", "we",  "he",  "she", "you", "her", "his", "its", "our", "per", "can",
        "has", "had", "how", "who", "why", "all", "any", "but", "yes", "now", "one", "two", "six", "ten",
        "use", "get", "let", "set", "see", "say", "out", "est", "les", "des", "une", "que", "qui", "pas",
        "non", "der", "die", "das", "und", "ist", "el",  "la",  "le",  "de",  "un",  "am",  "do",  "did",
        "odd", "day", "box", "cat", "dog", "car", "old", "new", "way", "sum", "men", "boy", "man"};
    return words.contains(lower);
}

std::string_view ascii_for(char32_t character) {
    static const std::unordered_map<char32_t, std::string_view> table = {
        {U'−', "-"},           {U'–', "-"},           {U'‐', "-"},           {U'×', "\\times "},  {U'·', "\\cdot "},
        {U'⋅', "\\cdot "},     {U'∙', "\\cdot "},     {U'÷', "\\div "},      {U'π', "\\pi "},     {U'√', "\\sqrt "},
        {U'∞', "\\infty "},    {U'≤', "\\le "},       {U'≥', "\\ge "},       {U'⩽', "\\le "},     {U'⩾', "\\ge "},
        {U'≠', "\\ne "},       {U'≈', "\\approx "},   {U'∪', "\\cup "},      {U'∩', "\\cap "},    {U'∖', "\\setminus "},
        {U'∈', "\\in "},       {U'±', "\\pm "},       {U'∓', "\\mp "},       {U'°', "\\degree "}, {U'²', "^2"},
        {U'³', "^3"},          {U'⁴', "^4"},          {U'½', "\\frac12 "},   {U'¼', "\\frac14 "}, {U'¾', "\\frac34 "},
        {U'∅', "\\emptyset "}, {U'′', "'"},           {U'…', "\\ldots "},    {U'，', ","},        {U'、', ","},
        {U'；', ";"},          {U'：', ":"},          {U'（', "("},          {U'）', ")"},        {U'％', "\\%"},
        {U'＝', "="},          {U'＋', "+"},          {U'－', "-"},          {U'＜', "<"},        {U'＞', ">"},
        {U'【', "["},          {U'】', "]"},          {U'｛', "\\{"},        {U'｝', "\\}"},      {U'∣', "|"},
        {U'α', "\\alpha "},    {U'β', "\\beta "},     {U'γ', "\\gamma "},    {U'δ', "\\delta "},  {U'ε', "\\epsilon "},
        {U'θ', "\\theta "},    {U'λ', "\\lambda "},   {U'μ', "\\mu "},       {U'ρ', "\\rho "},    {U'σ', "\\sigma "},
        {U'φ', "\\phi "},      {U'ω', "\\omega "},    {U'Δ', "\\Delta "},    {U'Ω', "\\Omega "},  {U'ℝ', "\\mathbb{R}"},
        {U'ℤ', "\\mathbb{Z}"}, {U'ℕ', "\\mathbb{N}"}, {U'ℚ', "\\mathbb{Q}"}, {U'①', "1,"},        {U'②', "2,"},
        {U'③', "3,"},          {U'④', "4,"},          {U'⑤', "5,"},          {U'⑥', "6,"},        {U'⑦', "7,"},
        {U'⑧', "8,"},          {U'⑨', "9,"},          {U'\u00a0', " "},      {U'\u2009', " "},    {U'\u202f', " "},
        {U'\u3000', " "},      {U'₀', "_0"},          {U'₁', "_1"},          {U'₂', "_2"},        {U'₃', "_3"}};
    const auto found = table.find(character);
    return found == table.end() ? std::string_view() : found->second;
}

std::optional<UnitMeaning> unit_meaning(std::string_view lower) {
    static const std::unordered_map<std::string_view, UnitMeaning> table = [] {
        std::unordered_map<std::string_view, UnitMeaning> units;
        const auto all = [&](std::string_view dimension, std::string_view factor,
                             std::initializer_list<std::string_view> names) {
            for (const auto unit : names) units[unit] = {dimension, factor};
        };
        all("length", "0.001", {"mm", "millimeter", "millimeters", "millimetres"});
        all("length", "0.01", {"cm", "centimeter", "centimeters", "centimetres"});
        all("length", "0.1", {"dm"});
        all("length", "1", {"m", "meter", "meters", "metre", "metres"});
        all("length", "1000", {"km", "kilometer", "kilometers", "kilometres"});
        all("length", "0.0254", {"inch", "inches"});
        all("length", "0.3048", {"ft", "foot", "feet"});
        all("length", "0.9144", {"yd", "yard", "yards"});
        all("length", "1609.344", {"mile", "miles", "mi"});
        all("mass", "0.001", {"mg"});
        all("mass", "1", {"g", "gram", "grams"});
        all("mass", "1000", {"kg", "kilogram", "kilograms"});
        all("time", "1", {"s", "sec", "second", "seconds"});
        all("time", "60", {"minute", "minutes", "mins"});
        all("time", "3600", {"h", "hr", "hrs", "hour", "hours"});
        all("time", "86400", {"day", "days"});
        all("time", "604800", {"week", "weeks"});
        all("volume", "0.001", {"ml", "milliliter", "milliliters"});
        all("volume", "1", {"l", "liter", "liters", "litre", "litres"});
        all("angle", "1", {"rad", "radian", "radians"});
        all("money", "0.01", {"cent", "cents"});
        all("money", "1", {"dollar", "dollars", "usd"});
        return units;
    }();
    const auto found = table.find(lower);
    if (found == table.end()) return std::nullopt;
    return found->second;
}

std::string to_ascii(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) < 0x80) {
            out += text[at++];
            continue;
        }
        const std::size_t start = at;
        const std::string_view ascii = ascii_for(decode(text, at));
        if (ascii.empty())
            out.append(text.substr(start, at - start));
        else
            out += ascii;
    }
    return out;
}

}  // namespace retort::math

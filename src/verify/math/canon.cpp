#include "verify/math/canon.h"

#include <algorithm>

namespace retort::math {
namespace {

std::string plain_number(std::string text) {
    if (text.find('e') != std::string::npos) return text;
    if (text.find('.') != std::string::npos) {
        while (text.back() == '0') text.pop_back();
        if (text.back() == '.') text.pop_back();
    }
    const std::size_t zeros = std::min(text.find_first_not_of('0'), text.size());
    text.erase(0, zeros);
    return text.empty() ? "0" : text.starts_with('.') ? "0" + text : text;
}

void flatten(const Expr& e, Kind kind, std::vector<std::string>& out) {
    for (const Expr& arg : e.args) {
        if (arg.kind == kind)
            flatten(arg, kind, out);
        else
            out.push_back(canonical(arg));
    }
}

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts) out += part + ",";
    return out;
}

std::string sorted(const Expr& e) {
    std::vector<std::string> parts;
    flatten(e, e.kind, parts);
    std::sort(parts.begin(), parts.end());
    if (e.kind == Kind::set) parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    return joined(parts);
}

}  // namespace

std::string canonical(const Expr& e) {
    switch (e.kind) {
        case Kind::number:
            return plain_number(e.text);
        case Kind::symbol:
        case Kind::constant:
        case Kind::ellipsis:
            return e.text;
        case Kind::words:
            return "\"" + e.text + "\"";
        case Kind::add:
            return "+(" + sorted(e) + ")";
        case Kind::multiply:
            return "*(" + sorted(e) + ")";
        case Kind::list:
            return "[" + sorted(e) + "]";
        case Kind::set:
            return "{" + sorted(e) + "}";
        default:
            break;
    }
    std::vector<std::string> parts;
    parts.reserve(e.args.size());
    for (const Expr& arg : e.args) parts.push_back(canonical(arg));
    if (e.kind == Kind::combination && e.text != "minus") std::sort(parts.begin(), parts.end());
    std::string out = std::to_string(static_cast<int>(e.kind)) + e.text;
    for (const std::string& op : e.ops) out += op + " ";
    if (e.open != 0) out += e.open;
    if (e.close != 0) out += e.close;
    return out + "(" + joined(parts) + ")";
}

bool same_structure(const Expr& a, const Expr& b, Fuel& fuel) {
    if (fuel.empty()) return false;
    const std::string x = canonical(a), y = canonical(b);
    fuel.spend(static_cast<std::int64_t>(x.size() + y.size()) / 3);
    return x == y;
}

}  // namespace retort::math

#include "gateway/http/message.h"

#include <curl/curl.h>
#include <algorithm>

#include "base/text.h"

namespace retort::gateway {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool lists(std::string_view list, std::string_view name) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (same_name(trim(list.substr(0, comma)), name)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
    return false;
}

std::string_view find_header(const Headers& headers, std::string_view name) {
    const auto found =
        std::find_if(headers.begin(), headers.end(), [&](const Header& one) { return same_name(one.name, name); });
    return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

bool leaves_its_root(std::string_view path) {
    std::string plain = unescaped(path);
    std::replace(plain.begin(), plain.end(), '\\', '/');
    plain += '/';
    for (const char* part : {"/./", "/../", "//"})
        if (const std::size_t at = plain.find(part); at != std::string::npos && at + 2 < plain.size()) return true;
    return false;
}

std::string unescaped(std::string_view text) {
    if (text.empty()) return "";  // a length of 0 means "up to its zero" there
    int length = 0;
    char* plain = curl_easy_unescape(nullptr, text.data(), static_cast<int>(text.size()), &length);
    if (plain == nullptr) return std::string(text);
    std::string out(plain, static_cast<std::size_t>(length));
    curl_free(plain);
    return out;
}

std::string RequestHead::query(std::string_view name) const {
    const std::size_t mark = target.find('?');
    std::string_view left = mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
    while (!left.empty()) {
        const std::string_view pair = left.substr(0, left.find('&'));
        left.remove_prefix(std::min(left.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        if (pair.substr(0, equals) != name || equals == std::string_view::npos) continue;
        std::string value(pair.substr(equals + 1));
        std::replace(value.begin(), value.end(), '+', ' ');
        return unescaped(value);
    }
    return "";
}

std::string_view RequestHead::path() const {
    return std::string_view(target).substr(0, target.find('?'));
}

}  // namespace retort::gateway

// Heads of HTTP messages as plain values, so that the HTTP library stays in this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace retort::gateway {

struct Header {
    std::string name;
    std::string value;
};
using Headers = std::vector<Header>;

bool same_name(std::string_view a, std::string_view b);  // by any case

// Whether `name` is one of the names in a list with commas between, as in "Connection: close, X-Hop".
bool lists(std::string_view list, std::string_view name);

// The first of this name, by any case; empty where there is none.
std::string_view find_header(const Headers& headers, std::string_view name);

// A part of a path without its %-escapes.
std::string unescaped(std::string_view text);

// Whether a server that resolves the path could find another one: it has a segment . or .., or an empty one inside,
// escaped or not.
bool leaves_its_root(std::string_view path);

struct RequestHead {
    std::string method;  // "GET"
    std::string target;  // "/v1/models?limit=2", as it came
    Headers headers;

    std::string_view path() const;                   // the target up to its query
    std::string query(std::string_view name) const;  // a value of the query, decoded; empty: none
    std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

struct ReplyHead {
    int status = 200;
    Headers headers;  // without those of the framing: Content-Length, Transfer-Encoding, Connection
};

}  // namespace retort::gateway

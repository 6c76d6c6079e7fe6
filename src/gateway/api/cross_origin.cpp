#include "gateway/api/cross_origin.h"

#include <algorithm>

namespace retort::gateway {
namespace {

constexpr const char* kAny = "*";
constexpr const char* kTold = "X-Request-Id, Retry-After";  // to the page's own code

}  // namespace

bool is_preflight(const RequestHead& head) {
    return head.method == "OPTIONS" && !head.header("Access-Control-Request-Method").empty();
}

Headers cross_origin_headers(const RequestHead& head, const std::vector<std::string>& origins) {
    const std::string_view origin = head.header("Origin");
    if (origin.empty()) return {};
    const auto among = [&](std::string_view one) {
        return std::find(origins.begin(), origins.end(), one) != origins.end();
    };
    const bool any = among(kAny);
    if (!any && !among(origin)) return {};
    Headers out{{"Access-Control-Allow-Origin", any ? kAny : std::string(origin)},
                {"Access-Control-Expose-Headers", kTold}};
    if (!any) out.push_back({"Vary", "Origin"});
    if (!is_preflight(head)) return out;
    out.push_back({"Access-Control-Allow-Methods", "GET, POST, DELETE"});
    if (const std::string_view wanted = head.header("Access-Control-Request-Headers"); !wanted.empty())
        out.push_back({"Access-Control-Allow-Headers", std::string(wanted)});
    out.push_back({"Access-Control-Max-Age", "600"});
    return out;
}

}  // namespace retort::gateway

#include "gateway/api/usage_scan.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace retort::gateway {
namespace {

constexpr std::size_t kMostUsage = 4096;  // bytes; a longer one is none
constexpr std::size_t kMostName = 16;     // more than the names that are looked for have
constexpr double kMostTokens = 1e9;       // that one answer is believed to have taken

bool ends_or_escapes(char c) {
    return c == '"' || c == '\\';
}

// The most of what stands under these names. What is no number, or none that can be, says nothing.
std::optional<std::int64_t> said(const nlohmann::json& usage, std::initializer_list<const char*> names) {
    std::optional<std::int64_t> out;
    for (const char* name : names) {
        const auto found = usage.find(name);
        if (found == usage.end() || !found->is_number()) continue;
        const double value = found->get<double>();
        if (value >= 0 && value <= kMostTokens) out = std::max(out.value_or(0), static_cast<std::int64_t>(value));
    }
    return out;
}

}  // namespace

void UsageScan::read(std::string_view json) {
    while (!json.empty()) {
        std::size_t taken = 1;
        if (in_string_)
            taken = read_string(json);
        else
            read_mark(json.front());
        json.remove_prefix(taken);
    }
}

// Up to its end, or to what its next backslash escapes.
std::size_t UsageScan::read_string(std::string_view json) {
    if (escaped_) {
        escaped_ = false;
        keep(json.substr(0, 1));
        return 1;
    }
    const auto* const end = std::find_if(json.begin(), json.end(), ends_or_escapes);
    const auto length = static_cast<std::size_t>(end - json.begin());
    if (name_.size() <= kMostName) name_ += json.substr(0, std::min(length, kMostName + 1 - name_.size()));
    if (end == json.end()) {
        keep(json);
        return length;
    }
    keep(json.substr(0, length + 1));
    escaped_ = *end == '\\';
    in_string_ = escaped_;
    return length + 1;
}

void UsageScan::read_mark(char mark) {
    keep({&mark, 1});
    switch (mark) {
        case '"':
            in_string_ = true;
            name_.clear();
            break;
        case ':':
            name_ended();
            break;
        case ',':
            key_.clear();
            break;
        case '{':
        case '[':
            opened(mark == '{');
            break;
        case '}':
        case ']':
            closed();
            break;
        default:
            break;
    }
}

void UsageScan::name_ended() {
    if (depth_ > 2) return;
    key_ = name_;
    if (depth_ == 1 && (key_ == "choices" || key_ == "delta")) has_content_ = true;
}

void UsageScan::opened(bool object) {
    const bool is_near = depth_ == 1 || (depth_ == 2 && inside_);
    if (usage_from_ == 0 && object && is_near && key_ == "usage") {
        usage_from_ = depth_ + 1;
        usage_ = "{";
    }
    if (depth_ == 1) inside_ = object && (key_ == "response" || key_ == "message");
    ++depth_;
    key_.clear();
}

void UsageScan::closed() {
    if (depth_ == 0) return;
    if (depth_ == usage_from_) take_usage();
    --depth_;
}

void UsageScan::keep(std::string_view text) {
    if (usage_from_ != 0 && usage_.size() <= kMostUsage) usage_ += text.substr(0, kMostUsage + 1 - usage_.size());
}

void UsageScan::take_usage() {
    usage_from_ = 0;
    if (usage_.size() > kMostUsage) return;
    const auto usage = nlohmann::json::parse(usage_, nullptr, false);
    if (!usage.is_object()) return;
    const auto in = said(usage, {"prompt_tokens", "input_tokens"});
    const auto out = said(usage, {"completion_tokens", "output_tokens"});
    const auto total = said(usage, {"total_tokens"});
    said_ = said_ || in || out || total;
    in_ = std::max(in_, in.value_or(0));
    out_ = std::max(out_, out.value_or(0));
    total_ = std::max(total_, total.value_or(0));
}

void UsageScan::end_document() {
    contents_ = contents();
    depth_ = 0;
    usage_from_ = 0;
    in_string_ = escaped_ = inside_ = has_content_ = false;
    name_.clear();
    key_.clear();
}

std::optional<std::int64_t> UsageScan::tokens() const {
    return said_ ? std::optional(std::max(total_, in_ + out_)) : std::nullopt;
}

std::int64_t UsageScan::contents() const {
    return contents_ + (has_content_ ? 1 : 0);
}

}  // namespace retort::gateway

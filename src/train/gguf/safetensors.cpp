#include "train/gguf/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tuple>

#include "train/gguf/in_quotes.h"

namespace retort::train {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMostHeader = std::size_t{1} << 20;  // an adapter of 100 layers takes a fifth; parsed, it grows
constexpr std::size_t kMostDimensions = 8;
constexpr std::string_view kNotes = "__metadata__";  // texts that say nothing of the values

Error damaged(const std::string& what) {
    return {ErrorKind::model, "safetensors: " + what};
}

float from_half(std::uint16_t bits) {
    const int exponent = bits >> 10 & 31;
    const int fraction = bits & 1023;
    float size = std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    if (exponent == 0) size = std::ldexp(static_cast<float>(fraction), -24);
    if (exponent == 31)
        size = fraction == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
    return (bits & 0x8000) != 0 ? -size : size;
}

float from_bfloat(std::uint16_t bits) {
    return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

float from_bits(std::uint32_t bits) {
    return std::bit_cast<float>(bits);
}

// The format is little-endian, as are the machines that this is built for.
template <class Bits, float (*convert)(Bits)>
void read_as(std::string_view bytes, std::vector<float>& out) {
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(Bits)) {
        Bits bits{};
        std::memcpy(&bits, bytes.data() + at, sizeof bits);
        out.push_back(convert(bits));
    }
}

struct Kind {
    std::string_view name;
    std::size_t size;  // bytes of a value
    void (*read)(std::string_view bytes, std::vector<float>& out);
};
constexpr std::array<Kind, 3> kKinds{{{"F32", 4, read_as<std::uint32_t, from_bits>},
                                      {"F16", 2, read_as<std::uint16_t, from_half>},
                                      {"BF16", 2, read_as<std::uint16_t, from_bfloat>}}};

struct Entry {
    NamedTensor tensor;  // its values are still to be read
    const Kind* kind = nullptr;
    std::size_t begin = 0;  // bytes, from the end of the header
    std::size_t end = 0;
};

// A whole number that is not above `most`, or nothing.
std::optional<std::size_t> whole(const Json& json, std::size_t most) {
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > most) return std::nullopt;
    return json.get<std::size_t>();
}

const Json* member(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found == json.end() ? nullptr : &*found;
}

// How many values there are; nothing where they are more than there are bytes.
std::optional<std::size_t> read_dimensions(const Json& sizes, std::size_t bytes, std::vector<std::int64_t>& out) {
    std::size_t count = 1;
    for (const Json& one : sizes) {
        const auto size = whole(one, bytes);
        if (!size || (*size != 0 && count > bytes / *size)) return std::nullopt;
        count *= *size;
        out.push_back(static_cast<std::int64_t>(*size));
    }
    return count;
}

const Kind* kind_in(const Json& json) {
    const Json* type = member(json, "dtype");
    const auto* name = type == nullptr ? nullptr : type->get_ptr<const std::string*>();
    if (name == nullptr) return nullptr;
    const auto known = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& one) { return one.name == *name; });
    return known == kKinds.end() ? nullptr : &*known;
}

bool read_offsets(const Json& json, std::size_t bytes, Entry& out) {
    const Json* offsets = member(json, "data_offsets");
    if (offsets == nullptr || !offsets->is_array() || offsets->size() != 2) return false;
    const auto begin = whole((*offsets)[0], bytes);
    const auto end = whole((*offsets)[1], bytes);
    if (!begin || !end || *begin > *end) return false;
    out.begin = *begin;
    out.end = *end;
    return true;
}

Outcome<Entry> read_entry(const std::string& name, const Json& json, std::size_t bytes) {
    const auto wrong = [&](const std::string& what) { return damaged(fmt::format("{}: {}", in_quotes(name), what)); };
    if (!json.is_object()) return wrong("expected a JSON object");
    Entry out;
    out.tensor.name = name;
    out.kind = kind_in(json);
    if (out.kind == nullptr) return wrong("expected the dtype F32, F16 or BF16");
    if (!read_offsets(json, bytes, out))
        return wrong(fmt::format("expected data_offsets, a pair within the {} bytes of values", bytes));
    const Json* sizes = member(json, "shape");
    if (sizes == nullptr || !sizes->is_array() || sizes->size() > kMostDimensions)
        return wrong(fmt::format("expected a shape of at most {} dimensions", kMostDimensions));
    const auto count = read_dimensions(*sizes, bytes, out.tensor.shape);
    if (!count) return wrong("its shape is not of whole numbers, or larger than the file");
    if (*count * out.kind->size != out.end - out.begin)
        return wrong(
            fmt::format("its shape takes {} bytes, its data_offsets {}", *count * out.kind->size, out.end - out.begin));
    return out;
}

Outcome<std::size_t> header_size(std::string_view bytes) {
    if (bytes.size() < kLengthBytes) return damaged("cut short before its header");
    std::uint64_t size = 0;
    std::memcpy(&size, bytes.data(), kLengthBytes);
    if (size > kMostHeader)
        return damaged(fmt::format("expected a header of at most {} bytes, found {}", kMostHeader, size));
    if (size > bytes.size() - kLengthBytes) return damaged("cut short within its header");
    return static_cast<std::size_t>(size);
}

// By the places of their values; `bytes`: of all values.
Outcome<std::vector<Entry>> read_entries(std::string_view text, std::size_t bytes) {
    const Json header = Json::parse(text, nullptr, false);
    if (!header.is_object()) return damaged("its header is not a JSON object");
    std::vector<Entry> out;
    for (const auto& [name, json] : header.items()) {
        if (name == kNotes) continue;
        Outcome<Entry> entry = read_entry(name, json, bytes);
        if (!entry) return entry.error();
        out.push_back(std::move(*entry));
    }
    std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) {
        return std::tie(a.begin, a.end, a.tensor.name) < std::tie(b.begin, b.end, b.tensor.name);
    });
    return out;
}

// A name that stands twice in the header leaves its first values without one: a gap.
Outcome<void> check_whole(const std::vector<Entry>& entries, std::size_t bytes) {
    std::size_t at = 0;
    for (const Entry& entry : entries) {
        if (entry.begin != at)
            return damaged(fmt::format("{} begins at byte {}, where {} was expected: a gap or an overlap",
                                       in_quotes(entry.tensor.name), entry.begin, at));
        at = entry.end;
    }
    if (at != bytes) return damaged(fmt::format("expected {} bytes of values, found {}", at, bytes));
    return {};
}

}  // namespace

Outcome<std::vector<NamedTensor>> read_safetensors(std::string_view bytes) {
    const Outcome<std::size_t> header = header_size(bytes);
    if (!header) return header.error();
    const std::string_view values = bytes.substr(kLengthBytes + *header);
    Outcome<std::vector<Entry>> entries = read_entries(bytes.substr(kLengthBytes, *header), values.size());
    if (!entries) return entries.error();
    if (auto checked = check_whole(*entries, values.size()); !checked) return checked.error();
    std::vector<NamedTensor> out;
    for (Entry& entry : *entries) {
        entry.tensor.values.reserve((entry.end - entry.begin) / entry.kind->size);
        entry.kind->read(values.substr(entry.begin, entry.end - entry.begin), entry.tensor.values);
        out.push_back(std::move(entry.tensor));
    }
    return out;
}

}  // namespace retort::train

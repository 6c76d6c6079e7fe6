#include "train/tinker/data.h"

#include <fmt/format.h>

#include <algorithm>

namespace retort::train::tinker {
namespace {

constexpr std::size_t kMostData = 1024;  // of a request, as the protocol's own client cuts

// As JSON: the token and its target, with their commas, its weight, and two floats.
constexpr std::size_t kPositionBytes = 2 * 7 + 2 + 2 * 16;
constexpr std::size_t kDatumBytes = 512;  // the names of the fields
constexpr std::size_t kHeadBytes = 1024;  // of a request beside its data

Datum datum_of(const Pack& pack, std::size_t begin, std::size_t length) {
    const auto at = [begin](const auto& values, std::size_t offset) {
        return values.begin() + static_cast<std::ptrdiff_t>(begin + offset);
    };
    Datum out;
    out.tokens.assign(at(pack.tokens, 0), at(pack.tokens, length - 1));
    out.targets.assign(at(pack.tokens, 1), at(pack.tokens, length));
    out.mask.assign(at(pack.wanted, 1), at(pack.wanted, length));
    return out;
}

std::size_t bytes_of(const Datum& datum) {
    return kDatumBytes + kPositionBytes * datum.tokens.size();
}

// What the server multiplies a datum's losses by.
double scale_of(const Datum& datum, std::size_t data, Reduction reduction) {
    if (reduction == Reduction::sum) return 1;
    return 1 / (static_cast<double>(wanted_in(datum)) * static_cast<double>(data));
}

}  // namespace

std::vector<Datum> data_of(const Pack& pack) {
    std::vector<Datum> out;
    std::size_t begin = 0;
    for (const std::int32_t length : pack.lengths) {
        const auto size = static_cast<std::size_t>(length);
        if (size > 1) {
            Datum datum = datum_of(pack, begin, size);
            if (wanted_in(datum) > 0) out.push_back(std::move(datum));
        }
        begin += size;
    }
    return out;
}

std::int64_t wanted_in(const Datum& datum) {
    return static_cast<std::int64_t>(datum.mask.size()) - std::count(datum.mask.begin(), datum.mask.end(), 0);
}

std::vector<std::vector<Datum>> in_parts(std::vector<Datum> data, std::int64_t most_tokens, std::size_t most_bytes) {
    std::vector<std::vector<Datum>> out;
    std::int64_t tokens = 0;
    std::size_t bytes = 0;
    for (Datum& datum : data) {
        const auto size = static_cast<std::int64_t>(datum.tokens.size());
        const std::size_t written = bytes_of(datum);
        if (out.empty() || tokens + size > most_tokens || bytes + written > most_bytes ||
            out.back().size() == kMostData) {
            out.emplace_back();
            tokens = 0;
            bytes = kHeadBytes;
        }
        tokens += size;
        bytes += written;
        out.back().push_back(std::move(datum));
    }
    return out;
}

std::optional<std::string> take_scores(const std::vector<Datum>& part, const Reply& reply, std::vector<float>& scores) {
    if (reply.logprobs.size() != part.size())
        return fmt::format("expected an answer for each of {} data, found {}", part.size(), reply.logprobs.size());
    for (std::size_t i = 0; i < part.size(); ++i) {
        const std::vector<float>& found = reply.logprobs[i];
        if (const auto fault = fault_of_logprobs(found, part[i].tokens.size()))
            return fmt::format("datum {}: {}", i, *fault);
        for (std::size_t j = 0; j < found.size(); ++j)
            if (part[i].mask[j] != 0) scores.push_back(found[j]);
    }
    return std::nullopt;
}

void set_coefficients(std::vector<Datum>& data, const std::vector<float>& logprobs,
                      const std::vector<float>& coefficients, Reduction reduction) {
    std::size_t next = 0;
    for (Datum& datum : data) {
        const double scale = scale_of(datum, data.size(), reduction);
        datum.logprobs.assign(datum.mask.size(), 0);
        datum.advantages.assign(datum.mask.size(), 0);
        for (std::size_t j = 0; j < datum.mask.size(); ++j) {
            if (datum.mask[j] == 0) continue;
            datum.logprobs[j] = logprobs[next];
            datum.advantages[j] = static_cast<float>(static_cast<double>(coefficients[next]) / scale);
            ++next;
        }
    }
}

}  // namespace retort::train::tinker

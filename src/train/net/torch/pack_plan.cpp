#include "train/net/torch/pack_plan.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace retort::train {
namespace {

// What one group may be. On a CPU its attention scores stay within the cache, and little of it is padding; elsewhere
// few large groups are better than many small ones.
struct GroupLimits {
    std::int64_t scores;
    double padding;  // rows with padding for each row without
};
GroupLimits limits_of(at::Device device) {
    return device.is_cpu() ? GroupLimits{1 << 20, 1.15} : GroupLimits{1 << 25, 1.6};
}

at::Tensor to_device(const std::vector<std::int64_t>& values, at::Device device) {
    return at::tensor(values, at::kLong).to(device);
}

at::Tensor causal_mask(std::int64_t length, at::Device device) {
    return at::full({length, length}, -std::numeric_limits<float>::infinity()).triu(1).to(device);
}

struct Sequence {
    std::int64_t begin = 0;
    std::int64_t length = 0;
};

PackPlan::Group make_group(const std::vector<Sequence>& sequences, std::vector<std::int64_t>& place_of,
                           std::int64_t& rows, at::Device device) {
    PackPlan::Group out;
    out.sequences = static_cast<std::int64_t>(sequences.size());
    for (const Sequence& sequence : sequences) out.length = std::max(out.length, sequence.length);
    std::vector<std::int64_t> gather(static_cast<std::size_t>(out.sequences * out.length), 0);
    std::vector<float> valid(gather.size(), 0);
    std::size_t row = 0;
    for (const Sequence& sequence : sequences) {
        for (std::int64_t i = 0; i < sequence.length; ++i) {
            gather[row + static_cast<std::size_t>(i)] = sequence.begin + i;
            valid[row + static_cast<std::size_t>(i)] = 1;
            place_of[static_cast<std::size_t>(sequence.begin + i)] = rows + static_cast<std::int64_t>(row) + i;
        }
        row += static_cast<std::size_t>(out.length);
    }
    const bool padded = std::find(valid.begin(), valid.end(), 0.0F) != valid.end();
    out.gather = to_device(gather, device);
    if (padded) out.valid = at::tensor(valid).view({-1, 1}).to(device);
    out.mask = causal_mask(out.length, device);
    rows += out.sequences * out.length;
    return out;
}

bool fits(const std::vector<Sequence>& group, std::int64_t sum, const Sequence& next, const GroupLimits& limits) {
    const std::int64_t longest = group.front().length;  // they come longest first
    const auto many = static_cast<std::int64_t>(group.size()) + 1;
    return many * longest * longest <= limits.scores &&
           static_cast<double>(many * longest) <= limits.padding * static_cast<double>(sum + next.length);
}

}  // namespace

PackPlan plan_pack(const Pack& pack, std::size_t first, std::size_t count, at::Device device) {
    std::int64_t before = 0;
    for (std::size_t i = 0; i < first; ++i) before += pack.lengths[i];
    std::vector<Sequence> sequences;
    std::int64_t at = 0;
    PackPlan out;
    std::vector<std::int64_t> tokens;
    std::vector<std::int64_t> predicting;
    std::vector<std::int64_t> targets;
    for (std::size_t i = first; i < first + count; ++i) {
        const std::int64_t length = pack.lengths[i];
        sequences.push_back({at, length});
        for (std::int64_t j = 0; j < length; ++j, ++at) {
            const auto place = static_cast<std::size_t>(before + at);
            tokens.push_back(pack.tokens[place]);
            if (pack.wanted[place] == 0) continue;
            if (j == 0) throw std::invalid_argument("a sequence's first token has no log-probability");
            predicting.push_back(at - 1);
            targets.push_back(pack.tokens[place]);
        }
    }
    std::sort(sequences.begin(), sequences.end(), [](const Sequence& a, const Sequence& b) {
        return a.length != b.length ? a.length > b.length : a.begin < b.begin;
    });
    std::vector<std::int64_t> place_of(tokens.size());
    std::int64_t rows = 0;
    std::vector<Sequence> group;
    std::int64_t sum = 0;
    const GroupLimits limits = limits_of(device);
    const auto close = [&] {
        if (!group.empty()) out.groups.push_back(make_group(group, place_of, rows, device));
        group.clear();
        sum = 0;
    };
    for (const Sequence& sequence : sequences) {
        if (!group.empty() && !fits(group, sum, sequence, limits)) close();
        group.push_back(sequence);
        sum += sequence.length;
    }
    close();
    out.scatter = to_device(place_of, device);
    out.tokens = to_device(tokens, device);
    out.predicting = to_device(predicting, device);
    out.targets = to_device(targets, device);
    return out;
}

}  // namespace retort::train

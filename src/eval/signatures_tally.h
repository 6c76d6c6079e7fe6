// Small parts that statistics and signatures share.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "eval/bootstrap.h"
#include "eval/signatures_facts.h"

namespace retort {

// Numbers answers: the same answer, the same number, from 0 in the order of first sight. Greedy, since equality with
// rounding is not transitive.
class AnswerGroups {
  public:
    explicit AnswerGroups(const Verifier* verifier) : verifier_(verifier) {}

    int add(const std::string& answer);

    // Its number, without adding it; -1: not seen.
    int find(const std::string& answer) const;

    std::size_t size() const { return first_.size(); }

  private:
    const Verifier* verifier_;
    std::vector<std::string> first_;
    std::unordered_map<std::string, int> spelled_;  // what was compared before
};

// Scored ones by problem and sample.
std::vector<const SampleFacts*> scored_in_order(std::span<const SampleFacts> facts);

// Sums by problem, for a ratio of sums.
class Tally {
  public:
    void add(const std::string& problem, double sum, double of = 1) {
        Share& share = shares_[problem];
        share.sum += sum;
        share.of += of;
    }

    std::optional<Estimate> ratio(const BootstrapOptions& options, std::optional<Bounds> bounds = kShareBounds) const {
        std::vector<Share> shares;
        for (const auto& [problem, share] : shares_) shares.push_back(share);
        return retort::ratio(shares, bounds, options);
    }

    double sum() const {
        double out = 0;
        for (const auto& [problem, share] : shares_) out += share.sum;
        return out;
    }

  private:
    std::map<std::string, Share, std::less<>> shares_;  // by id: the order of samples changes nothing
};

}  // namespace retort

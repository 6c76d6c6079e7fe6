// A pack of sequences as the data of a request, and what comes back as the scores of its wanted tokens. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <vector>

#include "train/net/net.h"
#include "train/tinker/messages.h"
#include "train/tinker/reply.h"
#include "train/tinker/server_kind.h"

namespace retort::train::tinker {

// One datum a sequence that has a wanted token, in the order of the pack; the client shifts: position i predicts token
// i + 1.
std::vector<Datum> data_of(const Pack& pack);

// Wanted tokens of a datum.
std::int64_t wanted_in(const Datum& datum);

// Data in this order as parts of at most so many tokens and bytes each, or of one datum; and never more data than a
// request takes. Bytes are those of a forward_backward as JSON at the most; the binary form has fewer.
std::vector<std::vector<Datum>> in_parts(std::vector<Datum> data, std::int64_t most_tokens,
                                         std::size_t most_bytes = kAnyBytes);

// Log-probabilities of the wanted tokens of a part, appended. What is wrong with the answer, or none.
std::optional<std::string> take_scores(const std::vector<Datum>& part, const Reply& reply, std::vector<float>& scores);

// Makes a loss of importance sampling whose gradient is that of -sum_t c_t log pi_t, whatever the server makes of sums
// (the coefficient trick): the ratio is 1, since `logprobs` are those of the present weights, and advantages are the
// coefficients with the server's own scale taken off. Both have one entry a wanted token.
void set_coefficients(std::vector<Datum>& data, const std::vector<float>& logprobs,
                      const std::vector<float>& coefficients, Reduction reduction);

}  // namespace retort::train::tinker

// The details of samples, texts included, as the page opens them: chunks of JSON, read from the journals one at a time.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "eval/report/evaluation.h"

namespace retort {

// How the details of a report are divided and bounded.
struct DetailPlan {
    std::size_t samples = 0;     // over all runs
    std::size_t chunk_size = 1;  // samples in a chunk
    std::size_t most_bytes = 0;  // of what one call wrote; of more, the beginning and the end

    std::size_t chunks() const { return (samples + chunk_size - 1) / chunk_size; }
};

// Inside the page texts share a bound, so that a page of any number of calls opens quickly; beside it they are whole up
// to a size that no model writes.
DetailPlan plan_details(const Evaluation& evaluation, bool beside);

// Chunks in order; a sample's number is its place in the runs, one after another. Reads the journals: one thread.
class DetailWriter {
  public:
    // `problem_index[run][i]`: the page's index of the run's problem i. The evaluation must outlive this.
    DetailWriter(const Evaluation& evaluation, DetailPlan plan, std::vector<std::vector<std::size_t>> problem_index);

    // The JSON array of the chunk's samples. Errors are the journal's.
    Outcome<std::string> chunk(std::size_t number);

    // Bytes of texts that the chunks so far had no room for.
    std::size_t left_out() const { return left_out_; }

  private:
    Outcome<std::string> sample(std::size_t run, std::size_t i);

    const Evaluation& evaluation_;
    const DetailPlan plan_;
    const std::vector<std::vector<std::size_t>> problem_index_;
    std::vector<std::size_t> first_;    // number of each run's first sample
    std::vector<std::string> markers_;  // by run
    std::size_t left_out_ = 0;
};

}  // namespace retort

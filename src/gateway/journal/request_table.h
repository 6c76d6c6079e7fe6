// The journal's file: one SQLite table, a row for each request. Not public.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/served_request.h"
#include "record/database.h"

namespace retort::gateway {

// What is kept in full is kept with its texts: question, drafts, answer.
enum class Keep { metrics, full };

// One thread at a time. Throws DatabaseError.
class RequestTable {
  public:
    // Makes the file where there is none.
    explicit RequestTable(const std::string& path);

    void add(const std::vector<ServedRequest>& requests, Keep keep);

    // The rows before this time go, and the oldest until the file has at most so many bytes; 0: no such bound.
    void forget(std::int64_t before_ms, std::int64_t most_bytes);

    std::int64_t bytes();

    // The last `most` runs, oldest first; their `seq` is left at 0.
    std::vector<RunSummary> last_runs(std::size_t most);

  private:
    void add_one(Statement& insert, const ServedRequest& request, Keep keep) const;

    Database database_;
};

// As run_json() has it; none: there is no such run, or its texts were not kept. Any thread; throws DatabaseError.
std::optional<std::string> read_run_text(const std::string& path, const std::string& id);

}  // namespace retort::gateway

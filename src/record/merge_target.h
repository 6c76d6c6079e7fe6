// The journal that is made of others: under a temporary name until all is in it. Failures are ErrorException and name
// the file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "record/database.h"
#include "record/file_lock.h"
#include "record/rows.h"

namespace retort {

// Where a merged journal is while it is made.
std::string temporary_name(const std::string& path);

class MergeTarget {
  public:
    // Refuses a path where something is. What a merge left that was killed is begun anew.
    MergeTarget(const std::string& path, std::int64_t largest_pages);

    // Without finish() nothing remains.
    ~MergeTarget();
    MergeTarget(const MergeTarget&) = delete;
    MergeTarget& operator=(const MergeTarget&) = delete;

    // Reads or writes some rows.
    template <class Work>
    auto with(Work&& work) {
        try {
            return work(*reader_, *writer_);
        } catch (const DatabaseError& error) {
            throw_failure(error);
        }
    }

    // To be called after each larger row: commits now and then, so that the log stays small.
    void count_row();

    // Everything is on the disk, and has its name.
    void finish();

  private:
    [[noreturn]] void throw_failure(const DatabaseError& error) const;
    void clear_leftovers();
    void write_out();
    void close();

    const std::string path_;
    const std::string part_;
    FileLock lock_;
    std::unique_ptr<Database> database_;
    std::optional<RowReader> reader_;
    std::optional<RowWriter> writer_;
    std::optional<Transaction> transaction_;
    int uncommitted_ = 0;
    bool begun_ = false;  // the temporary file is ours
};

}  // namespace retort

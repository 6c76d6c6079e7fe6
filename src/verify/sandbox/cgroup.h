// A control group (version 2) for one run, where the machine lets us make one. Not public.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "verify/sandbox/descriptor.h"

namespace retort {

// Under the nearest group, from our own (`own`, as in /proc/self/cgroup) upwards to the mount point, that hands memory
// and process counts down to its children and may be written to. The group goes when this does.
class Cgroup {
  public:
    static std::optional<Cgroup> make(const std::string& mount, const std::string& own, std::int64_t memory,
                                      int processes);
    Cgroup(Cgroup&& other) noexcept = default;
    Cgroup& operator=(Cgroup&& other) noexcept = delete;
    ~Cgroup();

    int entrance() const { return entrance_.get(); }  // write "0" to enter
    bool ran_out_of_memory() const;
    void kill() const;  // all that is in it
    const std::string& folder() const { return folder_; }

  private:
    Cgroup(std::string folder, Descriptor entrance) : folder_(std::move(folder)), entrance_(std::move(entrance)) {}
    std::string folder_;
    Descriptor entrance_;
};

// Our own group, as in /proc/self/cgroup; none where there is no version 2.
std::optional<std::string> own_cgroup();

constexpr const char* kCgroupMount = "/sys/fs/cgroup";

}  // namespace retort

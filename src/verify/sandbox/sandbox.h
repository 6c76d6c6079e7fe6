// Runs programs that nobody has looked at: no network, no files but /usr (read only) and a folder of their own in
// memory, no other processes, no rights, and bounds on time, memory, processes, files and output. bubblewrap makes the
// namespaces, libseccomp the filter of system calls (docs/decisions/sandbox.md).
//
// Fails closed: where the machine does not let it isolate, nothing is run and every result is `refused` with the
// reason. Thread-safe and synchronous; no signal handlers; at most one run a core at a time, the others wait for their
// turn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace retort {

struct SandboxLimits {
    double wall_s = 20;                             // then everything in it is killed
    std::int64_t cpu_s = 10;                        // of each process
    std::int64_t memory = std::int64_t{512} << 20;  // bytes, of all processes together and of each one's addresses
    std::int64_t disk = std::int64_t{64} << 20;     // bytes in its folder, which is kept in memory
    std::int64_t output = std::int64_t{256} << 10;  // bytes of stdout, and of stderr
    int processes = 32;                             // threads count as processes
    int open_files = 64;                            // of each process
};

// A file in the folder that the program starts in (/tmp). A plain name: letters, digits, and . _ - inside.
struct SandboxFile {
    std::string name;
    std::string content;
};

struct SandboxCommand {
    std::vector<std::string> argv;  // the program by its path, or by its name in /usr/local/bin, /usr/bin, /bin
    std::string input;              // on stdin
    std::vector<SandboxFile> files;
    SandboxLimits limits;
};

enum class SandboxEnd {
    exited,         // `code` is its exit status; above 128 it ended by signal `code` - 128
    out_of_time,    // wall-clock or CPU
    out_of_memory,  // or of files
    too_much_output,
    refused,  // was not run, `reason` says why
};

struct SandboxResult {
    SandboxEnd end = SandboxEnd::refused;
    int code = 0;
    std::string output, errors;  // what it wrote, up to the limit
    std::string reason;          // for people, when it did not exit by itself
    double wall_s = 0;
};

// Whether this machine lets programs be isolated, found out by trying.
struct SandboxState {
    bool available = false;
    std::string about;  // how, or why not and what to do
};

class Sandbox {
  public:
    // Probes at once. `bwrap` is the path of bubblewrap.
    explicit Sandbox(std::string bwrap = "/usr/bin/bwrap");

    const SandboxState& state() const { return state_; }
    SandboxResult run(const SandboxCommand& command) const;

  private:
    SandboxResult start(const SandboxCommand& command) const;
    SandboxState probe() const;

    std::string bwrap_;
    std::string filter_;  // the seccomp program
    SandboxState state_;
};

// The one of this process, probed at its first use.
const Sandbox& sandbox();

}  // namespace retort

#include "verify/sandbox/processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "verify/sandbox/descriptor.h"

namespace retort {
namespace {

constexpr std::size_t kMostProcesses = 4096;

std::string read_file(const std::string& path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string out;
    std::array<char, 4096> part{};
    while (file) {
        const ssize_t got = read(file.get(), part.data(), part.size());
        if (got <= 0) break;
        out.append(part.data(), static_cast<std::size_t>(got));
    }
    return out;
}

struct Close {
    void operator()(DIR* folder) const { closedir(folder); }
};

std::vector<std::string> threads_of(const std::string& process) {
    std::vector<std::string> out;
    const std::unique_ptr<DIR, Close> folder(opendir((process + "/task").c_str()));
    while (folder) {
        const dirent* entry = readdir(folder.get());
        if (entry == nullptr) break;
        if (entry->d_name[0] != '.') out.emplace_back(entry->d_name);
    }
    return out;
}

std::int64_t resident(const std::string& process) {
    const std::string text = read_file(process + "/statm");
    const std::size_t second = text.find(' ');
    if (second == std::string::npos) return 0;
    return std::strtoll(text.c_str() + second, nullptr, 10) * sysconf(_SC_PAGESIZE);
}

std::int64_t files_in(const std::string& folder) {
    struct statvfs about{};
    if (statvfs(folder.c_str(), &about) != 0) return 0;
    return static_cast<std::int64_t>(about.f_files - about.f_ffree);
}

}  // namespace

Holding holding_of(pid_t process) {
    Holding out;
    std::vector<pid_t> all{process};
    for (std::size_t i = 0; i < all.size() && all.size() < kMostProcesses; ++i) {
        const std::string here = "/proc/" + std::to_string(all[i]);
        out.memory += resident(here);
        for (const std::string& thread : threads_of(here)) {
            const std::string children = read_file(here + "/task/" + thread + "/children");
            for (const char* at = children.c_str(); *at != '\0';) {
                char* end = nullptr;
                const auto child = static_cast<pid_t>(std::strtol(at, &end, 10));
                if (end == at) break;
                all.push_back(child);
                at = end + (*end == ' ' ? 1 : 0);
            }
        }
    }
    // The first is bubblewrap itself, which sees the machine's own.
    if (all.size() > 2) out.files = files_in("/proc/" + std::to_string(all.back()) + "/root/tmp");
    return out;
}

}  // namespace retort

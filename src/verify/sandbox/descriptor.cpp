#include "verify/sandbox/descriptor.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace retort {

void Descriptor::reset() {
    if (number_ >= 0) close(number_);
    number_ = -1;
}

Pipe make_pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return {};
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Descriptor memory_file(std::string_view content) {
    Descriptor out(memfd_create("retort", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    while (out && !content.empty()) {
        const ssize_t written = write(out.get(), content.data(), content.size());
        if (written <= 0) return {};
        content.remove_prefix(static_cast<std::size_t>(written));
        if (content.empty()) {
            const bool sealed = fcntl(out.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) == 0;
            if (!sealed || lseek(out.get(), 0, SEEK_SET) != 0) return {};
        }
    }
    return out;
}

}  // namespace retort

#include "verify/math/caches.h"

#include <flint/flint.h>

namespace retort::math {
namespace {

struct AtThreadEnd {
    ~AtThreadEnd() { flint_cleanup(); }
};

}  // namespace

void free_caches_when_this_thread_ends() {
    thread_local const AtThreadEnd guard;
    static_cast<void>(guard);
}

}  // namespace retort::math

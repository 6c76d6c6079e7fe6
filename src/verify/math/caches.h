// FLINT keeps caches (pi to 1,024 bits, small integers) in each thread and frees them only when told. Not public.
#pragma once

namespace retort::math {

// From then on the calling thread's caches are freed when it ends. Cheap after the first call.
void free_caches_when_this_thread_ends();

}  // namespace retort::math

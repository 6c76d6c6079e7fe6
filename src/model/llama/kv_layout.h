// How the KV cache is laid out.
#pragma once

namespace retort {

// `unified`: one buffer for all sequences; shared prefixes exist once, but each query scans the cells of all.
// `split`: a buffer for each sequence; each query scans its own cells, shared prefixes are copied.
// `automatic`: whichever is cheaper for the work that waits.
enum class KvLayout { automatic, unified, split };

}  // namespace retort

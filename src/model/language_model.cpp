#include "model/language_model.h"

namespace retort {

TokenCount estimate_tokens(std::string_view text) {
    return {static_cast<std::int64_t>((text.size() + 2) / 3), false};
}

}  // namespace retort

#include <stdexcept>

#include "model/llama/jinja_engine.h"

namespace retort::llama {

bool has_jinja() {
    return false;
}

JinjaReply render_jinja(const JinjaRequest&) {
    throw std::runtime_error("this build has no Jinja engine: it comes with the source of llama.cpp");
}

}  // namespace retort::llama

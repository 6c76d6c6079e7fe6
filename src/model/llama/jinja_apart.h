// The two ways to render: apart from this process, under bounds, and in it. Not public.
#pragma once

#include "base/error.h"
#include "model/llama/jinja_engine.h"

namespace retort::llama {

// Errors as of Contained::call.
using JinjaRenderer = Outcome<JinjaReply> (*)(const JinjaRequest& request);

// Templates are programs that come with a download: each rendering has 2 s on a core, 512 MB of memory and 64 MB to
// write, and what it breaks is not this process. Any thread; one renders at a time.
Outcome<JinjaReply> render_apart(const JinjaRequest& request);

// Without bounds, for templates that are known. Any thread.
Outcome<JinjaReply> render_here(const JinjaRequest& request);

// Starts the process that renderings are forked from. To be called before much memory is taken, which it would hold.
void prepare_to_render();

}  // namespace retort::llama

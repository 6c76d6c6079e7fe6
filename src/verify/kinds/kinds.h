// The makers of the kinds, one a file. Not public.
#pragma once

#include "verify/kind.h"

namespace retort {

KindResult make_math(std::string_view line);

}  // namespace retort

// Names that others chose, as error messages show them. Not public.
#pragma once

#include <string>
#include <string_view>

namespace retort::train {

// In quotes, on one line, cut after some 200 bytes; what is no UTF-8 and no visible character is replaced.
std::string in_quotes(std::string_view name);

}  // namespace retort::train

// The makers of the kinds, one a file. Not public.
#pragma once

#include "verify/kind.h"

namespace retort {

KindResult make_blocksworld(std::string_view line);
KindResult make_code(std::string_view line);
KindResult make_countdown(std::string_view line);
KindResult make_countdown_parts(std::string_view line);
KindResult make_game24(std::string_view line);
KindResult make_math(std::string_view line);
KindResult make_sudoku(std::string_view line);

}  // namespace retort

// Finding a plan in a model's text: "(stack b c)", "stack(b, c)", "Stack the blue block on top of the orange block", in
// lists, boxes or code blocks. Any bytes, linear time. Not public.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "verify/kinds/strips.h"

namespace retort::strips {

// The last plan in the text; none where no step of one is found. Colours stand for objects that are named by letters,
// as is usual in texts about blocks: red is a, blue is b.
std::optional<Plan> find_plan(std::string_view text, const Domain& domain, const std::set<std::string>& objects);

}  // namespace retort::strips

// Where the members of a JSON object stand in its text: what is passed on must stay byte for byte what it was, so it is
// never parsed and written again. Pure; any bytes in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace retort::gateway {

struct Member {
    std::string name;       // decoded
    std::size_t begin = 0;  // of the value in the text
    std::size_t end = 0;
    std::size_t from = 0;  // of the whole member, its name included, up to `end`
};

class BodyScan {
  public:
    // The members of the outermost object. What stands inside their values is not looked at but for strings and
    // brackets. The error says where the text is no object, or a name stands twice: two readers could take different
    // ones.
    static Outcome<BodyScan> of(std::string_view text);

    const Member* find(std::string_view name) const;
    std::string_view raw(const Member& member) const { return text_.substr(member.begin, member.end - member.begin); }

    // A member's value where it is a string, or true.
    std::optional<std::string> string(std::string_view name) const;
    bool is_true(std::string_view name) const;

    const std::vector<Member>& members() const { return members_; }

    // The text with another value for this member, all else as it was.
    std::string with(const Member& member, std::string_view json) const;

    // The text with one member more, first. `json`: its value.
    std::string with_new(std::string_view name, std::string_view json) const;

    // The text without this member.
    std::string without(const Member& member) const;

  private:
    std::string_view text_;
    std::vector<Member> members_;
};

}  // namespace retort::gateway

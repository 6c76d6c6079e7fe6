#include "eval/suite.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/hash.h"
#include "base/text.h"
#include "verify/kind.h"

namespace retort {
namespace {

using nlohmann::json;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 30;

std::optional<std::string> id_of(const json& object) {
    const auto id = object.find("id");
    if (id == object.end()) return std::nullopt;
    if (id->is_string() && !id->get_ref<const std::string&>().empty()) return id->get<std::string>();
    return id->is_number_integer() ? std::optional<std::string>(id->dump()) : std::nullopt;
}

Outcome<SuiteProblem> problem_of(const std::string& line) {
    const json object = json::parse(line, nullptr, false);
    if (!object.is_object()) return Error{ErrorKind::usage, "expected a JSON object"};
    const auto id = id_of(object);
    if (!id) return Error{ErrorKind::usage, "expected \"id\", a text"};
    KindResult made = make_verifier(line);
    if (!made.error.empty()) return Error{ErrorKind::usage, fmt::format("problem {}: {}", *id, made.error)};
    SuiteProblem out;
    out.problem.id = *id;
    out.problem.text = std::move(made.problem);
    if (!made.reference.empty()) out.problem.reference = std::move(made.reference);
    out.problem.verifier = std::move(made.verifier);
    out.kind = object.contains("kind") && object["kind"].is_string() ? object["kind"].get<std::string>() : "math";
    out.line = line;
    return out;
}

Outcome<SuiteProblem> new_problem_of(const std::string& line, std::set<std::string>& ids) {
    auto problem = problem_of(line);
    if (problem && !ids.insert(problem->problem.id).second)
        return Error{ErrorKind::usage,
                     fmt::format("the id {} was there before; ids must be unique", problem->problem.id)};
    return problem;
}

// Adds what each line holds until `on_fault` says no.
void read_lines(const std::string& text, Suite& out, const std::function<bool(SuiteFault)>& on_fault) {
    std::set<std::string> ids;
    std::size_t place = 0;
    bool any = false;
    for (std::string_view rest = text; !rest.empty();) {
        ++place;
        const auto end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty()) continue;
        any = true;
        auto problem = new_problem_of(std::string(line), ids);
        if (problem) {
            problem->place = place;
            out.problems.push_back(std::move(*problem));
        } else if (!on_fault({place, problem.error().message})) {
            return;
        }
    }
    if (!any) on_fault({0, "expected problems, one JSON object a line, found none"});
    out.hash = hash_of(out.problems);
}

}  // namespace

Outcome<Suite> parse_suite(const std::string& name, const std::string& text) {
    Suite out;
    out.name = name;
    std::optional<SuiteFault> first;
    read_lines(text, out, [&first](SuiteFault fault) {
        first = std::move(fault);
        return false;
    });
    if (!first) return out;
    const std::string where = first->place == 0 ? name : fmt::format("{}:{}", name, first->place);
    return Error{ErrorKind::usage, fmt::format("{}: {}", where, first->what)};
}

void SuiteFaults::add(SuiteFault fault) {
    constexpr std::size_t kMostKept = 1'000;
    ++all;
    if (kept.size() < kMostKept) kept.push_back(std::move(fault));
}

Suite parse_suite(const std::string& name, const std::string& text, SuiteFaults& faults) {
    Suite out;
    out.name = name;
    read_lines(text, out, [&faults](SuiteFault fault) {
        faults.add(std::move(fault));
        return true;
    });
    return out;
}

std::string hash_of(const std::vector<SuiteProblem>& problems) {
    std::string lines;
    for (const SuiteProblem& one : problems) lines += sha256_hex(one.line);
    return sha256_hex(lines);
}

Outcome<std::string> read_suite_file(const std::string& path) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(path, failed))
        return Error{ErrorKind::usage, fmt::format("no such suite file: {}", path)};
    if (const auto size = std::filesystem::file_size(path, failed); !failed && size > kMostBytes)
        return Error{ErrorKind::usage,
                     fmt::format("{}: expected a suite of at most 1 GiB, found {} bytes", path, size)};
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return Error{ErrorKind::file, fmt::format("{}: cannot be read", path)};
    return std::move(text).str();
}

Outcome<Suite> load_suite(const std::string& path) {
    const auto text = read_suite_file(path);
    if (!text) return text.error();
    auto suite = parse_suite(path, *text);
    if (suite) suite->name = std::filesystem::path(path).stem().string();
    return suite;
}

}  // namespace retort

#include "cli/evaluated_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace retort::cli {
namespace {

bool looks_like_id(const std::string& word) {
    return !word.empty() && word.find_first_not_of("0123456789abcdef") == word.npos;
}

}  // namespace

Outcome<Evaluation> read_sources(const std::vector<std::string>& sources) {
    std::vector<std::string> journals;
    EvaluationOptions options;
    for (const std::string& source : sources) {
        std::error_code ignored;
        const bool there = std::filesystem::exists(source, ignored);
        (there || !looks_like_id(source) ? journals : options.run_ids).push_back(source);
    }
    if (journals.empty())
        return Error{ErrorKind::usage, fmt::format("expected a journal, found \"{}\": no such file", sources.front())};
    return read_evaluation(journals, options);
}

}  // namespace retort::cli

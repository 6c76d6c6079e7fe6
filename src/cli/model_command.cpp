// `retort model list|pull|info`.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/display/text.h"
#include "cli/file_pull.h"
#include "cli/model_table.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "cli/pull_progress.h"
#include "cli/table_rows.h"
#include "operator/prompts_json.h"
#if RETORT_HAS_LLAMA
#include "model/llama/model_info.h"
#include "operator/gguf/carried_prompts.h"
#endif

namespace retort::cli {
namespace {

using nlohmann::ordered_json;

std::string dumped(const ordered_json& value) {
    return value.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string path_of(const ModelRow& row, const std::string& folder) {
    return file_of(row, folder, shipped_models_folder());
}

bool is_here(const ModelRow& row, const std::string& folder) {
    std::error_code failed;
    return std::filesystem::is_regular_file(path_of(row, folder), failed);
}

ordered_json row_json(const ModelRow& row, const std::string& folder) {
    const auto or_null = [](const auto& value) {
        return value == std::decay_t<decltype(value)>{} ? ordered_json(nullptr) : ordered_json(value);
    };
    return {{"name", row.name},
            {"file", row.file},
            {"about", row.about},
            {"licence", or_null(row.licence)},
            {"parameters", or_null(row.parameters)},
            {"context", or_null(row.context)},
            {"bytes", or_null(row.bytes)},
            {"sha256", or_null(row.sha256)},
            {"tried", row.tried()},
            {"shipped", row.shipped},
            {"here", is_here(row, folder)},
            {"default", false}};
}

std::string row_text(const ModelRow& row, const std::string& folder, bool is_default) {
    const std::string licence = row.licence.empty() ? "licence not said" : row.licence;
    const char* place = !is_here(row, folder) ? "not here" : row.shipped ? "comes with the program" : "here";
    std::string out = fmt::format("{}{}\n    {}   {}   {}{}\n", row.name, is_default ? " (default)" : "",
                                  megabytes(row.bytes), licence, place, row.tried() ? "" : "   not tried");
    if (!row.about.empty()) out += "    " + row.about + "\n";
    return out;
}

Outcome<ExitCode> print(const std::string& text) {
    const auto written = write_stdout(text);
    if (!written) return written.error();
    return 0;
}

#if RETORT_HAS_LLAMA
// Longer values are shown by --json alone.
constexpr std::size_t kLongestShown = 100;

// The metadata of ours but the prompt set, which is one long text.
std::vector<std::pair<std::string, std::string>> own_metadata(const GgufInfo& info) {
    auto out = info.retort;
    std::erase_if(out, [](const auto& entry) { return "retort." + entry.first == kPromptsKey; });
    return out;
}

std::string prompts_text(const PromptSet& set) {
    const StepDefaults& d = set.defaults;
    return fmt::format("its own, {}: {}, {}, k {}, workspace {}, think {}, max-answer {}", set.name,
                       set.default_operator, name(d.distiller), d.k, d.workspace, d.think, d.max_answer);
}

std::string info_text(const GgufInfo& info, const std::optional<PromptSet>& prompts) {
    const auto yes = [](bool value) { return value ? "yes" : "no"; };
    std::string out;
    const auto line = [&out](const char* what, const std::string& value) {
        if (!value.empty()) out += pad_right(what, 16) + one_line(value) + "\n";
    };
    line("file", info.path);
    line("size", fmt::format("{} bytes", grouped(static_cast<std::int64_t>(info.bytes))));
    line("name", info.name);
    line("architecture", info.architecture);
    line("parameters", grouped(info.parameters));
    line("quantisation", info.quantisation);
    line("context", info.context > 0 ? grouped(info.context) + " tokens" : "not said");
    line("layers", grouped(info.layers));
    line("tokenizer", fmt::format("{}, {} tokens", info.tokenizer, grouped(info.vocabulary)));
    line("chat template", !info.has_chat_template    ? "none"
                          : info.knows_chat_template ? "yes"
                                                     : "yes, one that cannot be rendered");
    line("marks reasoning", yes(info.marks_reasoning));
    line("licence", info.licence.empty() ? "not said" : info.licence);
    if (prompts) line("prompts", prompts_text(*prompts));
    for (const auto& [key, value] : own_metadata(info))
        line(("retort." + key + " ").c_str(),
             value.size() <= kLongestShown ? value : fmt::format("{} bytes (--json shows them)", value.size()));
    return out;
}

ordered_json info_json(const GgufInfo& info, const std::optional<PromptSet>& prompts) {
    ordered_json own = ordered_json::object();
    for (const auto& [key, value] : own_metadata(info)) own[key] = value;
    return {{"path", info.path},
            {"bytes", info.bytes},
            {"name", info.name},
            {"architecture", info.architecture},
            {"parameters", info.parameters},
            {"quantisation", info.quantisation},
            {"context", info.context},
            {"layers", info.layers},
            {"tokenizer", info.tokenizer},
            {"vocabulary", info.vocabulary},
            {"has_chat_template", info.has_chat_template},
            {"knows_chat_template", info.knows_chat_template},
            {"marks_reasoning", info.marks_reasoning},
            {"licence", info.licence},
            {"prompts", prompts ? ordered_json::parse(prompt_set_json(*prompts)) : ordered_json(nullptr)},
            {"retort", own}};
}
#endif

// Nothing is to be fetched, but scripts want its path.
Outcome<ExitCode> show_shipped(const ModelRow& row) {
    const std::string path = path_of(row, "");
    const auto digest = sha256_of_file(path);
    if (!digest) return digest.error();
    if (!row.sha256.empty() && *digest != row.sha256)
        return Error{ErrorKind::file,
                     fmt::format("{} is not the file that comes with the program: expected SHA-256 {}, "
                                 "found {}; install or build Retort again",
                                 path, row.sha256, *digest)};
    say(fmt::format("{} comes with the program\n{}", row.name, row.about));
    return print(path + "\n");
}

}  // namespace

Outcome<ExitCode> run_model_list(const Invocation& invocation) {
    const auto rows = all_models(user_models_path(environment_variable));
    if (!rows) return rows.error();
    const std::string folder = models_folder(environment_variable);
    const ModelRow& standard = default_model(*rows);
    std::string text = fmt::format("Models folder: {}\n\n", short_path(folder, environment_variable));
    ordered_json array = ordered_json::array();
    for (const ModelRow& row : *rows) {
        text += row_text(row, folder, &row == &standard);
        array.push_back(row_json(row, folder));
        array.back()["default"] = &row == &standard;
    }
    return print(invocation.json ? dumped(array) : text);
}

Outcome<ExitCode> run_model_pull(const Invocation& invocation) {
    const auto rows = all_models(user_models_path(environment_variable));
    if (!rows) return rows.error();
    const ModelRow* row = find_model(*rows, invocation.name);
    if (row == nullptr) return unknown_name(*rows, "model", invocation.name);
    const std::string folder = models_folder(environment_variable);
    if (row->shipped) return show_shipped(*row);
    if (folder.empty()) return Error{ErrorKind::usage, "no home folder: say in RETORT_MODELS where models shall lie"};
    PullProgressLine progress;
    const auto pulled =
        pull_file(*row, folder, [&progress](std::int64_t done, std::int64_t all) { progress(done, all); });
    if (!pulled) return pulled.error();
    say(pulled_text(*pulled) + (row->about.empty() ? "" : "\n" + row->about));
    return print(pulled->path + "\n");
}

Outcome<ExitCode> run_model_info(const Invocation& invocation) {
    const auto rows = all_models(user_models_path(environment_variable));
    if (!rows) return rows.error();
    std::error_code failed;
    const ModelRow* row = find_model(*rows, invocation.name);
    const std::string folder = models_folder(environment_variable);
    const bool file = row == nullptr && (invocation.name.find_first_of("./") != std::string::npos ||
                                         std::filesystem::exists(invocation.name, failed));
    if (row == nullptr && !file) return unknown_name(*rows, "model", invocation.name);
    if (row != nullptr && !is_here(*row, folder)) {
        say(row->shipped ? "not here, although it comes with the program: expected " + path_of(*row, folder)
                         : fmt::format("not here yet; get it with: retort model pull {}", row->name));
        return print(invocation.json ? dumped(row_json(*row, folder)) : row_text(*row, folder, false));
    }
#if RETORT_HAS_LLAMA
    const std::string path = file ? invocation.name : path_of(*row, folder);
    const auto info = model_info(path);
    if (!info) return info.error();
    const auto prompts = prompt_set_in(path);
    if (!prompts) return prompts.error();
    return print(invocation.json ? dumped(info_json(*info, *prompts)) : info_text(*info, *prompts));
#else
    return Error{ErrorKind::usage, "this program was built without llama.cpp: it cannot read GGUF files"};
#endif
}

}  // namespace retort::cli

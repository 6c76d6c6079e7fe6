#include "cli/doctor_checks.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <sstream>

#include "base/text.h"
#include "cli/display/screen.h"
#include "cli/display/text.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "cli/trainer.h"
#include "cli/version.h"
#include "eval/sim_model.h"
#include "model/limiting_model.h"
#include "verify/sandbox/sandbox.h"
#if RETORT_HAS_LLAMA
#include "model/llama/machine.h"
#include "model/llama/model_info.h"
#endif

namespace retort::cli {
namespace {

using enum Check::Level;
namespace fs = std::filesystem;

std::string gigabytes(double bytes) {
    return fmt::format("{:.1f} GB", bytes / 1e9);
}

std::string joined(const std::vector<std::string>& names, std::size_t most) {
    std::string out;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i) out += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > most) out += fmt::format(" and {} more", names.size() - most);
    return out;
}

std::optional<Check> check_variable(const std::string& variable) {
    if (!variable.starts_with("RETORT_") || variable == "RETORT_MODELS") return std::nullopt;
    std::vector<std::string> known;
    for (const SettingSpec& spec : setting_specs()) known.push_back(environment_name(spec));
    if (std::find(known.begin(), known.end(), variable) != known.end()) return std::nullopt;
    const std::string_view near = nearest(variable, {known.begin(), known.end()});
    return Check{warn, "environment", variable + " is no setting",
                 near.empty() ? "" : fmt::format("did you mean {}?", near)};
}

// ---- the model

#if RETORT_HAS_LLAMA
Check check_memory(double needed) {
    const auto free = static_cast<double>(llama::available_memory());
    if (free <= 0) return {warn, "memory", "the free memory is not known", ""};
    Check out{ok, "memory", gigabytes(free) + " free", ""};
    if (needed > 0 && needed * 1.2 > free) {
        out.level = warn;
        out.advice =
            fmt::format("the model's file has {}: take a smaller one, or end other programs", gigabytes(needed));
    }
    return out;
}

std::vector<Check> check_file(const std::string& path) {
    const auto info = model_info(path);
    if (!info) return {{fail, "model", path, info.error().message}};
    std::vector<Check> out;
    out.push_back(
        {ok, "model",
         fmt::format("{}: {} {}, context {}", path, info->architecture, info->quantisation, grouped(info->context)),
         ""});
    if (!info->has_chat_template)
        out.push_back({warn, "chat template", "none in the file",
                       "prompts are given as plain text; an instruct model works better"});
    out.push_back({ok, "tokenizer", "exact: the model's own", ""});
    out.push_back(check_memory(static_cast<double>(info->bytes)));
    return out;
}
#else
std::vector<Check> check_file(const std::string& path) {
    return {{fail, "model", path, "this program was built without llama.cpp: give --url of a server"}};
}
#endif

std::vector<Check> check_simulated(const std::string& name) {
    const auto model = make_sim_model(name, {});
    if (!model) return {{fail, "model", name, model.error().message}};
    return {
        {ok, "model", name + ": simulated, its answers are made up; for eval and sweep, which give it a suite", ""}};
}

std::vector<Check> check_local(const Settings& settings, const PlanContext& context) {
    const std::string given = *main_model(settings, context);
    if (is_sim_model(given)) return check_simulated(given);
    MethodConfig config;
    config.model = model_name(given, false);
    const auto found = find_models(config, settings, context);
    if (!found) return {{fail, "model", config.model, found.error().message}};
    return check_file(found->front().path);
}

Check check_tokenizer(const ServerProfile& profile) {
    if (profile.dialect.tokenizer != TokenizerKind::none) return {ok, "tokenizer", "exact: the server counts", ""};
    return {warn, "tokenizer", "estimated: the server counts no tokens",
            "workspaces are bounded by an estimate; usage is still what the server reports"};
}

std::vector<Check> check_listed(const ServerProfile& profile, const Settings& settings) {
    const auto model = settings.text("model");
    const std::string names = joined(profile.models, 12);
    if (!model)
        return {{profile.models.size() == 1 ? ok : warn, "model", "not named; the server has " + names,
                 profile.models.size() == 1 ? "" : "choose one with --model"}};
    const bool listed = std::find(profile.models.begin(), profile.models.end(), *model) != profile.models.end();
    if (listed)
        return {{ok, "model",
                 *model + (profile.context > 0 ? fmt::format(", context {}", grouped(profile.context)) : ""), ""}};
    return {{profile.models.empty() ? warn : fail, "model",
             fmt::format("{} is not among those the server lists", *model),
             "it lists: " + (names.empty() ? "none" : names)}};
}

std::vector<Check> check_server(const Settings& settings, const PlanContext& context) {
    auto options = server_options(settings, context.environment);
    if (!options) return {{fail, "server", settings.text("url").value_or(""), options.error().message}};
    options->model = settings.text("model").value_or("");
    std::vector<Check> out;
    out.push_back({ok, "key",
                   options->api_key.empty() ? options->api_key_variable + " is not set: no key is sent"
                                            : "from " + options->api_key_variable,
                   ""});
    asio::io_context loop;
    HttpModel model(std::make_shared<HttpClient>(loop), *options);
    const ServerProfile* profile = run_to_end(loop, model.server({}));
    if (profile == nullptr || !profile->answered) {
        const std::string why = profile == nullptr || profile->note.empty() ? "no answer" : profile->note;
        out.push_back({fail, "server", without_credentials(options->base_url),
                       why + "; is it running, and does the address end as its API does (/v1)?"});
        return out;
    }
    out.push_back({ok, "server",
                   fmt::format("{} answers ({})", without_credentials(options->base_url), profile->dialect.name),
                   profile->note});
    for (Check& check : check_listed(*profile, settings)) out.push_back(std::move(check));
    out.push_back(check_tokenizer(*profile));
    return out;
}

// ---- the machine

Check check_open_files(const Settings& settings) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const auto wanted = settings.whole("in-flight").value_or(static_cast<std::int64_t>(kDefaultInFlight)) + 32;
    const auto shown = [](rlim_t value) {
        return value == RLIM_INFINITY ? std::string("no limit") : grouped(static_cast<std::int64_t>(value));
    };
    Check out{ok, "open files",
              fmt::format("{} (raised to {} when needed)", shown(limit.rlim_cur), shown(limit.rlim_max)), ""};
    if (limit.rlim_max != RLIM_INFINITY && static_cast<std::int64_t>(limit.rlim_max) < wanted) {
        out.level = warn;
        out.advice =
            fmt::format("--in-flight needs about {}: raise the hard limit (ulimit -Hn), or lower --in-flight", wanted);
    }
    return out;
}

Check check_terminal() {
    if (!is_live_terminal(kStderr)) return {ok, "terminal", "none on stderr: plain lines", ""};
    const Canvas canvas = terminal_canvas(kStderr);
    return {ok, "terminal",
            fmt::format("{} x {}, {}, {}", canvas.width, canvas.height, canvas.unicode ? "UTF-8" : "not UTF-8",
                        allows_colour(kStderr) ? "colour" : "no colour"),
            ""};
}

Check check_folder() {
    std::error_code failed;
    const fs::path here = fs::current_path(failed);
    if (failed || access(here.c_str(), W_OK) != 0)
        return {warn, "journal folder", here.string() + " cannot be written",
                "give --journal a path in another folder"};
    const fs::space_info space = fs::space(here, failed);
    constexpr double kLittle = 200e6;
    Check out{ok, "journal folder",
              fmt::format("{} can be written, {} free", here.string(), gigabytes(static_cast<double>(space.available))),
              ""};
    if (!failed && static_cast<double>(space.available) < kLittle) {
        out.level = warn;
        out.advice = "make room: a journal grows by some kilobytes a call";
    }
    return out;
}

Check check_sandbox() {
    const SandboxState& state = sandbox().state();
    if (state.available) return {ok, "sandbox", state.about, ""};
    return {warn, "sandbox", state.about, "problems of kind code are not judged; all others are"};
}

}  // namespace

std::vector<Check> check_program() {
    std::string all;
    for (const auto& [name, version] : libraries()) all += (all.empty() ? "" : ", ") + name + " " + version;
    std::vector<Check> out{{ok, "program", fmt::format("{}, commit {}", program_name(), commit()), ""},
                           {ok, "libraries", all, ""}};
    if (!has_llama())
        out.push_back({warn, "in process", "built without llama.cpp",
                       "GGUF files cannot be run; build with RETORT_LLAMA=ON, or use --url"});
    return out;
}

Check check_trainer() {
    constexpr const char* kWhat = "trainer";
    if (const auto missing = missing_trainer()) return {warn, kWhat, missing->found, missing->advice};
    const auto said = trainer_version();
    if (!said) return {warn, kWhat, trainer_path() + " " + said.error().message, "install what it lacks"};
    std::string library;
    bool same_commit = false;
    std::istringstream lines(*said);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("nets: ")) library = line.substr(6);
        same_commit = same_commit || line == "commit " + commit();
    }
    Check out{ok, kWhat, fmt::format("{}, {}", trainer_path(), library), ""};
    if (!same_commit) {
        out.level = warn;
        out.advice = "it was built from another commit than this program: build both again";
    }
    return out;
}

std::vector<Check> check_settings(const Settings& settings, const std::vector<std::string>& environment_names) {
    std::vector<Check> out;
    for (const auto& [name, value] : settings.all())
        out.push_back({ok, "setting", fmt::format("{} = {} ({})", name, value.text, value.source), ""});
    if (settings.all().empty()) out.push_back({ok, "setting", "none: the defaults of the model's prompts hold", ""});
    for (const std::string& variable : environment_names)
        if (auto check = check_variable(variable)) out.push_back(std::move(*check));
    return out;
}

std::vector<Check> check_model(const Settings& settings, const PlanContext& context) {
    const bool simulated = is_sim_model(settings.text("model").value_or(""));
    const bool remote = settings.text("url") && !simulated;
    std::vector<Check> out = remote ? check_server(settings, context) : check_local(settings, context);
    const std::string model = main_model(settings, context).value_or("");
    const auto own = prompts_of_model(settings, model, context);
    const PromptSet& prompts = own ? *own : prompt_set_for(model);  // a damaged file has its own line
    const StepDefaults& d = prompts.defaults;
    out.push_back({ok, "prompts",
                   fmt::format("{}: {}, {}, k {}, workspace {}, think {}, max-answer {}",
                               settings.text("prompts").value_or(prompts.name), prompts.default_operator,
                               name(d.distiller), d.k, d.workspace, d.think, d.max_answer),
                   ""});
    return out;
}

std::vector<Check> check_machine(const Settings& settings) {
    return {check_open_files(settings), check_terminal(), check_folder(), check_sandbox()};
}

}  // namespace retort::cli

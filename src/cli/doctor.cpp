// `retort doctor`: every check on a line, and what to do about it below.
#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/check.h"
#include "cli/commands.h"
#include "cli/doctor_checks.h"
#include "cli/load.h"
#include "cli/output.h"
#include "cli/paths.h"

namespace retort::cli {
namespace {

using nlohmann::ordered_json;

void append(std::vector<Check>& all, std::vector<Check> more) {
    for (Check& check : more) all.push_back(std::move(check));
}

std::vector<std::string> environment_names() {
    std::vector<std::string> out;
    for (char** entry = environ; *entry != nullptr; ++entry)
        out.push_back(std::string(*entry).substr(0, std::string_view(*entry).find('=')));
    return out;
}

// A broken file of settings is one finding among others: the rest is looked at by the options alone.
Settings settings_in_force(const Invocation& invocation, std::vector<Check>& checks) {
    const std::string path = short_path(config_path(environment_variable), environment_variable);
    const auto settings = load_settings(invocation.flags);
    if (settings) {
        std::error_code failed;
        const bool there = access(config_path(environment_variable).c_str(), R_OK) == 0;
        checks.push_back({Check::Level::ok, "settings file", there ? path : path + " is not there", ""});
        return *settings;
    }
    checks.push_back({Check::Level::fail, "settings", "cannot be read", settings.error().message});
    const auto flags =
        merge_settings(invocation.flags, [](const std::string&) { return std::optional<std::string>(); }, {});
    return flags ? *flags : Settings();
}

std::vector<Check> all_checks(const Invocation& invocation) {
    std::vector<Check> out = check_program();
    out.push_back(check_trainer());
    const Settings settings = settings_in_force(invocation, out);
    append(out, check_settings(settings, environment_names()));
    const auto context = load_plan_context();
    if (context)
        append(out, check_model(settings, *context));
    else
        out.push_back({Check::Level::fail, "model table", "cannot be read", context.error().message});
    append(out, check_machine(settings));
    return out;
}

std::string json_of(const std::vector<Check>& checks, bool well) {
    ordered_json all = ordered_json::array();
    for (const Check& check : checks)
        all.push_back(
            {{"level", name(check.level)}, {"what", check.what}, {"found", check.found}, {"advice", check.advice}});
    return ordered_json{{"ok", well}, {"checks", all}}.dump(2, ' ', false, ordered_json::error_handler_t::replace) +
           "\n";
}

}  // namespace

Outcome<ExitCode> run_doctor(const Invocation& invocation) {
    if (!invocation.checked_training.empty()) {
        if (invocation.json)
            return Error{ErrorKind::usage, "--json: doctor --train prints lines alone; leave one of the two out"};
        std::vector<std::string> words = invocation.checked_training;
        words.emplace_back("--check");
        return run_train(words);
    }
    const std::vector<Check> checks = all_checks(invocation);
    const bool well = all_well(checks);
    const auto written = write_stdout(invocation.json ? json_of(checks, well) : checks_text(checks));
    if (!written) return written.error();
    return well ? 0 : 1;
}

}  // namespace retort::cli

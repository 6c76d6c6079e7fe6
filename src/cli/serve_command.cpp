// `retort serve`: the gateway, until it is told to stop.
#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>

#include "cli/commands.h"
#include "cli/interrupts.h"
#include "cli/load.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/plan.h"
#include "gateway/gateway.h"
#include "model/http/open_files.h"

namespace retort::cli {
namespace {

constexpr std::string_view kChatPrompts = "chat";

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

// "[::1]:8080" too.
Outcome<gateway::ServerOptions> place_of(const std::string& listen) {
    const std::size_t colon = listen.rfind(':');
    const auto wrong = [&] { return usage(fmt::format("--listen: expected HOST:PORT, found \"{}\"", listen)); };
    if (colon == std::string::npos || colon == 0) return wrong();
    gateway::ServerOptions out;
    out.host = listen.substr(0, colon);
    if (out.host.starts_with('[') && out.host.ends_with(']')) out.host = out.host.substr(1, out.host.size() - 2);
    const std::string_view port = std::string_view(listen).substr(colon + 1);
    const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (failed != std::errc() || end != port.data() + port.size()) return wrong();
    boost::system::error_code no_address;
    const auto address = asio::ip::make_address(out.host, no_address);
    if (out.host != "localhost" && (no_address || !address.is_loopback()))
        return usage(
            fmt::format("--listen: {} can be reached from other machines, and there are no keys: listen on 127.0.0.1, "
                        "behind a proxy that asks for them",
                        out.host));
    return out;
}

const PromptSet& chat_prompts() {
    for (const PromptSet& set : compiled_prompt_sets())
        if (set.name == kChatPrompts) return set;
    return compiled_prompt_sets().front();
}

// As the settings would have it; a set that is for any model gives way to the one for chats.
Outcome<PromptSet> served_prompts(PromptSet own, const Settings& settings) {
    PromptSet out = own.name == compiled_prompt_sets().front().name ? chat_prompts() : std::move(own);
    if (const auto folder = settings.text("prompts")) {
        auto loaded = load_prompt_set(*folder, out);
        if (!loaded) return loaded.error();
        out = std::move(*loaded);
    }
    out.defaults = overlaid(out.defaults, settings);
    return out;
}

Outcome<std::string> default_operator(const Settings& settings, const PromptSet& prompts) {
    const auto name = settings.text("operator");
    if (!name) return std::string();
    if (const auto schedule = parse_operator(*name, prompts.defaults); !schedule) return schedule.error();
    return *name;
}

class ServeRun {
  public:
    ServeRun(const ServeArguments& arguments, const Settings& settings, const PlanContext& context)
        : arguments_(arguments), settings_(settings), context_(context) {}

    Outcome<ExitCode> carry_out() {
        raise_open_files();
        auto options = gateway_options();
        if (!options) return options.error();
        const std::string host = options->server.host;
        const std::string where = origin_words(*options);
        auto gateway = gateway::Gateway::start(loop_, std::move(*options));
        if (!gateway) return gateway.error();
        introduce(host, (*gateway)->port(), where);
        Interrupts interrupts(loop_, [this] { stop_.cancel(); }, [] {});
        return run_to_end(loop_, serve(**gateway));
    }

  private:
    Outcome<gateway::GatewayOptions> gateway_options() {
        gateway::GatewayOptions out;
        auto server = place_of(arguments_.listen);
        if (!server) return server.error();
        out.server = *server;
        out.rules.aliases.insert(arguments_.aliases.begin(), arguments_.aliases.end());
        out.rules.offered = arguments_.offered;
        out.log = [](const std::string& line) { say("retort: " + line); };
        const auto failed = settings_.text("url") ? add_upstream(out) : add_local(out);
        if (failed) return *failed;
        auto name = default_operator(settings_, out.local.empty() ? out.prompts : out.local.front().prompts);
        if (!name) return name.error();
        out.rules.operator_name = std::move(*name);
        return out;
    }

    std::optional<Error> add_upstream(gateway::GatewayOptions& out) const {
        auto server = server_options(settings_, context_.environment);
        if (!server) return server.error();
        gateway::UpstreamOptions upstream;
        upstream.origin.url = server->base_url;
        upstream.model = std::move(*server);
        upstream.in_flight = in_flight(settings_);
        out.retry = retry_policy(settings_);
        out.rules.upstreams.push_back(std::move(upstream));
        out.rules.model = settings_.text("model").value_or("");
        if (out.rules.model.empty()) {
            const auto only = only_model_of(settings_, context_.environment);
            if (only) out.rules.model = *only;
        }
        out.rules.roles = {settings_.text("distill-model").value_or(""), settings_.text("judge-model").value_or(""),
                           settings_.text("final-model").value_or("")};
        auto prompts = served_prompts(chat_prompts(), settings_);
        if (!prompts) return prompts.error();
        out.prompts = std::move(*prompts);
        return std::nullopt;
    }

    std::optional<Error> add_local(gateway::GatewayOptions& out) {
        const std::string given = main_model(settings_, context_).value();
        auto plan = plan_method(settings_, given, context_);
        if (!plan) return plan.error();
        const auto sources = find_models(plan->method, settings_, context_);
        if (!sources) return sources.error();
        auto opened = ModelSet::open(*sources, settings_, context_.environment, loop_);
        if (!opened) return opened.error();
        const std::shared_ptr<ModelSet> models = std::move(*opened);
        auto own = prompts_of_model(settings_, given, context_);
        if (!own) return own.error();
        auto prompts = served_prompts(std::move(*own), settings_);
        if (!prompts) return prompts.error();
        const std::string& name = plan->method.model;
        LanguageModel* model = models->engine_models(plan->method).by_name.at(name);
        out.local.push_back({name, std::shared_ptr<LanguageModel>(models, model), std::move(*prompts)});
        out.rules.model = name;
        return std::nullopt;
    }

    static std::string origin_words(const gateway::GatewayOptions& options) {
        const gateway::GatewayRules& rules = options.rules;
        if (rules.upstreams.empty()) return fmt::format("{}, in process", rules.model);
        std::string places;
        for (const gateway::UpstreamOptions& one : rules.upstreams)
            places += (places.empty() ? "" : ", ") + without_credentials(one.origin.url);
        return rules.model.empty() ? fmt::format("{} (no --model: requests name it)", places)
                                   : fmt::format("{} at {}", rules.model, places);
    }

    void introduce(const std::string& host, std::uint16_t port, const std::string& where) const {
        if (arguments_.quiet) return;
        const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
        say(fmt::format("retort: serving http://{}:{}/v1 over {}; Ctrl-C ends it", shown, port, where));
    }

    Task<ExitCode> serve(gateway::Gateway& gateway) {
        boost::system::error_code told;
        co_await stop_.async_wait(asio::redirect_error(asio::use_awaitable, told));
        if (!arguments_.quiet)
            say(fmt::format("retort: no new requests; those under way have {} s (Ctrl-C again ends them now)",
                            arguments_.grace_s));
        co_await gateway.drain(std::chrono::seconds(arguments_.grace_s));
        co_return 0;
    }

    const ServeArguments& arguments_;
    const Settings& settings_;
    const PlanContext& context_;
    asio::io_context loop_;
    asio::steady_timer stop_{loop_, asio::steady_timer::time_point::max()};
};

}  // namespace

Outcome<ExitCode> run_serve(const Invocation& invocation) {
    const auto settings = load_settings(invocation.flags);
    if (!settings) return settings.error();
    const auto context = load_plan_context();
    if (!context) return context.error();
    ServeRun run(invocation.serve, *settings, *context);
    return run.carry_out();
}

}  // namespace retort::cli

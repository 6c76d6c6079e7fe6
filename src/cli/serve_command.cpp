// `retort serve`: the gateway, until it is told to stop. SIGHUP reads its file again.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <set>

#include "cli/commands.h"
#include "cli/interrupts.h"
#include "cli/load.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "cli/plan.h"
#include "cli/request_log.h"
#include "cli/serve_file.h"
#include "cli/serve_models.h"
#include "cli/service_manager.h"
#include "gateway/gateway.h"
#include "model/http/open_files.h"

namespace retort::cli {
namespace {

Error usage(std::string message) {
    return {ErrorKind::usage, std::move(message)};
}

constexpr const char* kListen = "127.0.0.1:8080";
constexpr std::size_t kMostFileBytes = 4 << 20;
const std::vector<std::string> kOffered{"pdr:4", "pdr:8,4", "sr:2"};

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
    return out;
}

// Who can be reached from other machines asks for keys.
std::optional<Error> check_reach(const std::string& host, const gateway::GatewayRules& rules) {
    boost::system::error_code no_address;
    const auto address = asio::ip::make_address(host, no_address);
    if (!rules.keys.empty() || host == "localhost" || (!no_address && address.is_loopback())) return std::nullopt;
    return usage(
        fmt::format("--listen: {} can be reached from other machines, and there are no keys: add [[key]] to "
                    "--config (docs/serve.md), or listen on 127.0.0.1",
                    host));
}

// A gateway before itself would ask itself without end.
std::optional<Error> check_servers(const gateway::ServerOptions& server, const gateway::GatewayRules& rules) {
    for (const std::string& host : {server.host, std::string("localhost"), std::string("127.0.0.1")})
        for (const gateway::UpstreamOptions& one : rules.upstreams)
            if (server.port != 0 &&
                one.origin.url.find(fmt::format("://{}:{}/", host, server.port)) != std::string::npos)
                return usage(fmt::format("{} is where the gateway itself listens: give another --listen HOST:PORT",
                                         without_credentials(one.origin.url)));
    return std::nullopt;
}

// An option without effect is accepted, and said.
void warn_of(const Settings& settings, std::initializer_list<const char*> names, const char* why) {
    for (const char* name : names)
        if (settings.given_as_flag(name)) say(fmt::format("retort: warning: --{} has no effect: {}", name, why));
}

class ServeRun {
  public:
    ServeRun(const ServeArguments& arguments, const Settings& settings, const PlanContext& context)
        : arguments_(arguments),
          settings_(settings),
          context_(context),
          manager_(context.environment("NOTIFY_SOCKET").value_or("")) {}

    Outcome<ExitCode> carry_out() {
        raise_open_files();
        auto options = gateway_options();
        if (!options) return options.error();
        const std::string host = options->server.host;
        const std::string scheme = options->server.tls ? "https" : "http";
        const std::string where = origin_words(*options);
        auto gateway = gateway::Gateway::start(loop_, std::move(*options));
        if (!gateway) return gateway.error();
        gateway_ = std::move(*gateway);
        introduce(scheme, host, where);
        Interrupts interrupts(loop_, [this] { stop_.cancel(); }, [] {});
        wait_for_reload();
        warn(manager_.ready());
        const ExitCode code = run_to_end(loop_, serve());
        gateway_.reset();
        return code;
    }

  private:
    Outcome<gateway::GatewayOptions> gateway_options() {
        auto file = serve_file();
        if (!file) return file.error();
        started_ = *file;
        auto server = place_of(file->listen.value_or(kListen));
        if (!server) return server.error();
        gateway::GatewayOptions out;
        out.server = *server;
        const auto certificate = read_certificate(file->tls);
        if (!certificate) return certificate.error();
        certificate_ = *certificate;
        out.server.tls = certificate_;
        out.rules = std::move(file->rules);
        out.log = [](const std::string& line) { say("retort: " + line); };
        if (!arguments_.quiet && arguments_.log != "off") {
            log_ = std::make_unique<RequestLog>(arguments_.log == "all");
            out.served = [this](const gateway::ServedRequest& request) { log_->add(request); };
        }
        auto journal = open_journal(file->journal);
        if (!journal) return journal.error();
        out.journal = std::move(*journal);
        out.retry = retry_policy(settings_);
        out.waits_for_servers = settings_.number("retry-time").has_value();
        if (out.rules.upstreams.empty())
            warn_of(settings_, {"retry-time"}, "it is for model servers");
        else if (!settings_.text("url"))
            warn_of(settings_, {"in-flight", "api-key-env", "dialect"}, "the servers of --config say it themselves");
        auto prompts = served_prompts(settings_);
        if (!prompts) return prompts.error();
        out.prompts = std::move(*prompts);
        host_ = out.server.host;
        auto failed = check_reach(host_, out.rules);
        if (!failed) failed = check_servers(out.server, out.rules);
        if (!failed) failed = check_names(out.rules, out.prompts.defaults);
        if (!failed) failed = add_in_process(std::move(file->in_process), out);
        if (failed) return *failed;
        return out;
    }

    // Null: plain.
    static Outcome<std::shared_ptr<gateway::Certificate>> read_certificate(
        const std::optional<gateway::TlsFiles>& files) {
        if (!files) return std::shared_ptr<gateway::Certificate>();
        return gateway::Certificate::read(*files);
    }

    // Null: nothing is kept.
    Outcome<std::shared_ptr<gateway::RequestJournal>> open_journal(ServeJournal journal) const {
        if (!journal.keep) return std::shared_ptr<gateway::RequestJournal>();
        if (journal.file.empty()) {
            const std::string folder = state_folder(context_.environment);
            if (folder.empty()) return usage("--journal: there is no home folder: say where with --journal-file FILE");
            std::error_code failed;
            std::filesystem::create_directories(folder, failed);
            std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);  // texts may be private
            journal.file = folder + "/requests.db";
        }
        gateway::RequestJournalOptions options;
        options.path = journal.file;
        options.keep = *journal.keep;
        options.days = journal.days;
        options.most_bytes = journal.bytes;
        options.log = [](const std::string& line) { say("retort: " + line); };
        auto opened = gateway::RequestJournal::open(std::move(options));
        if (!opened) return opened.error();
        return std::shared_ptr<gateway::RequestJournal>(std::move(*opened));
    }

    // The file, with what the options say in its place.
    Outcome<ServeFile> serve_file() {
        ServeFile out;
        if (arguments_.config) {
            const auto text = read_input(*arguments_.config, kMostFileBytes);
            if (!text) return text.error();
            auto read = parse_serve_file(*arguments_.config, *text, context_.environment);
            if (!read) return read.error();
            out = std::move(*read);
        }
        if (arguments_.listen) out.listen = arguments_.listen;
        if (arguments_.journal) out.journal.keep = keep_from(*arguments_.journal);
        if (arguments_.journal_file) {
            out.journal.file = *arguments_.journal_file;
            if (!arguments_.journal && !out.journal.keep) out.journal.keep = gateway::Keep::metrics;
        }
        gateway::GatewayRules& rules = out.rules;
        if (settings_.text("url")) {
            if (!rules.upstreams.empty())
                return usage("--url: the servers stand in --config as [[upstream]]: expected one of both");
            if (const auto failed = add_upstream(rules)) return *failed;
        }
        rules.model = settings_.text("model").value_or(rules.model);
        rules.operator_name = settings_.text("operator").value_or(rules.operator_name);
        rules.roles.distil = settings_.text("distill-model").value_or(rules.roles.distil);
        rules.roles.judge = settings_.text("judge-model").value_or(rules.roles.judge);
        rules.roles.final = settings_.text("final-model").value_or(rules.roles.final);
        for (const auto& [alias, meant] : arguments_.aliases) rules.aliases[alias] = meant;
        if (!arguments_.offered.empty()) rules.offered = arguments_.offered;
        if (rules.offered.empty()) rules.offered = kOffered;
        if (!local_.empty()) rules.model = local_;
        return out;
    }

    std::optional<Error> add_upstream(gateway::GatewayRules& rules) {
        auto server = server_options(settings_, context_.environment);
        if (!server) return server.error();
        gateway::UpstreamOptions upstream;
        upstream.origin.url = server->base_url;
        upstream.model = std::move(*server);
        upstream.in_flight = in_flight(settings_);
        rules.upstreams.push_back(std::move(upstream));
        if (settings_.text("model") || !rules.model.empty()) return std::nullopt;
        if (!only_model_) {
            const auto only = only_model_of(settings_, context_.environment);
            only_model_ = only ? *only : "";
        }
        rules.model = *only_model_;
        return std::nullopt;
    }

    // Those of the file; where there is nothing else to ask, the one of --model.
    std::optional<Error> add_in_process(std::vector<InProcessModel> wanted, gateway::GatewayOptions& out) {
        if (wanted.empty() && out.rules.upstreams.empty())
            wanted.push_back({main_model(settings_, context_).value(), ""});
        for (const InProcessModel& one : wanted) {
            auto opened = open_in_process(one, settings_, context_, loop_);
            if (!opened) return opened.error();
            if (!names_.insert(opened->name).second)
                return usage(
                    fmt::format("[[in_process]]: two models are called \"{}\": give one another name", opened->name));
            out.local.push_back(std::move(*opened));
        }
        if (!out.rules.upstreams.empty() || out.local.empty()) return std::nullopt;
        if (auto wrong = check_roles(out.rules)) return wrong;
        if (!names_.contains(out.rules.model)) out.rules.model = out.local.front().name;
        local_ = out.rules.model;
        return std::nullopt;
    }

    // Without servers each must be in process.
    std::optional<Error> check_roles(const gateway::GatewayRules& rules) const {
        if (!rules.upstreams.empty()) return std::nullopt;
        for (const std::string& role : {rules.roles.distil, rules.roles.judge, rules.roles.final})
            if (!role.empty() && !names_.contains(role))
                return usage(fmt::format(
                    "no model \"{}\" for a role: expected a name of [[in_process]] in --config, or a server", role));
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

    void introduce(const std::string& scheme, const std::string& host, const std::string& where) const {
        if (arguments_.quiet) return;
        const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
        say(fmt::format("retort: serving {}://{}:{}/v1 over {}; Ctrl-C ends it", scheme, shown, gateway_->port(),
                        where));
    }

    void wait_for_reload() {
        reload_.async_wait([this](const boost::system::error_code& failed, int) {
            if (failed) return;
            reload();
            wait_for_reload();
        });
    }

    static std::string words_of(const std::vector<std::string>& stays) {
        if (stays.empty()) return "";
        return fmt::format("; not so what wants a new start, and has changed in the file: {}", fmt::join(stays, ", "));
    }

    static void warn(const Outcome<void>& told) {
        if (!told) say("retort: warning: " + told.error().message);
    }

    void reload() {
        warn(manager_.reloading());
        const auto stays = read_again();
        say(stays ? fmt::format("retort: model servers, keys{} and names are read again{}",
                                certificate_ ? ", certificate" : "", words_of(*stays))
                  : fmt::format("retort: nothing is changed: {}", stays.error().message));
        warn(manager_.ready());
    }

    // What wants a new start. What is wrong with the new file, or with what it names, changes nothing.
    Outcome<std::vector<std::string>> read_again() {
        auto file = serve_file();
        if (!file) return file.error();
        std::vector<std::string> stays = wanting_a_new_start(started_, *file);
        auto wrong = check_reach(host_, file->rules);
        if (!wrong) wrong = check_roles(file->rules);
        if (!wrong) wrong = check_names(file->rules, {});
        if (wrong) return *wrong;
        const auto renewed = read_certificate(file->tls);
        if (!renewed) return renewed.error();
        if (const auto replaced = gateway_->replace(std::move(file->rules)); !replaced) return replaced.error();
        if (certificate_ && *renewed) certificate_->renew(**renewed);
        return stays;
    }

    Task<ExitCode> serve() {
        boost::system::error_code told;
        co_await stop_.async_wait(asio::redirect_error(asio::use_awaitable, told));
        reload_.cancel();
        warn(manager_.stopping());
        if (!arguments_.quiet)
            say(fmt::format("retort: no new requests; those under way have {} s (Ctrl-C again ends them now)",
                            arguments_.grace_s));
        co_await gateway_->drain(std::chrono::seconds(arguments_.grace_s));
        co_return 0;
    }

    const ServeArguments& arguments_;
    const Settings& settings_;
    const PlanContext& context_;
    ServiceManager manager_;
    std::optional<std::string> only_model_;  // that the server of --url lists; empty: it has several, or is not there
    ServeFile started_;                      // as it was at the start
    std::string host_;                       // that it listens on
    std::set<std::string> names_;            // of the models in process
    std::string local_;                      // the model in process; empty: none
    asio::io_context loop_;
    asio::steady_timer stop_{loop_, asio::steady_timer::time_point::max()};
    asio::signal_set reload_{loop_, SIGHUP};
    std::unique_ptr<RequestLog> log_;                    // null: none
    std::shared_ptr<gateway::Certificate> certificate_;  // null: plain
    std::unique_ptr<gateway::Gateway> gateway_;
};

}  // namespace

Outcome<ExitCode> run_serve(const Invocation& invocation) {
    ignore_hang_ups();  // until the run waits for them: a reload now reads what is about to be read anyway
    const auto settings = load_settings(invocation.flags);
    if (!settings) return settings.error();
    const auto context = load_plan_context();
    if (!context) return context.error();
    ServeRun run(invocation.serve, *settings, *context);
    return run.carry_out();
}

}  // namespace retort::cli

#include "train/tinker/training_client.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "model/http/json_text.h"
#include "train/tinker/proto_messages.h"
#include "train/tinker/server_kind.h"

namespace retort::train::tinker {
namespace {

constexpr const char* kApi = "/api/v1/";
constexpr std::size_t kReplyBytes = std::size_t{1} << 20;    // of an answer beside its numbers
constexpr std::size_t kArchiveBytes = std::size_t{1} << 30;  // as much as is unpacked of one
constexpr std::string_view kInPath = "/-_.:";                // of a checkpoint's path, beside letters and digits
constexpr std::size_t kNumberBytes = 32;                     // of a number with its comma, the longest

// A checkpoint as its server names it.
struct Kept {
    std::string run;
    std::string id;
};

// "tinker://RUN/ID", the id being NAME of SkyRL and sampler_weights/NAME of a hosted service; none where it is neither.
// It becomes part of an address.
std::optional<Kept> kept_as(std::string_view path) {
    constexpr std::string_view kScheme = "tinker://";
    if (!path.starts_with(kScheme)) return std::nullopt;
    path.remove_prefix(kScheme.size());
    const std::size_t slash = path.find('/');
    const auto is_plain = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || kInPath.find(c) != kInPath.npos;
    };
    if (slash == path.npos || slash == 0 || slash + 1 == path.size()) return std::nullopt;
    if (!std::all_of(path.begin(), path.end(), is_plain) || path.find("..") != path.npos) return std::nullopt;
    return Kept{std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

// A position is answered with its log-probability and its loss.
std::size_t bytes_of(const std::vector<Datum>& data) {
    std::size_t positions = 0;
    for (const Datum& datum : data) positions += datum.tokens.size();
    return kReplyBytes + 2 * kNumberBytes * positions;
}

Failure no_base_model(const Reply& capabilities, const std::string& asked) {
    std::vector<std::string> names;
    for (const ServedModel& model : capabilities.models) names.push_back(model.name);
    const std::string offered = one_line(fmt::format("{}", fmt::join(names, ", ")));
    return {FailureKind::no_model, fmt::format("the server trains {}{}: set tinker.base_model to what it trains",
                                               capabilities.models.empty() ? "no model that it names" : offered,
                                               asked.empty() ? "" : fmt::format(", not \"{}\"", asked))};
}

// The server has nothing where the call went. What it does not have any more (a model, a promise) is `lost`.
bool is_no_path(const Failure& failure, const Call& call) {
    return failure.kind == FailureKind::refused && failure.message.starts_with(call.what + ": HTTP 404");
}

// A pass of what any vocabulary has.
Data least_data() {
    Datum datum;
    datum.tokens = {0, 0};
    datum.targets = {0, 0};
    datum.mask = {0, 1};
    return std::make_shared<const std::vector<Datum>>(1, std::move(datum));
}

}  // namespace

std::string what_learns(std::int64_t rank) {
    return rank == 0 ? "all weights" : fmt::format("LoRA of rank {}", rank);
}

Call TrainingClient::numbered(std::string path, std::string what, Repeat repeat) {
    Call out;
    out.path = kApi + path;
    out.what = std::move(what);
    out.repeat = repeat;
    return out;
}

Task<Result<bool>> TrainingClient::open(ModelRequest request) {
    const Result<bool> logged_in = co_await client_.log_in();
    if (!logged_in) co_return logged_in.error();
    has_flags_ = *logged_in;
    const Call asked = numbered("get_server_capabilities", "get_server_capabilities", Repeat::harmless);
    const Result<Reply> capabilities = co_await client_.ask(asked);
    if (!capabilities) co_return capabilities.error();
    const std::vector<ServedModel>& models = capabilities->models;
    base_model_ = request.base_model.empty() && models.size() == 1 ? models.front().name : request.base_model;
    const auto served = std::find_if(models.begin(), models.end(),
                                     [this](const ServedModel& model) { return model.name == base_model_; });
    if (served == models.end()) co_return no_base_model(*capabilities, request.base_model);
    served_ = *served;
    Call session = numbered("create_session", "create_session", Repeat::harmless);
    session.body = session_body;
    const Result<Reply> begun = co_await client_.ask(session);
    if (!begun) co_return begun.error();
    session_ = begun->word("session_id");
    if (session_.empty()) co_return Failure{FailureKind::malformed, "create_session: expected a session, found none"};
    // Of a session that was never heard of again servers keep the models for ever.
    co_await heartbeat();
    request_ = std::move(request);
    Result<bool> made = co_await make_model();
    co_return made;
}

Task<Result<bool>> TrainingClient::make_model() {
    seq_id_ = 0;
    Call model = numbered("create_model", "create_model", Repeat::harmless);
    model.body = [this, number = models_++] {
        return model_body(session_, number, base_model_, request_.rank, request_.seed);
    };
    const Result<Reply> made = co_await client_.call(model);
    if (!made) co_return made.error();
    model_ = made->word("model_id");
    if (model_.empty()) co_return Failure{FailureKind::malformed, "create_model: expected a model, found none"};
    // SkyRL's answer has it, the hosted service's has not.
    may_inherit_ = !made->word("base_model").empty();
    made_rank_ = made->rank;
    co_return true;
}

Task<Result<bool>> TrainingClient::load(std::string path, bool with_optimiser) {
    Call call = numbered("load_weights", "load_weights " + path, Repeat::harmless);
    call.body = [this, path, with_optimiser, seq_id = ++seq_id_] {
        return load_body(model_, seq_id, path, with_optimiser);
    };
    const Result<Reply> loaded = co_await client_.call(call);
    if (!loaded) co_return loaded.error();
    co_return true;
}

// By a step of no length. It counts as one to the optimiser, so that weights and optimiser are loaded after it.
Task<Result<Reply>> TrainingClient::use_up_gradient() {
    Call call = step({0, 0.9, 0.95, 1e-12, 0, 0});
    call.repeat = Repeat::harmless;
    Result<Reply> reply = co_await client_.call(call);
    co_return reply;
}

// Which kind of server it is shows in an answer to a forward pass.
Task<Result<bool>> TrainingClient::keeps_gradient() {
    const Result<Reply> reply = co_await forward(least_data());
    if (!reply) co_return reply.error();
    const bool keeps = may_inherit_ && kind_of(*reply, has_flags_).keeps_gradient;
    co_return keeps;
}

// Loading comes first: there are servers that load into an untouched model alone, and where they build it on many GPUs
// to do it over again costs minutes.
Task<Result<bool>> TrainingClient::start(std::string kept, bool with_optimiser) {
    if (!kept.empty()) {
        Result<bool> loaded = co_await load(kept, with_optimiser);
        if (!loaded) co_return loaded;
    }
    const Result<bool> keeps = co_await keeps_gradient();
    if (!keeps) co_return keeps.error();
    if (!*keeps) co_return true;
    Result<bool> started = co_await start_without_gradient(std::move(kept), with_optimiser);
    co_return started;
}

Task<Result<bool>> TrainingClient::start_without_gradient(std::string kept, bool with_optimiser) {
    std::string from = kept;
    if (from.empty()) {
        Result<std::string> fresh = co_await save("fresh");
        if (!fresh) co_return fresh.error();
        from = std::move(*fresh);
    }
    const Result<Reply> used = co_await use_up_gradient();
    if (!used) co_return used.error();
    Result<bool> loaded = co_await load(from, with_optimiser || kept.empty());
    if (loaded || loaded.error().kind != FailureKind::refused) co_return loaded;
    // There are servers that load into an untouched model alone.
    co_await unload(model_);
    Result<bool> made = co_await make_model();
    if (!made || kept.empty()) co_return made;
    loaded = co_await load(kept, with_optimiser);
    co_return loaded;
}

// In the binary form a forward is a forward_backward that says so.
Call TrainingClient::pass(std::string what, Repeat repeat, const Data& data, Loss loss,
                          std::optional<ClipBounds> bounds) {
    const std::int64_t seq_id = ++seq_id_;
    const bool forward_only = repeat == Repeat::harmless;
    const bool proto = wire_ == Wire::proto;
    Call out = numbered(proto ? "forward_backward" : what, fmt::format("{} {}", what, seq_id), repeat);
    out.max_bytes = bytes_of(*data);
    out.proto_body = proto;
    out.form = proto ? ReplyForm::proto_pass : ReplyForm::json;
    out.body = [this, data, seq_id, loss, bounds, forward_only, proto] {
        if (proto) return proto_pass_body(model_, seq_id, *data, loss, bounds, forward_only);
        return forward_only ? forward_body(model_, seq_id, *data, loss)
                            : forward_backward_body(model_, seq_id, *data, loss, bounds);
    };
    return out;
}

Task<Result<Reply>> TrainingClient::forward(Data data) {
    const Call call = pass("forward", Repeat::harmless, data, Loss::cross_entropy, std::nullopt);
    Result<Reply> reply = co_await client_.call(call);
    if (reply || wire_ == Wire::proto || !is_no_path(reply.error(), call)) co_return reply;
    co_return Failure{FailureKind::refused,
                      reply.error().message + ": this server has no /forward: set tinker.wire = \"proto\""};
}

Call TrainingClient::step(const AdamParameters& settings) {
    const std::int64_t seq_id = ++seq_id_;
    Call out = numbered("optim_step", fmt::format("optim_step {}", seq_id), Repeat::counts);
    out.body = [this, seq_id, settings] { return step_body(model_, seq_id, settings); };
    return out;
}

Task<Result<std::vector<Reply>>> TrainingClient::learn(std::vector<Data> parts, Loss loss,
                                                       std::optional<ClipBounds> bounds,
                                                       std::optional<AdamParameters> settings) {
    std::vector<Call> calls;
    for (const Data& data : parts) calls.push_back(pass("forward_backward", Repeat::counts, data, loss, bounds));
    if (settings) calls.push_back(step(*settings));
    std::vector<std::string> promises;
    for (const Call& call : calls) {
        Result<std::string> promise = co_await client_.submit(call);
        if (!promise) co_return promise.error();
        promises.push_back(std::move(*promise));
    }
    std::vector<Reply> out;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        Result<Reply> reply = co_await client_.result(promises[i], calls[i]);
        if (!reply) co_return reply.error();
        out.push_back(std::move(*reply));
    }
    co_return out;
}

// Each try has a name of its own: a server refuses a name that it has, also where its answer was lost.
Task<Result<std::string>> TrainingClient::saved(std::string path, std::string name, NamedBody body) {
    Call call = numbered(path, path + " " + name, Repeat::harmless);
    call.renamed = true;
    call.body = [name, body, tries = std::make_shared<int>(0)] {
        return body(++*tries == 1 ? name : fmt::format("{}-{}", name, *tries));
    };
    const Result<Reply> reply = co_await client_.call(call);
    if (!reply) co_return reply.error();
    std::string kept(reply->word("path"));
    if (kept.empty()) co_return Failure{FailureKind::malformed, call.what + ": expected a path, found none"};
    co_return kept;
}

Task<Result<std::string>> TrainingClient::save(std::string name) {
    return saved("save_weights", std::move(name),
                 [this, seq_id = ++seq_id_](const std::string& own) { return save_body(model_, seq_id, own); });
}

Task<Result<std::string>> TrainingClient::save_for_sampler(std::string name) {
    return saved("save_weights_for_sampler", std::move(name), [this, seq_id = ++seq_id_](const std::string& own) {
        return save_for_sampler_body(model_, seq_id, own);
    });
}

Task<Result<std::string>> TrainingClient::snapshot() {
    samples_ = 0;
    Call call = numbered("save_weights_for_sampler", "save_weights_for_sampler", Repeat::harmless);
    call.body = [this, seq_id = ++seq_id_] { return snapshot_body(model_, seq_id, ++snapshots_); };
    const Result<Reply> saved = co_await client_.call(call);
    if (!saved) co_return saved.error();
    std::string session(saved->word("sampling_session_id"));
    if (session.empty())
        co_return Failure{FailureKind::malformed, call.what + ": expected a sampling session, found none"};
    co_return session;
}

Task<Result<Reply>> TrainingClient::sample(std::string sampling_session, TokenSequence prompt,
                                           std::shared_ptr<const std::vector<TokenId>> stop,
                                           SampleParameters settings) {
    const std::int64_t seq_id = samples_++;
    Call call = numbered("asample", fmt::format("asample {} of {}", seq_id, sampling_session), Repeat::harmless);
    call.max_bytes = kReplyBytes + 2 * kNumberBytes * static_cast<std::size_t>(settings.max_tokens);
    if (wire_ == Wire::proto) call.form = ReplyForm::proto_sample;
    call.body = [sampling_session, seq_id, prompt, stop, settings] {
        return sample_body(sampling_session, seq_id, *prompt, *stop, settings);
    };
    Result<Reply> reply = co_await client_.call(call);
    co_return reply;
}

Task<bool> TrainingClient::heartbeat() {
    Call call = numbered("session_heartbeat", "session_heartbeat", Repeat::harmless);
    call.body = [this] { return heartbeat_body(session_); };
    const Result<Reply> heard = co_await client_.ask(call);
    co_return heard.has_value();
}

Task<void> TrainingClient::unload(std::string model) {
    Call call = numbered("unload_model", "unload_model", Repeat::counts);
    call.body = [model] { return unload_body(model); };
    co_await client_.mention(call);
}

Task<Result<std::string>> TrainingClient::archive(std::string path) {
    const std::optional<Kept> kept = kept_as(path);
    if (!kept) co_return Failure{FailureKind::malformed, "no checkpoint's path: " + one_line(path)};
    Result<std::string> file =
        co_await client_.download(fmt::format("{}training_runs/{}/checkpoints/{}/archive", kApi, kept->run, kept->id),
                                  "archive of " + path, kArchiveBytes);
    co_return file;
}

}  // namespace retort::train::tinker

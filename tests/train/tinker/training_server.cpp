#include "train/tinker/training_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/hash.h"
#include "train/tar_gz.h"
#include "train/tinker/proto_json.h"
#include "train/tinker/sent_json.h"

namespace retort::train::tinker::test {
namespace {

using nlohmann::json;
using retort::test::MockOptions;
using retort::test::MockReply;
using retort::test::MockRequest;

constexpr std::string_view kApi = "/api/v1/";
constexpr std::string_view kOpenAi = "/v1/";
constexpr const char* kProto = "application/x-protobuf";
constexpr const char* kWeights = "adapter_model.safetensors";  // here: the path that they were saved to

std::string route_of(const std::string& path) {
    if (path.starts_with(kOpenAi)) return path.substr(kOpenAi.size());
    return path.starts_with(kApi) ? path.substr(kApi.size()) : path;
}

MockReply as_told(const Fault& fault) {
    MockReply out;
    out.status = fault.status;
    out.close_before = fault.status == 0;
    out.headers = fault.headers;
    out.latency = fault.latency;
    out.pieces = {fault.body};
    return out;
}

}  // namespace

TrainingServer::TrainingServer(const NetShape& shape, std::vector<NamedTensor> weights, ServerSettings settings)
    : shape_(shape), weights_(std::move(weights)), settings_(std::move(settings)), server_([this] {
          MockOptions options;
          options.script = [this](const MockRequest& request) { return std::optional(serve(request)); };
          return options;
      }()) {}

std::string TrainingServer::url() const {
    return fmt::format("http://127.0.0.1:{}", server_.port());
}

int TrainingServer::requests(const std::string& route) const {
    const std::lock_guard lock(mutex_);
    const auto found = requests_.find(route);
    return found == requests_.end() ? 0 : found->second;
}

int TrainingServer::steps() const {
    const std::lock_guard lock(mutex_);
    return steps_;
}

std::size_t TrainingServer::live_models() const {
    const std::lock_guard lock(mutex_);
    return models_.size();
}

json TrainingServer::last(const std::string& route) const {
    const std::lock_guard lock(mutex_);
    const auto found = last_.find(route);
    return found == last_.end() ? json() : found->second;
}

const Fault* TrainingServer::fault_of(const std::string& route, int number) const {
    for (const Fault& fault : settings_.faults)
        if (fault.route == route && number >= fault.first && number < fault.first + fault.times) return &fault;
    return nullptr;
}

MockReply TrainingServer::serve(const MockRequest& request) {
    const std::lock_guard lock(mutex_);
    const std::string route = route_of(request.path);
    last_[route] = request.json;
    const Fault* fault = fault_of(route, ++requests_[route]);
    if (fault != nullptr && fault->restart) restart();
    const bool spoils = fault != nullptr && fault->spoil;
    const bool twice = fault != nullptr && fault->twice;
    if (fault != nullptr && !fault->restart && !fault->done && !spoils && !twice) return as_told(*fault);
    spoiling_ = spoils ? fault : nullptr;
    if (route == "completions") return complete(request.json);
    if (route.ends_with("_lora_adapter")) return load_adapter(request.json);
    if (settings_.archives && route.ends_with("/archive")) return archive(route);
    if (twice) answer(route, request);
    Answer out = answer(route, request);
    if (fault != nullptr && fault->done) return as_told(*fault);
    const auto wanted = request.headers.find("accept");
    if (settings_.proto && out.status == 200 && route == "retrieve_future" && wanted != request.headers.end() &&
        wanted->second == kProto && (out.body.contains("loss_fn_outputs") || out.body.contains("sequences"))) {
        MockReply message;
        message.content_type = kProto;
        message.pieces = {proto_of(out.body)};
        return message;
    }
    return retort::test::json_reply(out.status, out.body);
}

TrainingServer::Answer TrainingServer::allowed(const std::string& route, const MockRequest& request) const {
    const auto found = request.headers.find("x-api-key");
    const std::string key = found == request.headers.end() ? "" : found->second;
    const bool by_key = settings_.jwt.empty() || route == "auth/token" || route == "client/config";
    const std::string& wanted = by_key ? settings_.key : settings_.jwt;
    if (wanted.empty() || key == wanted) return {};
    return {401, {{"detail", "Invalid API key"}}};
}

TrainingServer::Answer TrainingServer::answer(const std::string& route, const MockRequest& request) {
    if (Answer refused = allowed(route, request); refused.status != 200) return refused;
    const Json body = request.json.is_object() ? request.json : Json::object();
    try {
        if (settings_.proto && route == "forward_backward") return proto_pass(request);
        Answer out = simple(route, body);
        return out.status == 0 ? work(route, body) : out;
    } catch (const std::exception& error) {
        return {422, {{"detail", Json::array({{{"loc", {"body"}}, {"msg", error.what()}}})}}};
    }
}

TrainingServer::Answer TrainingServer::proto_pass(const MockRequest& request) {
    const auto encoding = request.headers.find("content-encoding");
    const bool packed = encoding != request.headers.end() && encoding->second == "zstd";
    if (packed != settings_.packs || request.headers.at("content-type") != kProto)
        throw std::invalid_argument("another form than was asked for");
    ProtoPass pass = read_proto_pass(packed ? unpacked(request.body) : request.body);
    const std::string route = pass.forward_only ? "forward" : "forward_backward";
    last_[route] = pass.body;
    return numbered(route, pass.body);
}

// Status 0: it is none of these.
TrainingServer::Answer TrainingServer::simple(const std::string& route, const Json& body) {
    if (route == "client/config" && settings_.flags)
        return {200, {{"pjwt_auth_enabled", !settings_.jwt.empty()}, {"proto_compress_fwdbwd", settings_.packs}}};
    if (route == "auth/token" && !settings_.jwt.empty()) return {200, {{"jwt", settings_.jwt}}};
    if (route == "get_server_capabilities") {
        Json model = settings_.says;
        model["model_name"] = settings_.base_model;
        return {200, {{"supported_models", Json::array({model})}}};
    }
    if (route == "create_session")
        return {200, {{"type", "create_session"}, {"session_id", fmt::format("session_{}", ++created_)}}};
    if (route == "session_heartbeat") return {200, {{"type", "session_heartbeat"}}};
    if (route == "retrieve_future") return poll(body);
    return {0, {}};
}

TrainingServer::Answer TrainingServer::work(const std::string& route, const Json& body) {
    if (route == "create_model") return create_model(body);
    if (route == "unload_model") return unload(body);
    if (route == "asample") return sample(body);
    for (const char* known :
         {"forward", "forward_backward", "optim_step", "save_weights", "load_weights", "save_weights_for_sampler"})
        if (route == known) return numbered(route, body);
    return {404, {{"detail", "Not Found"}}};
}

TrainingServer::Answer TrainingServer::promise(Answer result) {
    if (spoiling_ != nullptr) spoiling_->spoil(result.body);
    const std::string id = fmt::format("{}", promises_.size() + 1);
    promises_[id] = {std::move(result), promises_.size(), 0};
    return {200, {{"future_id", id}, {"status", "pending"}, {"request_id", id}}};
}

TrainingServer::Answer TrainingServer::poll(const Json& body) {
    const auto found = promises_.find(body.at("request_id").get<std::string>());
    if (found == promises_.end()) return {404, {{"detail", "Future not found"}}};
    Promised& promised = found->second;
    const int late = settings_.unordered && promised.number % 2 == 1 ? 2 : 0;
    if (promised.polls++ < settings_.polls + late)
        return {200, {{"type", "try_again"}, {"request_id", found->first}, {"queue_state", "active"}}};
    return promised.result;
}

TrainingServer::Answer TrainingServer::create_model(const Json& body) {
    if (text(body, "base_model") != settings_.base_model) return {400, {{"detail", "no such base model"}}};
    if (models_.size() >= settings_.most_models)
        return promise({400, {{"detail", "Maximum number of LoRA adapters reached"}}});
    const std::string id = fmt::format("model_{}", ++created_);
    Live& live = models_.emplace(id, Live{ServerModel(shape_, weights_), body.at("session_id"), 0, {}}).first->second;
    for (SentData& sent : std::exchange(handed_on_, {})) live.net.gather(std::move(sent));
    const Json rank = settings_.rank < 0 ? body.at("lora_config").at("rank") : Json(settings_.rank);
    return promise({200, {{"model_id", id}, {"base_model", settings_.base_model}, {"lora_config", {{"rank", rank}}}}});
}

TrainingServer::Answer TrainingServer::unload(const Json& body) {
    if (const auto found = models_.find(text(body, "model_id")); found != models_.end()) {
        if (settings_.hands_on) handed_on_ = found->second.net.take_gathered();
        models_.erase(found);
    }
    return promise({200, {{"type", "unload_model"}}});
}

TrainingServer::Answer TrainingServer::numbered(const std::string& route, const Json& body) {
    const std::string model = body.at("model_id");
    const auto found = models_.find(model);
    if (found == models_.end()) return promise({400, {{"detail", fmt::format("Model {} not loaded", model)}}});
    Live& live = found->second;
    const std::int64_t seq_id = body.at("seq_id");
    if (seq_id > live.seq_id + 1) return {400, {{"detail", fmt::format("{} has no number before it", seq_id)}}};
    live.seq_id = std::max(live.seq_id, seq_id);
    if (settings_.knows_numbers && live.promises.contains(seq_id))
        return {200, {{"request_id", live.promises[seq_id]}}};
    Answer result = result_of(route, live, body);
    if (result.status == 409) return result;
    Answer out = promise(std::move(result));
    live.promises[seq_id] = out.body["request_id"];
    return out;
}

TrainingServer::Answer TrainingServer::result_of(const std::string& route, Live& live, const Json& body) {
    if (route == "forward") return pass(live, body.at("forward_input"), false);
    if (route == "forward_backward") return pass(live, body.at("forward_backward_input"), true);
    if (route == "optim_step") return step(live, body.at("adam_params"));
    if (route == "save_weights") return save(live, body.at("model_id"), body.at("path"));
    if (route == "load_weights") return load(live, body);
    return save_for_sampler(live, body);
}

TrainingServer::Answer TrainingServer::pass(Live& live, const Json& input, bool backward) {
    SentData sent = sent_in(input, shape_.vocabulary);
    Json outputs = Json::array();
    for (const std::vector<float>& logprobs : live.net.forward(sent.data)) {
        outputs.push_back({{"logprobs", tensor_json(logprobs)}});
        // Servers that reduce in this way tell each token's loss too; by that they are known.
        if (settings_.reduction == Reduction::seq_mean)
            outputs.back()["elementwise_loss"] = tensor_json(std::vector<float>(logprobs.size()));
    }
    if (backward) live.net.gather(std::move(sent));
    return {200, {{"loss_fn_output_type", "scalar"}, {"metrics", settings_.metrics}, {"loss_fn_outputs", outputs}}};
}

TrainingServer::Answer TrainingServer::step(Live& live, const Json& parameters) {
    const AdamW settings = settings_in(parameters);
    if (settings.lr > 0) ++steps_;
    const double norm = live.net.step(settings, settings_.reduction);
    if (!settings_.tells_norm) return {200, {{"metrics", nullptr}}};
    return {200, {{"metrics", {{"skyrl.ai/grad_norm", norm}}}}};
}

TrainingServer::Answer TrainingServer::save(Live& live, const std::string& model, const std::string& name) {
    const std::string path = fmt::format("tinker://{}/weights/{}", model, name);
    if (checkpoints_.contains(path)) return {409, {{"detail", fmt::format("Checkpoint {} already exists", name)}}};
    checkpoints_[path] = live.net.state();
    return {200, {{"path", path}, {"type", "save_weights"}}};
}

TrainingServer::Answer TrainingServer::load(Live& live, const Json& body) {
    if (!settings_.loads_late && body.at("seq_id") != 1)
        return {400, {{"detail", "load_weights is not permitted here"}}};
    const auto found = checkpoints_.find(body.at("path").get<std::string>());
    if (found == checkpoints_.end()) return {404, {{"detail", "Checkpoint does not exist"}}};
    live.net.set_state(found->second);
    return {200, {{"type", "load_weights"}}};
}

TrainingServer::Answer TrainingServer::save_for_sampler(Live& live, const Json& body) {
    const std::string model = body.at("model_id");
    if (const std::string name = text(body, "path"); !name.empty()) {
        const std::string path =
            fmt::format("tinker://{}/{}{}", model, settings_.hosted_paths ? "sampler_weights/" : "", name);
        if (saved_for_sampler_.contains(path)) return {409, {{"detail", "Checkpoint already exists"}}};
        saved_for_sampler_[path] = {model, live.net.weights()};
        return {200, {{"path", path}, {"type", "save_weights_for_sampler"}}};
    }
    const std::string session = fmt::format("sampling_{}", ++created_);
    samplers_[session] = {model, live.net.weights()};
    return {200, {{"path", nullptr}, {"sampling_session_id", session}}};
}

// A call's later sample goes on where the one before ended, as if one seed had drawn all of it: as in process.
std::uint64_t TrainingServer::drawn_before(std::uint32_t& seed, std::size_t prompt) {
    constexpr std::uint32_t kSeedBits = 0x7FFFFFFF;
    constexpr int kLaterSamples = 4;
    if (const auto found = goes_on_.find(seed); found != goes_on_.end()) {
        seed = found->second.seed;
        return prompt - found->second.prompt;
    }
    for (int i = 1; i <= kLaterSamples; ++i)
        goes_on_[static_cast<std::uint32_t>(hash64(fmt::format("{} {}", seed, i))) & kSeedBits] = {seed, prompt};
    return 0;
}

TrainingServer::Answer TrainingServer::sample(const Json& body) {
    const auto found = samplers_.find(text(body, "sampling_session_id"));
    if (found == samplers_.end() || !models_.contains(found->second.model))
        return {404, {{"detail", "Sampling session not found"}}};
    ServerModel& net = models_.at(found->second.model).net;
    net.set_weights(found->second.weights);
    const Json& sent = body.at("sampling_params");
    const SampledSequence drawn =
        this->drawn(net, tokens_in(body.at("prompt")), sent.at("stop").get<std::set<TokenId>>(),
                    {sent.at("max_tokens"), sent.at("seed"), sent.at("temperature"), sent.at("top_p")});
    return promise({200,
                    {{"sequences", Json::array({{{"stop_reason", drawn.stop_reason},
                                                 {"tokens", drawn.tokens},
                                                 {"logprobs", drawn.logprobs}}})}}});
}

SampledSequence TrainingServer::drawn(ServerModel& net, const std::vector<TokenId>& prompt,
                                      const std::set<TokenId>& stop, SampleParameters parameters) {
    const std::uint64_t first = drawn_before(parameters.seed, prompt.size());
    return net.sample(prompt, stop, parameters, first);
}

// "training_runs/MODEL/checkpoints/NAME/archive", the path being tinker://MODEL/NAME
MockReply TrainingServer::archive(const std::string& route) const {
    for (const auto& [path, saved] : saved_for_sampler_) {
        const std::string kept = path.substr(std::string("tinker://").size());
        const std::size_t slash = kept.find('/');
        if (route != fmt::format("training_runs/{}/checkpoints{}/archive", kept.substr(0, slash), kept.substr(slash)))
            continue;
        MockReply out;
        out.content_type = "application/gzip";
        const std::string tar = train::test::entry("./", "", '5') + train::test::entry("./adapter_config.json", "{}") +
                                train::test::entry(fmt::format("./{}", kWeights), path) + train::test::end_of_tar();
        out.pieces = {settings_.gzips ? train::test::gzip(tar) : tar};
        return out;
    }
    return retort::test::json_reply(404, {{"detail", "Not Found"}});
}

// vLLM says in plain words that it has done so.
MockReply TrainingServer::load_adapter(const Json& body) {
    const std::string name = body.at("lora_name");
    MockReply out;
    out.content_type = "text/plain";
    out.pieces = {"Success: " + name};
    if (adapters_.erase(name) > 0) return out;
    std::ifstream in(text(body, "lora_path") + "/" + kWeights);
    std::getline(in, adapters_[name]);
    return out;
}

MockReply TrainingServer::complete(const Json& body) {
    const std::string model = body.at("model");
    const auto adapter = adapters_.find(model);
    const auto found = saved_for_sampler_.find(adapter == adapters_.end() ? model : adapter->second);
    if (found == saved_for_sampler_.end())
        return retort::test::json_reply(404, {{"error", {{"message", "The model does not exist"}, {"code", 404}}}});
    ServerModel net(shape_, found->second.weights);
    const SampledSequence drawn = this->drawn(
        net, body.at("prompt").get<std::vector<TokenId>>(), body.at("stop_token_ids").get<std::set<TokenId>>(),
        {body.at("max_tokens"), body.at("seed"), body.at("temperature"), body.at("top_p")});
    std::vector<float> logprobs = drawn.logprobs;
    for (float& logprob : logprobs) logprob += settings_.completion_offset;
    return retort::test::json_reply(200, {{"object", "text_completion"},
                                          {"choices", Json::array({{{"index", 0},
                                                                    {"text", "?"},
                                                                    {"token_ids", drawn.tokens},
                                                                    {"logprobs", {{"token_logprobs", logprobs}}},
                                                                    {"finish_reason", drawn.stop_reason}}})}});
}

void TrainingServer::restart() {
    models_.clear();
    samplers_.clear();
}

}  // namespace retort::train::tinker::test

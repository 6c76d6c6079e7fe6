#include "train/tinker/messages.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace retort::train::tinker {
namespace {

using Buffer = fmt::memory_buffer;

std::string quoted(std::string_view text) {
    return nlohmann::json(text).dump();
}

// Numbers are nearly all of what is sent: they are written straight into the body.
template <class T>
void put_numbers(Buffer& out, std::span<const T> values) {
    out.push_back('[');
    bool first = true;
    for (const T value : values) {
        if (!first) out.push_back(',');
        first = false;
        if constexpr (std::is_same_v<T, std::uint8_t>)
            out.push_back(value != 0 ? '1' : '0');
        else
            fmt::format_to(std::back_inserter(out), "{}", value);
    }
    out.push_back(']');
}

template <class T>
void put_tensor(Buffer& out, std::string_view name, const std::vector<T>& values, std::string_view type) {
    fmt::format_to(std::back_inserter(out), "\"{}\":{{\"data\":", name);
    put_numbers(out, std::span<const T>(values));
    fmt::format_to(std::back_inserter(out), ",\"dtype\":\"{}\",\"shape\":[{}]}}", type, values.size());
}

void put_tokens(Buffer& out, std::span<const TokenId> tokens) {
    fmt::format_to(std::back_inserter(out), "{{\"chunks\":[{{\"type\":\"encoded_text\",\"tokens\":");
    put_numbers(out, tokens);
    fmt::format_to(std::back_inserter(out), "}}]}}");
}

void put_datum(Buffer& out, const Datum& datum) {
    fmt::format_to(std::back_inserter(out), "{{\"model_input\":");
    put_tokens(out, datum.tokens);
    fmt::format_to(std::back_inserter(out), ",\"loss_fn_inputs\":{{");
    put_tensor(out, "target_tokens", datum.targets, "int64");
    out.push_back(',');
    put_tensor(out, "weights", datum.mask, "float32");
    if (!datum.logprobs.empty()) {
        out.push_back(',');
        put_tensor(out, "logprobs", datum.logprobs, "float32");
    }
    if (!datum.advantages.empty()) {
        out.push_back(',');
        put_tensor(out, "advantages", datum.advantages, "float32");
    }
    fmt::format_to(std::back_inserter(out), "}}}}");
}

std::string pass_body(std::string_view input, std::string_view model, std::int64_t seq_id, std::span<const Datum> data,
                      Loss loss, const std::optional<ClipBounds>& bounds) {
    Buffer out;
    fmt::format_to(std::back_inserter(out), "{{\"model_id\":{},\"seq_id\":{},\"{}\":{{\"loss_fn\":\"{}\"",
                   quoted(model), seq_id, input, name(loss));
    if (bounds)
        fmt::format_to(std::back_inserter(out),
                       ",\"loss_fn_config\":{{\"clip_low_threshold\":{},\"clip_high_threshold\":{}}}", bounds->low,
                       bounds->high);
    fmt::format_to(std::back_inserter(out), ",\"data\":[");
    for (std::size_t i = 0; i < data.size(); ++i) {
        if (i > 0) out.push_back(',');
        put_datum(out, data[i]);
    }
    fmt::format_to(std::back_inserter(out), "]}}}}");
    return fmt::to_string(out);
}

}  // namespace

std::string_view name(Loss loss) {
    switch (loss) {
        case Loss::cross_entropy:
            return "cross_entropy";
        case Loss::importance_sampling:
            return "importance_sampling";
        case Loss::cispo:
            break;
    }
    return "cispo";
}

std::string session_body() {
    return R"({"tags":[],"user_metadata":{},"sdk_version":"0.0.0","type":"create_session"})";
}

std::string heartbeat_body(std::string_view session) {
    return fmt::format(R"({{"session_id":{},"type":"session_heartbeat"}})", quoted(session));
}

std::string model_body(std::string_view session, std::int64_t number, std::string_view base_model, std::int64_t rank,
                       std::int64_t seed) {
    return fmt::format(
        R"({{"session_id":{},"model_seq_id":{},"base_model":{},"lora_config":{{"rank":{},"seed":{},"train_unembed":true,)"
        R"("train_mlp":true,"train_attn":true}},"user_metadata":{{}},"type":"create_model"}})",
        quoted(session), number, quoted(base_model), rank, seed);
}

std::string unload_body(std::string_view model) {
    return fmt::format(R"({{"model_id":{},"type":"unload_model"}})", quoted(model));
}

std::string forward_body(std::string_view model, std::int64_t seq_id, std::span<const Datum> data, Loss loss) {
    return pass_body("forward_input", model, seq_id, data, loss, std::nullopt);
}

std::string forward_backward_body(std::string_view model, std::int64_t seq_id, std::span<const Datum> data, Loss loss,
                                  const std::optional<ClipBounds>& bounds) {
    return pass_body("forward_backward_input", model, seq_id, data, loss, bounds);
}

std::string step_body(std::string_view model, std::int64_t seq_id, const AdamParameters& settings) {
    return fmt::format(
        R"({{"model_id":{},"seq_id":{},"type":"optim_step","adam_params":{{"learning_rate":{},"beta1":{},"beta2":{},)"
        R"("eps":{},"weight_decay":{},"grad_clip_norm":{}}}}})",
        quoted(model), seq_id, settings.lr, settings.beta1, settings.beta2, settings.epsilon, settings.weight_decay,
        settings.clip_norm);
}

std::string save_body(std::string_view model, std::int64_t seq_id, std::string_view path) {
    return fmt::format(R"({{"model_id":{},"path":{},"seq_id":{},"type":"save_weights"}})", quoted(model), quoted(path),
                       seq_id);
}

std::string load_body(std::string_view model, std::int64_t seq_id, std::string_view path, bool optimiser) {
    return fmt::format(R"({{"model_id":{},"path":{},"optimizer":{},"seq_id":{},"type":"load_weights"}})", quoted(model),
                       quoted(path), optimiser, seq_id);
}

std::string save_for_sampler_body(std::string_view model, std::int64_t seq_id, std::string_view path) {
    return fmt::format(R"({{"model_id":{},"path":{},"seq_id":{},"type":"save_weights_for_sampler"}})", quoted(model),
                       quoted(path), seq_id);
}

std::string snapshot_body(std::string_view model, std::int64_t seq_id, std::int64_t number) {
    return fmt::format(
        R"({{"model_id":{},"sampling_session_seq_id":{},"seq_id":{},"kind":"snapshot","type":"save_weights_for_sampler"}})",
        quoted(model), number, seq_id);
}

std::string sampling_session_body(std::string_view session, std::int64_t number, std::string_view path) {
    return fmt::format(
        R"({{"session_id":{},"sampling_session_seq_id":{},"model_path":{},"type":"create_sampling_session"}})",
        quoted(session), number, quoted(path));
}

std::string sample_body(std::string_view sampling_session, std::int64_t seq_id, std::span<const TokenId> prompt,
                        std::span<const TokenId> stop, const SampleParameters& settings) {
    Buffer out;
    fmt::format_to(std::back_inserter(out), R"({{"sampling_session_id":{},"seq_id":{},"num_samples":1,"prompt":)",
                   quoted(sampling_session), seq_id);
    put_tokens(out, prompt);
    fmt::format_to(std::back_inserter(out),
                   R"(,"sampling_params":{{"max_tokens":{},"seed":{},"temperature":{},"top_k":-1,"top_p":{},"stop":)",
                   settings.max_tokens, settings.seed, settings.temperature, settings.top_p);
    put_numbers(out, stop);
    fmt::format_to(std::back_inserter(out), R"(}},"prompt_logprobs":false,"topk_prompt_logprobs":0,"type":"sample"}})");
    return fmt::to_string(out);
}

std::string promise_body(std::string_view request) {
    return fmt::format(R"({{"request_id":{}}})", quoted(request));
}

}  // namespace retort::train::tinker

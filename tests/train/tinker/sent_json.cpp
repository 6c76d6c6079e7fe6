#include "train/tinker/sent_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace retort::train::tinker::test {

using nlohmann::json;

std::string text(const json& body, const char* name) {
    return body.contains(name) && body[name].is_string() ? body[name].get<std::string>() : "";
}

std::vector<TokenId> tokens_in(const json& input) {
    return input.at("chunks").at(0).at("tokens").get<std::vector<TokenId>>();
}

namespace {

template <class T>
std::vector<T> tensor(const json& inputs, const char* name, std::size_t size) {
    if (!inputs.contains(name)) return {};
    auto out = inputs[name].at("data").get<std::vector<T>>();
    if (out.size() != size) throw std::invalid_argument(fmt::format("{}: expected {} numbers", name, size));
    return out;
}

Datum datum_of(const json& sent, int vocabulary) {
    Datum out;
    out.tokens = tokens_in(sent.at("model_input"));
    const json& inputs = sent.at("loss_fn_inputs");
    const std::size_t size = out.tokens.size();
    out.targets = tensor<TokenId>(inputs, "target_tokens", size);
    for (const auto weight : tensor<double>(inputs, "weights", size)) {
        if (weight != 0 && weight != 1) throw std::invalid_argument("weights are no mask");
        out.mask.push_back(weight != 0);
    }
    out.logprobs = tensor<float>(inputs, "logprobs", size);
    out.advantages = tensor<float>(inputs, "advantages", size);
    for (const TokenId token : out.targets)
        if (token < 0 || token >= vocabulary) throw std::invalid_argument("a token beyond the vocabulary");
    if (!std::equal(out.tokens.begin() + 1, out.tokens.end(), out.targets.begin()))
        throw std::invalid_argument("targets are not those of the next position");
    return out;
}

}  // namespace

SentData sent_in(const json& input, int vocabulary) {
    SentData out;
    out.loss = input.at("loss_fn");
    if (input.contains("loss_fn_config")) {
        out.bounds.low = input["loss_fn_config"].at("clip_low_threshold");
        out.bounds.high = input["loss_fn_config"].at("clip_high_threshold");
    }
    for (const json& datum : input.at("data")) out.data.push_back(datum_of(datum, vocabulary));
    if (out.data.empty()) throw std::invalid_argument("no data: this is never finished");
    return out;
}

AdamW settings_in(const json& parameters) {
    AdamW out;
    out.lr = parameters.at("learning_rate");
    out.beta1 = parameters.at("beta1");
    out.beta2 = parameters.at("beta2");
    out.epsilon = parameters.at("eps");
    out.weight_decay = parameters.at("weight_decay");
    out.clip_norm = parameters.at("grad_clip_norm");
    return out;
}

json tensor_json(const std::vector<float>& values) {
    return {{"data", values}, {"dtype", "float32"}, {"shape", {values.size()}}};
}

}  // namespace retort::train::tinker::test

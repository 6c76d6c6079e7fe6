#include "train/tinker/messages.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace retort::train::tinker::test {
namespace {

using nlohmann::json;

// The protocol's own example.
Datum example() {
    Datum out;
    out.tokens = {10, 20, 30, 40, 50, 11, 86};
    out.targets = {20, 30, 40, 50, 11, 86, 17};
    out.mask = {0, 0, 0, 0, 1, 1, 1};
    out.logprobs = {0, 0, 0, 0, -4.0F, -5.125F, -4.875F};
    out.advantages = {0, 0, 0, 0, 1, 1, 1};
    return out;
}

json example_json() {
    return json::parse(R"({"model_input":{"chunks":[{"type":"encoded_text","tokens":[10,20,30,40,50,11,86]}]},
        "loss_fn_inputs":{
            "target_tokens":{"data":[20,30,40,50,11,86,17],"dtype":"int64","shape":[7]},
            "weights":{"data":[0,0,0,0,1,1,1],"dtype":"float32","shape":[7]},
            "logprobs":{"data":[0,0,0,0,-4.0,-5.125,-4.875],"dtype":"float32","shape":[7]},
            "advantages":{"data":[0,0,0,0,1.0,1.0,1.0],"dtype":"float32","shape":[7]}}})");
}

TEST(Messages, ASessionBegins) {
    EXPECT_EQ(json::parse(session_body()),
              json::parse(R"({"tags":[],"user_metadata":{},"sdk_version":"0.0.0","type":"create_session"})"));
    EXPECT_EQ(json::parse(heartbeat_body("session_d4")),
              json::parse(R"({"session_id":"session_d4","type":"session_heartbeat"})"));
}

TEST(Messages, AModelIsMadeAndGivenUp) {
    EXPECT_EQ(json::parse(model_body("session_d440ec87", 0, "Qwen/Qwen3-8B", 32, 7)), json::parse(R"(
        {"session_id":"session_d440ec87","model_seq_id":0,"base_model":"Qwen/Qwen3-8B",
         "lora_config":{"rank":32,"seed":7,"train_unembed":true,"train_mlp":true,"train_attn":true},
         "user_metadata":{},"type":"create_model"})"));
    EXPECT_EQ(json::parse(unload_body("model_e")), json::parse(R"({"model_id":"model_e","type":"unload_model"})"));
}

TEST(Messages, AForwardNamesItsInputAfterItself) {
    const std::vector<Datum> data{example()};
    const json body = json::parse(forward_body("model_eba66852", 1, data, Loss::cross_entropy));
    EXPECT_EQ(body, (json{{"model_id", "model_eba66852"},
                          {"seq_id", 1},
                          {"forward_input", {{"loss_fn", "cross_entropy"}, {"data", {example_json()}}}}}));
}

TEST(Messages, AForwardBackwardHasBoundsWhereTheLossTakesThem) {
    const std::vector<Datum> data{example(), example()};
    const json body = json::parse(forward_backward_body("model_eba66852", 1, data, Loss::cispo, ClipBounds{0.0, 5.0}));
    EXPECT_EQ(body.at("forward_backward_input"),
              (json{{"loss_fn", "cispo"},
                    {"loss_fn_config", {{"clip_low_threshold", 0.0}, {"clip_high_threshold", 5.0}}},
                    {"data", {example_json(), example_json()}}}));
    const json plain = json::parse(forward_backward_body("m", 1, data, Loss::importance_sampling, std::nullopt));
    EXPECT_EQ(plain.at("forward_backward_input").at("loss_fn"), "importance_sampling");
    EXPECT_FALSE(plain.at("forward_backward_input").contains("loss_fn_config"));
}

TEST(Messages, TensorsThatALossDoesNotTakeAreNotSent) {
    Datum datum = example();
    datum.logprobs.clear();
    datum.advantages.clear();
    const std::vector<Datum> data{datum};
    const json inputs = json::parse(forward_body("m", 1, data, Loss::cross_entropy))
                            .at("forward_input")
                            .at("data")
                            .at(0)
                            .at("loss_fn_inputs");
    EXPECT_EQ(inputs.size(), 2U);
    EXPECT_TRUE(inputs.contains("weights"));
}

TEST(Messages, FloatsComeBackToTheBit) {
    Datum datum = example();
    datum.advantages = {1e-30F, -3.4028235e38F, 0.1F, 1 / 3.0F, -0.0F, 1.17549435e-38F, 16777217.0F};
    const std::vector<Datum> data{datum};
    const json body = json::parse(forward_backward_body("m", 1, data, Loss::importance_sampling, std::nullopt));
    const json& sent =
        body.at("forward_backward_input").at("data").at(0).at("loss_fn_inputs").at("advantages").at("data");
    for (std::size_t i = 0; i < datum.advantages.size(); ++i) EXPECT_EQ(sent.at(i).get<float>(), datum.advantages[i]);
}

TEST(Messages, AStepSaysAllOfTheOptimiser) {
    EXPECT_EQ(json::parse(step_body("model_e", 2, {1e-4, 0.9, 0.95, 1e-12, 0, 1})), json::parse(R"(
        {"model_id":"model_e","seq_id":2,"type":"optim_step","adam_params":{"learning_rate":1e-4,"beta1":0.9,
         "beta2":0.95,"eps":1e-12,"weight_decay":0.0,"grad_clip_norm":1.0}})"));
}

TEST(Messages, WeightsAreSavedAndLoaded) {
    EXPECT_EQ(json::parse(save_body("model_e", 6, "step-000100")),
              json::parse(R"({"model_id":"model_e","path":"step-000100","seq_id":6,"type":"save_weights"})"));
    EXPECT_EQ(json::parse(load_body("model_e", 1, "tinker://m/weights/step-000100", true)), json::parse(R"(
        {"model_id":"model_e","path":"tinker://m/weights/step-000100","optimizer":true,"seq_id":1,
         "type":"load_weights"})"));
    EXPECT_EQ(json::parse(save_for_sampler_body("model_e", 5, "s100")),
              json::parse(R"({"model_id":"model_e","path":"s100","seq_id":5,"type":"save_weights_for_sampler"})"));
    EXPECT_EQ(json::parse(snapshot_body("model_e", 4, 0)), json::parse(R"(
        {"model_id":"model_e","sampling_session_seq_id":0,"seq_id":4,"kind":"snapshot",
         "type":"save_weights_for_sampler"})"));
    EXPECT_EQ(json::parse(sampling_session_body("session_d", 1, "tinker://m/s100")), json::parse(R"(
        {"session_id":"session_d","sampling_session_seq_id":1,"model_path":"tinker://m/s100",
         "type":"create_sampling_session"})"));
}

TEST(Messages, ASampleNamesTheIdsThatEndIt) {
    const std::vector<TokenId> prompt{10, 20, 30};
    const std::vector<TokenId> stop{1};
    EXPECT_EQ(json::parse(sample_body("sampling_822ac3fa", 0, prompt, stop, {512, 5, 1, 1})), json::parse(R"(
        {"sampling_session_id":"sampling_822ac3fa","seq_id":0,"num_samples":1,
         "prompt":{"chunks":[{"type":"encoded_text","tokens":[10,20,30]}]},
         "sampling_params":{"max_tokens":512,"seed":5,"temperature":1.0,"top_k":-1,"top_p":1.0,"stop":[1]},
         "prompt_logprobs":false,"topk_prompt_logprobs":0,"type":"sample"})"));
}

TEST(Messages, APromiseIsAskedForByItsId) {
    EXPECT_EQ(json::parse(promise_body("23")), json::parse(R"({"request_id":"23"})"));
}

TEST(Messages, NamesMayHoldAnything) {
    const std::string name = "a\"b\\c\n{}\xC3\xA9";
    EXPECT_EQ(json::parse(promise_body(name)).at("request_id"), name);
    EXPECT_EQ(json::parse(step_body(name, 1, {})).at("model_id"), name);
    EXPECT_EQ(json::parse(model_body(name, 0, name, 1, -1)).at("base_model"), name);
    EXPECT_EQ(json::parse(sample_body(name, 0, {}, {}, {})).at("sampling_session_id"), name);
    EXPECT_EQ(json::parse(forward_body(name, 1, {}, Loss::cross_entropy)).at("model_id"), name);
}

}  // namespace
}  // namespace retort::train::tinker::test

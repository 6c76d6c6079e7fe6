#include "train/tinker/training_client.h"

#include <gmock/gmock.h>

#include "train/tinker/scripted_server.h"

namespace retort::train::tinker::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using Answers = std::map<std::string, std::vector<MockReply>>;

MockReply models(const std::vector<std::string>& names) {
    json out = json::array();
    for (const std::string& name : names) out.push_back({{"model_name", name}});
    return json_reply(200, {{"supported_models", out}});
}

// A hosted service up to its model; `more` comes before.
Answers hosted(Answers more = {}, std::vector<MockReply> results = {}) {
    Answers out = std::move(more);
    out.insert({{"get_server_capabilities", {models({"base"})}},
                {"create_session", {json_reply(200, {{"session_id", "s"}})}},
                {"session_heartbeat", {json_reply(200, {{"type", "session_heartbeat"}})}},
                {"create_model", {promise("m")}}});
    results.insert(results.begin(), json_reply(200, {{"model_id", "model_1"}, {"type", "create_model"}}));
    out.insert({"retrieve_future", std::move(results)});
    return out;
}

struct TrainingBench : ClientBench {
    explicit TrainingBench(Answers answers) : ClientBench(std::move(answers)) {}
    TrainingClient training{client(), Wire::json};
};

Data one_datum() {
    auto out = std::make_shared<std::vector<Datum>>(1);
    out->front().tokens = {1, 2};
    out->front().targets = {2, 3};
    out->front().mask = {0, 1};
    return out;
}

TEST(TrainingClient, MakesAModelOfTheOnlyBaseModelOfTheServer) {
    TrainingBench bench(hosted());
    const Result<bool> opened = bench.run(bench.training.open({"", 8, 3}));
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(bench.training.base_model(), "base");
    EXPECT_EQ(bench.training.session(), "s");
    EXPECT_EQ(bench.training.model(), "model_1");
    EXPECT_FALSE(bench.training.has_flags());
    const json body = bench.server.requests("create_model").at(0).json;
    EXPECT_EQ(body.at("base_model"), "base");
    EXPECT_EQ(body.at("lora_config").at("rank"), 8);
}

TEST(TrainingClient, AsksWhichOfSeveralBaseModelsAndNamesThem) {
    TrainingBench bench(hosted({{"get_server_capabilities", {models({"a/b", "c"})}}}));
    const Result<bool> opened = bench.run(bench.training.open({"", 8, 3}));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, FailureKind::no_model);
    EXPECT_EQ(opened.error().message, "the server trains a/b, c: set tinker.base_model to what it trains");
    const Result<bool> unknown = bench.run(bench.training.open({"d", 8, 3}));
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().message, HasSubstr("not \"d\""));
    EXPECT_THAT(bench.server.requests("create_session"), SizeIs(0));
}

TEST(TrainingClient, ASessionOrModelWithoutANameIsMalformed) {
    TrainingBench session(hosted({{"create_session", {json_reply(200, {{"session_id", nullptr}})}}}));
    EXPECT_EQ(session.run(session.training.open({"", 8, 3})).error().kind, FailureKind::malformed);
    TrainingBench model(hosted({{"retrieve_future", {json_reply(200, json::object())}}}));
    EXPECT_EQ(model.run(model.training.open({"", 8, 3})).error().kind, FailureKind::malformed);
}

const json kPass{{"loss_fn_outputs", json::array({{{"logprobs", {{"data", {-1, -2}}}}}})}, {"metrics", json::object()}};

TEST(TrainingClient, NumbersItsRequestsWithoutAGapAndStepsAfterAllParts) {
    TrainingBench bench(
        hosted({{"forward_backward", {promise("1")}}, {"optim_step", {promise("2")}}},
               {json_reply(200, kPass), json_reply(200, kPass), json_reply(200, {{"metrics", {{"grad_norm", 2}}}})}));
    ASSERT_TRUE(bench.run(bench.training.open({"", 8, 3})));
    const Result<std::vector<Reply>> replies =
        bench.run(bench.training.learn({one_datum(), one_datum()}, Loss::importance_sampling, std::nullopt,
                                       AdamParameters{1e-3, 0.9, 0.95, 1e-12, 0, 1}));
    ASSERT_TRUE(replies) << replies.error().message;
    EXPECT_THAT(*replies, SizeIs(3));
    EXPECT_EQ(replies->back().metrics.at("grad_norm"), 2);
    const auto passes = bench.server.requests("forward_backward");
    ASSERT_THAT(passes, SizeIs(2));
    EXPECT_EQ(passes[0].json.at("seq_id"), 1);
    EXPECT_EQ(passes[1].json.at("seq_id"), 2);
    EXPECT_EQ(bench.server.requests("optim_step").at(0).json.at("seq_id"), 3);
}

// What is ready last was asked for first, and promises are named against their order.
TEST(TrainingClient, AnswersOfPartsInAnotherOrderAreTakenByTheirNumbers) {
    json first = kPass;
    json second = kPass;
    first["loss_fn_outputs"][0]["logprobs"]["data"] = {-1, -1.5};
    second["loss_fn_outputs"][0]["logprobs"]["data"] = {-2, -2.5};
    const MockReply later = json_reply(200, {{"type", "try_again"}, {"request_id", "9"}, {"queue_state", "active"}});
    TrainingBench bench(hosted({{"forward_backward", {promise("9"), promise("8")}},
                                {"optim_step", {promise("7")}},
                                {"retrieve_future 9", {later, later, json_reply(200, first)}},
                                {"retrieve_future 8", {later, json_reply(200, second)}},
                                {"retrieve_future 7", {json_reply(200, {{"metrics", {{"grad_norm", 2}}}})}}}));
    ASSERT_TRUE(bench.run(bench.training.open({"", 8, 3})));
    const Result<std::vector<Reply>> replies =
        bench.run(bench.training.learn({one_datum(), one_datum()}, Loss::importance_sampling, std::nullopt,
                                       AdamParameters{1e-3, 0.9, 0.95, 1e-12, 0, 1}));
    ASSERT_TRUE(replies) << replies.error().message;
    ASSERT_THAT(*replies, SizeIs(3));
    EXPECT_THAT((*replies)[0].logprobs.at(0), ElementsAre(-1, -1.5));
    EXPECT_THAT((*replies)[1].logprobs.at(0), ElementsAre(-2, -2.5));
    EXPECT_EQ((*replies)[2].metrics.at("grad_norm"), 2);
    EXPECT_THAT(bench.server.requests("forward_backward"), SizeIs(2)) << "nothing was sent twice";
    EXPECT_THAT(bench.server.requests("optim_step"), SizeIs(1));
}

TEST(TrainingClient, AStepWhoseAnswerIsLostIsNotMadeAgain) {
    for (const char* route : {"forward_backward", "optim_step"}) {
        Answers answers{{"forward_backward", {promise("1")}}, {"optim_step", {promise("2")}}};
        answers[route] = {hang_up()};
        TrainingBench bench(hosted(answers, {json_reply(200, kPass)}));
        ASSERT_TRUE(bench.run(bench.training.open({"", 8, 3})));
        const auto replies =
            bench.run(bench.training.learn({one_datum()}, Loss::cross_entropy, std::nullopt, AdamParameters{}));
        ASSERT_FALSE(replies);
        EXPECT_EQ(replies.error().kind, FailureKind::lost);
        EXPECT_THAT(bench.server.requests(route), SizeIs(1));
    }
}

// A server refuses a name that it has, also where it did not get through to say that it has it.
TEST(TrainingClient, ASaveIsTriedAgainUnderANameOfItsOwn) {
    TrainingBench bench(hosted({{"save_weights", {hang_up(), plain(503, ""), promise("1")}}},
                               {json_reply(200, {{"path", "tinker://model_1/weights/step-3"}})}));
    ASSERT_TRUE(bench.run(bench.training.open({"", 8, 3})));
    const Result<std::string> path = bench.run(bench.training.save("step"));
    ASSERT_TRUE(path) << path.error().message;
    EXPECT_EQ(*path, "tinker://model_1/weights/step-3");
    std::vector<std::string> names;
    for (const MockRequest& request : bench.server.requests("save_weights")) names.push_back(request.json.at("path"));
    EXPECT_THAT(names, ElementsAre("step", "step-2", "step-3"));
}

// A try that came twice, or whose answer did not come, has taken it.
TEST(TrainingClient, ASaveWhoseNameIsTakenIsTriedUnderAnother) {
    TrainingBench bench(hosted({{"save_weights", {json_reply(409, {{"detail", "already exists"}}), promise("1")}}},
                               {json_reply(200, {{"path", "tinker://model_1/weights/step-2"}})}));
    ASSERT_TRUE(bench.run(bench.training.open({"", 8, 3})));
    const Result<std::string> path = bench.run(bench.training.save("step"));
    ASSERT_TRUE(path) << path.error().message;
    EXPECT_EQ(bench.server.requests("save_weights").at(1).json.at("path"), "step-2");
}

TEST(TrainingClient, AnArchiveIsAskedForAsItsServerNamesIt) {
    const MockReply file = plain(200, "bytes");
    TrainingBench bench({{"training_runs/model_1/checkpoints/last/archive", {file}},
                         {"training_runs/a:train:0/checkpoints/sampler_weights/last/archive", {file}}});
    for (const char* path : {"tinker://model_1/last", "tinker://a:train:0/sampler_weights/last"}) {
        const Result<std::string> archive = bench.run(bench.training.archive(path));
        ASSERT_TRUE(archive) << archive.error().message;
        EXPECT_EQ(*archive, "bytes");
    }
    for (const char* path : {"last", "tinker://model_1", "tinker://model_1/", "tinker:///last", "tinker://m/../x",
                             "tinker://m/a?b", "tinker://m/a b"}) {
        const Result<std::string> archive = bench.run(bench.training.archive(path));
        ASSERT_FALSE(archive) << path;
        EXPECT_EQ(archive.error().kind, FailureKind::malformed);
        EXPECT_THAT(archive.error().message, HasSubstr("no checkpoint's path"));
    }
}

TEST(TrainingClient, ASaveWithoutAPathIsMalformed) {
    TrainingBench bench(hosted({{"save_weights", {promise("1")}}}, {json_reply(200, json::object())}));
    ASSERT_TRUE(bench.run(bench.training.open({"", 8, 3})));
    EXPECT_EQ(bench.run(bench.training.save("step")).error().kind, FailureKind::malformed);
}

TEST(TrainingClient, SamplesAreNumberedFromZeroInEachSamplingSession) {
    const json sequence{{"sequences", json::array({{{"stop_reason", "stop"}, {"tokens", {1}}, {"logprobs", {-1}}}})}};
    TrainingBench bench(
        hosted({{"save_weights_for_sampler", {promise("1")}}, {"asample", {promise("2")}}},
               {json_reply(200, {{"sampling_session_id", "x"}}), json_reply(200, sequence), json_reply(200, sequence),
                json_reply(200, {{"sampling_session_id", "y"}}), json_reply(200, sequence)}));
    ASSERT_TRUE(bench.run(bench.training.open({"", 8, 3})));
    const auto prompt = std::make_shared<const std::vector<TokenId>>(std::vector<TokenId>{5});
    for (const int samples : {2, 1}) {
        const Result<std::string> session = bench.run(bench.training.snapshot());
        ASSERT_TRUE(session);
        for (int i = 0; i < samples; ++i)
            EXPECT_TRUE(bench.run(bench.training.sample(*session, prompt, prompt, {4, 1, 1, 1})));
    }
    const auto sent = bench.server.requests("asample");
    ASSERT_THAT(sent, SizeIs(3));
    EXPECT_EQ(sent[0].json.at("seq_id"), 0);
    EXPECT_EQ(sent[1].json.at("seq_id"), 1);
    EXPECT_EQ(sent[2].json.at("seq_id"), 0);
    EXPECT_EQ(sent[2].json.at("sampling_session_id"), "y");
}

TEST(TrainingClient, ASessionThatHasEndedIsNoticed) {
    TrainingBench bench(hosted(
        {{"session_heartbeat", {json_reply(200, {{"type", "session_heartbeat"}}), json_reply(410, json::object())}}}));
    ASSERT_TRUE(bench.run(bench.training.open({"", 8, 3})));
    EXPECT_FALSE(bench.run(bench.training.heartbeat()));
}

}  // namespace
}  // namespace retort::train::tinker::test

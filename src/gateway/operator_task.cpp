#include "gateway/operator_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "gateway/api/method_headers.h"
#include "operator/asked_problem.h"

namespace retort::gateway {
namespace {

constexpr std::array kApis{OperatorApi{"/v1/chat/completions", chat_of_body, chat_writer},
                           OperatorApi{"/v1/completions", chat_of_text_body, text_writer},
                           OperatorApi{"/v1/responses", chat_of_response_body, response_writer, true}};

// Of a limit on a call's tokens three quarters may be reasoning, where the model sets reasoning apart at all.
StepDefaults defaults_for(const ChatBody& body, StepDefaults out) {
    if (body.distiller) out.distiller = *body.distiller;
    if (body.k) out.k = *body.k;
    if (body.workspace) out.workspace = *body.workspace;
    if (body.max_tokens) {
        out.max_answer = std::max<std::int64_t>(1, *body.max_tokens / 4);
        out.think = *body.max_tokens - out.max_answer;
    }
    if (body.think) out.think = *body.think;
    return out;
}

// The question inside of what the client has said. A model that knows one kind of problem alone reads the question
// alone, in the words that it knows.
ApiOutcome<Problem> problem_of(const ChatBody& body, const PromptSet& prompts, const std::string& model) {
    if (!prompts.scope) {
        Problem out;
        out.id = problem_id(body.asked);
        out.text = body.asked;
        out.conversation = body.conversation;
        return out;
    }
    ScopedProblem scoped = scoped_problem(body.asked, std::nullopt, prompts, model);
    if (!scoped.beyond.empty()) return bad_request(std::move(scoped.beyond), "messages");
    return std::move(scoped.asked.problem);
}

// Fields that change no answer, or not with the value that they have.
bool is_idle(const std::string& name, const nlohmann::json& value) {
    constexpr std::array<std::string_view, 8> kSaid{
        "user",  "metadata", "service_tier", "safety_identifier", "prompt_cache_key", "parallel_tool_calls",
        "store", "n"};
    if (std::find(kSaid.begin(), kSaid.end(), name) != kSaid.end()) return true;
    return value.empty() || value == 0 || (name == "modalities") ||
           (name == "response_format" && value.is_object() && value.value("type", "") == "text");
}

bool is_given(const ChatBody& body, std::string_view option) {
    return (option == "distiller" && body.distiller) || (option == "k" && body.k) ||
           (option == "workspace" && body.workspace);
}

std::optional<ApiError> beyond_in_process(const std::string& model, const Conversation& conversation) {
    if (!conversation.for_final) return std::nullopt;
    const nlohmann::json fields = nlohmann::json::parse(*conversation.for_final);
    for (const auto& [name, value] : fields.items())
        if (!is_idle(name, value))
            return bad_request(fmt::format("\"{}\": the model {} runs in process and cannot keep to it", name, model),
                               name);
    return std::nullopt;
}

// What the schedule cannot do with what was asked for.
std::optional<ApiError> beyond_schedule(const Schedule& schedule, const ChatBody& body, const Problem& problem) {
    if (schedule.finish.kind != FinishKind::call && !body.form.empty())
        return bad_request(
            fmt::format("\"{}\": {} takes its answer from the drafts, and has no last call that could keep to "
                        "it: ask for pdr, sr or cot",
                        body.form, schedule.name),
            body.form);
    if (needs_reference(schedule) && !problem.reference)
        return bad_request("\"distiller\": an oracle knows the right answer, which no request has", "retort.distiller");
    return std::nullopt;
}

}  // namespace

const OperatorApi* operator_api(std::string_view path) {
    const auto found =
        std::find_if(kApis.begin(), kApis.end(), [&](const OperatorApi& one) { return one.path == path; });
    return found == kApis.end() ? nullptr : &*found;
}

ApiOutcome<ChatTask> operator_task(const RequestHead& head, std::string_view body, const AskedOperator& asked,
                                   const ModelsInReach& models) {
    auto object = asked.api->chat_of(body);
    if (!object) return object.error();
    if (const auto wrong = add_method_headers(head.headers, object->json)) return *wrong;
    auto read = read_chat_body(object->json);
    if (!read) return read.error();
    auto model = models.find(asked.model, asked.key);
    if (!model) return model.error();
    if (models.local(asked.model) != nullptr)
        if (auto wrong = beyond_in_process(asked.model, *read->conversation)) return *wrong;
    const PromptSet& prompts = *model->prompts;
    std::string name = read->operator_name.value_or(asked.operator_name);
    if (name.empty()) name = asked.otherwise.empty() ? prompts.default_operator : asked.otherwise;
    auto schedule = parse_operator(name, defaults_for(*read, prompts.defaults));
    if (!schedule) return bad_request(schedule.error().message, "model");
    auto problem = problem_of(*read, prompts, asked.model);
    if (!problem) return problem.error();
    if (auto wrong = beyond_schedule(*schedule, *read, *problem)) return std::move(*wrong);
    // A chain's one call is no last call of others: the model that was named answers.
    if (schedule->rounds.empty()) model->models.final.clear();
    ChatTask out;
    for (const std::string& unused : unused_options(*schedule))
        if (is_given(*read, unused))
            out.warnings.push_back(fmt::format("retort.{}: {} does not use it", unused, schedule->name));
    out.body = std::move(*read);
    out.problem = std::move(*problem);
    out.schedule = std::move(*schedule);
    out.model = std::move(*model);
    return out;
}

}  // namespace retort::gateway

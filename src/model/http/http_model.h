// A model behind an OpenAI-compatible server.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "async/semaphore.h"
#include "model/http/call_errors.h"
#include "model/http/chat_reply.h"
#include "model/http/chat_request.h"
#include "model/http/http_client.h"
#include "model/http/server_profile.h"
#include "model/http/token_counter.h"
#include "model/language_model.h"

namespace retort {

struct HttpModelOptions {
    std::string base_url;                             // "http://host:port/v1"
    std::string model;                                // the name to ask for; empty: the first that the server lists
    std::string api_key;                              // secret; empty: none is sent
    std::string api_key_variable = "OPENAI_API_KEY";  // where it was read from: for messages
    std::optional<Dialect> dialect;                   // none: found out by GET /models at the first use
    HttpTimeouts timeouts;
    std::chrono::milliseconds probe_time{0};  // bound on finding out; 0: 250 ms for this machine, else 3 s
};

// An address as people may see it: credentials in it are for the server alone.
std::string without_credentials(const std::string& url);

// One request is one attempt: retrying and limiting are decorators. A failed completion has its usage as far as it was
// metered, and in `failed` the attempts before the last: those where the server refused a field that was then left out.
//
// The thinking budget is kept by the server's own parameter, else by asking first for the thinking alone and going on
// with what was cut, else by the limit on all tokens; Completion::thinking says which.
//
// Loop thread only; must outlive its calls.
class HttpModel : public LanguageModel {
  public:
    HttpModel(std::shared_ptr<HttpClient> client, HttpModelOptions options);

    Task<Completion> complete(CompletionRequest request, OnDelta on_delta, std::stop_token stop) override;
    Task<TokenCount> count_tokens(std::string text) override;
    Task<TokenCount> count_prompt(Prompt prompt) override;
    ModelInfo info() const override;

    // What the server is, asked once and shared by all calls (a server that is still loading is asked again); null when
    // cancelled. complete() does this by itself.
    Task<const ServerProfile*> server(std::stop_token stop);

  private:
    struct Call;
    struct Exchange;

    Task<Completion> attempt(Call* call);
    Task<void> exchange(Call* call, Exchange* out);
    RequestPlan first_plan(const CompletionRequest& request, ThinkingControl control) const;
    std::optional<RequestPlan> plan_for_rest(const CompletionRequest& request, const Exchange& thought) const;
    ReplyShape shape_for(const RequestPlan& plan) const;
    HttpRequest http_request(const Call& call) const;
    static OnDelta counting_on(Call* call, std::int64_t before);
    static BodyVerdict read_piece(Call& call, Exchange& out, const HttpHead& head, std::string_view chunk);
    Completion completion_of(const Exchange& last, Usage usage) const;
    Completion completed(Call* call, Exchange& done, ThinkingControl control);
    Completion joined(Call* call, Exchange& thought, Exchange& answered);
    CallError no_token_prompts() const;
    ThinkingControl control_for(const CompletionRequest& request) const;
    std::optional<CallError> error_of(Exchange& exchange) const;
    Usage usage_of(const Exchange& exchange, const CompletionRequest& request) const;
    void learn(const Call& call, const Exchange& exchange);
    void check_budget(Call* call, Completion& completion);
    bool adapt(Call* call, const CallError& error);
    CallContext context() const;
    std::string model_name() const;

    std::shared_ptr<HttpClient> client_;
    HttpModelOptions options_;
    std::string shown_url_;  // without credentials
    std::vector<std::string> headers_;
    TokenCounter counter_;
    std::optional<ServerProfile> profile_;
    Semaphore probing_{1};
    Learned learned_;
    int revision_ = 0;  // of learned_
    bool reached_ = false;
};

}  // namespace retort

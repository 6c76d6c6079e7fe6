// A problem solved from a program, with progress: over a server, or over a script where none is given.
//
//   embedding [URL MODEL]        embedding http://localhost:8080/v1 my-model; a key is read from OPENAI_API_KEY
#include <cstdio>
#include <cstdlib>

#include "model/http/http_model.h"
#include "model/limiting_model.h"
#include "model/retrying_model.h"
#include "model/scripted_model.h"
#include "operator/engine.h"

using namespace retort;

namespace {

// The decorators that a server needs: retries outside, so that a call which waits for its next try holds no place.
std::shared_ptr<LanguageModel> remote_model(asio::io_context& loop, const char* url, const char* name) {
    HttpModelOptions options;
    options.base_url = url;
    options.model = name;
    if (const char* key = std::getenv("OPENAI_API_KEY")) options.api_key = key;
    auto server = std::make_shared<HttpModel>(std::make_shared<HttpClient>(loop), options);
    return std::make_shared<RetryingModel>(std::make_shared<LimitingModel>(server));
}

Completion script(const CompletionRequest& request) {
    if (request.place.role == CallRole::summary)
        return scripted_text("FINAL SOLUTION\nTwo drafts say 42, one says 43.");
    return scripted_text(request.place.draft == 2 ? "\\boxed{43}" : "\\boxed{42}");
}

class Progress : public RunObserver {
  public:
    void draft_landed(int round, std::size_t index, const Draft& draft) override {
        std::printf("round %d, draft %zu: %s\n", round, index, draft.answer.value_or("no answer").c_str());
    }
    void warned(const std::string& warning) override { std::printf("warning: %s\n", warning.c_str()); }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 1 && argc != 3) {
        std::fprintf(stderr, "usage: embedding [URL MODEL]\n");
        return 2;
    }
    asio::io_context loop;
    const std::string name = argc == 3 ? argv[2] : "scripted";
    const std::shared_ptr<LanguageModel> model =
        argc == 3 ? remote_model(loop, argv[1], argv[2]) : std::make_shared<ScriptedModel>(script);

    Progress progress;
    EngineDependencies with;
    with.models.by_name = {{name, model.get()}};
    with.models.main = name;
    with.prompts = &prompt_set_for(name);
    with.observer = &progress;

    const Schedule schedule = parse_operator("pdr:3", with.prompts->defaults).value();
    RunSettings settings;
    settings.budget.seq = 100'000;
    const Problem problem{"p1", "What is six times seven?", "42"};
    const RunResult result =
        run_to_end(loop, run_operator(problem, std::make_shared<FixedSchedule>(schedule), settings, with, {}));

    if (result.error) {
        std::fprintf(stderr, "%s\n", result.error->message.c_str());
        return exit_code(result.error->kind);
    }
    std::printf("answer %s, b_seq %lld, b_total %lld, %lld calls\n", result.answer.value_or("none").c_str(),
                static_cast<long long>(result.budget.b_seq), static_cast<long long>(result.budget.b_total),
                static_cast<long long>(result.budget.calls));
    return 0;
}

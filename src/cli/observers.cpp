#include "cli/observers.h"

#include <nlohmann/json.hpp>

#include "cli/prepare.h"

namespace retort::cli {
namespace {

using nlohmann::ordered_json;

std::string dumped(const ordered_json& object) {
    return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

void JournalObserver::workspace_made(int round, const Workspace& workspace) {
    ordered_json cuts = ordered_json::array();
    for (const Cut& cut : workspace.cuts)
        cuts.push_back({{"path", cut.path}, {"tokens", cut.tokens}, {"kept", cut.kept}});
    event("workspace", dumped({{"round", round},
                               {"distiller", workspace.distiller},
                               {"text", workspace.text},
                               {"tokens", workspace.tokens},
                               {"exact", workspace.exact},
                               {"truncated", workspace.truncated},
                               {"sources", workspace.sources},
                               {"read_by", workspace.read_by},
                               {"cuts", std::move(cuts)}}));
}

void JournalObserver::warned(const std::string& warning) {
    event("warning", dumped({{"text", warning}}));
}

void JournalObserver::option_warning(const std::string& warning) {
    event(kOptionWarning, dumped({{"text", warning}}), -1);  // of the run, not of a sample
}

void JournalObserver::event(const std::string& kind, std::string body, int sample) {
    RecordedEvent out;
    out.run = run_;
    out.problem = problem_;
    out.sample = sample;
    out.kind = kind;
    out.body_json = std::move(body);
    journal_.event(std::move(out));
}

}  // namespace retort::cli

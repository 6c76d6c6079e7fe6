// Operator files: any bytes give a schedule or an error, and a schedule that was accepted can be planned and named.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "operator/operator_file.h"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto schedule = retort::parse_operator_file(text, "fuzz.toml", retort::StepDefaults{});
    if (!schedule) {
        require(!schedule.error().message.empty());
        return 0;
    }
    const retort::CallPlan plan = retort::plan_calls(*schedule);
    require(plan.sequential <= plan.calls);
    require(plan.rounds == static_cast<int>(schedule->rounds.size()));
    require(!retort::to_json(*schedule).empty());
    retort::unused_options(*schedule);
    retort::models_of(*schedule);
    return 0;
}

// Reads an operator file and says what it will ask for, without asking a model.
#include <cstdio>

#include "operator/operator_file.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: operator_file FILE.toml\n");
        return 2;
    }
    const auto schedule = retort::load_operator_file(argv[1], retort::StepDefaults{});
    if (!schedule) {
        std::fprintf(stderr, "%s\n", schedule.error().message.c_str());
        return 2;
    }
    const retort::CallPlan plan = retort::plan_calls(*schedule);
    std::printf("%s: %d rounds, %lld calls, %lld in a row, b_seq_nominal %lld\n", schedule->name.c_str(), plan.rounds,
                static_cast<long long>(plan.calls), static_cast<long long>(plan.sequential),
                static_cast<long long>(plan.b_seq_nominal));
    return 0;
}

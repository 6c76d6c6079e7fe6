#include "train/run/arms.h"

#include <numeric>
#include <utility>

#include "train/run/methods.h"

namespace retort::train {
namespace {

double share_at(const ArmSettings& arm, std::int64_t step, std::int64_t all) {
    if (arm.share_end < 0 || all < 2) return arm.share;
    const double gone = static_cast<double>(step) / static_cast<double>(all - 1);
    return arm.share + (arm.share_end - arm.share) * gone;
}

}  // namespace

Outcome<std::vector<Arm>> arms_of(const RlSettings& settings) {
    std::vector<Arm> out;
    for (const auto& [name, arm] : {std::pair{"trace", &settings.trace}, std::pair{"op", &settings.op}}) {
        if (arm->share <= 0 && arm->share_end <= 0) continue;
        auto schedules = schedules_of((std::string("rl.") + name).c_str(), *arm);
        if (!schedules) return schedules.error();
        out.push_back({name, arm, std::move(*schedules)});
    }
    return out;
}

std::vector<double> shares_at(const std::vector<Arm>& arms, std::int64_t step, std::int64_t all) {
    std::vector<double> out;
    for (const Arm& arm : arms) out.push_back(share_at(*arm.settings, step, all));
    const double sum = std::accumulate(out.begin(), out.end(), 0.0);
    for (double& share : out) share /= sum;
    return out;
}

}  // namespace retort::train

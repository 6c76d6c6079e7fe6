#include "train/run/ahead.h"

namespace retort::train {

void Ahead::begin(const std::vector<NamedTensor>& weights, std::int64_t step, std::int64_t row) {
    if (net_) {
        net_->set_weights(weights);
    } else {
        net_.emplace(model_.file.shape, weights, net_options(config_));
        runner_.emplace(loop_, model_, journal_, local_writer(config_, model_, *net_).value());  // as the run's own
    }
    runner_->sampler().weights_changed();
    drawn_ = gathering_.drawn();
    pool_ = gathering_.pool();
    under_way_ =
        std::async(std::launch::async, [this, step, row] { return gathering_.gather(step, row, *runner_, {}); });
}

void Ahead::wait() const {
    if (under_way_.valid()) under_way_.wait();
}

Outcome<Gathered> Ahead::take() {
    return under_way_.get();
}

}  // namespace retort::train

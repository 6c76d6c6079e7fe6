// Keeps the picture of a run up to date with what happens in it.
#pragma once

#include <functional>

#include "cli/display/picture.h"

namespace retort::cli {

class PictureObserver : public RunObserver {
  public:
    // Seconds since the run began.
    using Clock = std::function<double()>;

    PictureObserver(Picture picture, Clock clock) : picture_(std::move(picture)), clock_(std::move(clock)) {}

    const Picture& picture() const { return picture_; }

    // True when something changed since the last call.
    bool take_change() { return std::exchange(changed_, false); }

    // The picture at this moment.
    const Picture& now();

    void close(Closing closing);

    void round_started(int round, const Round& spec) override;
    void call_started(const Place& place) override;
    void call_delta(const Place& place, const Delta& delta) override;
    void call_landed(const Place& place, const Completion& completion) override;
    void draft_landed(int round, std::size_t index, const Draft& draft) override;
    void workspace_made(int round, const Workspace& workspace) override;
    void finish_started(const FinishStep& finish) override;
    void warned(const std::string& warning) override;
    void spent(const BudgetTotals& totals) override;

  private:
    Lane* lane_of(const Place& place);
    RoundPicture* round_at(int number);

    Picture picture_;
    Clock clock_;
    bool changed_ = true;
    int distilling_ = 0;  // distiller's calls under way
};

}  // namespace retort::cli

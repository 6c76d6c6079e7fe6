#include "train/rollout/rollout.h"

namespace retort::train {

bool gets_gradient(const Place& place, GradientOf of) {
    switch (of) {
        case GradientOf::refine:
            return place.role == CallRole::final;
        case GradientOf::drafts:
            return place.role == CallRole::draft;
        case GradientOf::all:
            break;
    }
    return true;
}

}  // namespace retort::train

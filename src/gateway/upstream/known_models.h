// Models that were asked before, by name and key: a few hundred at most, of which those in use stay.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "model/language_model.h"

namespace retort::gateway {

class KnownModels {
  public:
    // As it was made before, or made now. Null where there is no room: all that are kept are in use.
    std::shared_ptr<LanguageModel> get(const std::string& name, const std::string& key,
                                       const std::function<std::shared_ptr<LanguageModel>()>& make) {
        const auto known = models_.find({name, key});
        if (known != models_.end()) return known->second;
        if (models_.size() >= kMost)
            std::erase_if(models_, [](const auto& one) { return one.second.use_count() == 1; });
        if (models_.size() >= kMost) return nullptr;
        return models_.emplace(std::pair(name, key), make()).first->second;
    }

  private:
    static constexpr std::size_t kMost = 256;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<LanguageModel>> models_;
};

}  // namespace retort::gateway

// llama.cpp's own versions of common chat templates, by family. What a GGUF's template does beyond its family is lost.
// Not public.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/completion.h"
#include "base/error.h"
#include "model/llama/template_part.h"

namespace retort::llama {

// Const: any thread.
class FamilyTemplate {
  public:
    // `name`: of a family ("chatml"), or a template that tells it. Nothing when llama.cpp does not know it.
    static std::optional<FamilyTemplate> find(const std::string& name);

    // Error: messages of a role that the family leaves out.
    Outcome<std::vector<TemplatePart>> render(const std::vector<Message>& messages) const;

  private:
    explicit FamilyTemplate(std::string name);

    std::string name_;
    bool trims_;  // what users wrote
};

}  // namespace retort::llama

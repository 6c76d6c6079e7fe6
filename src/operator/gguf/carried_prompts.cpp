#include "operator/gguf/carried_prompts.h"

#include "model/llama/gguf_file.h"
#include "operator/prompts_json.h"

namespace retort {

Outcome<std::optional<PromptSet>> prompt_set_in(const std::string& path) {
    const Outcome<llama::GgufHandle> opened = llama::open_gguf(path);
    if (!opened) return opened.error();
    const gguf_context* file = opened->get();
    const std::int64_t key = gguf_find_key(file, kPromptsKey);
    if (key < 0) return std::optional<PromptSet>();
    if (gguf_get_kv_type(file, key) != GGUF_TYPE_STRING)
        return Error{ErrorKind::file, path + ": " + kPromptsKey + ": expected a text"};
    Outcome<PromptSet> set = prompt_set_from_json(gguf_get_val_str(file, key), path + ": " + kPromptsKey);
    if (!set) return set.error();
    return std::optional<PromptSet>(std::move(*set));
}

}  // namespace retort

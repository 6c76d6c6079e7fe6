// A GGUF's own chat template, rendered in full. Not public.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/completion.h"
#include "base/error.h"
#include "model/llama/jinja_apart.h"

namespace retort::llama {

// What a template is given beside the messages.
struct JinjaSurroundings {
    std::string bos, eos;   // the texts of these tokens; empty where the model has none
    std::int64_t date = 0;  // seconds since 1970
};

// Templates are programs that come with a download: each rendering has 2 s on a core, 512 MB and 64 MB to write, and
// what it breaks is not this process. Const: any thread; one renders at a time.
class JinjaTemplate {
  public:
    // Starts the process that renderings are forked from. To be called before much memory is taken, which it would
    // hold.
    static void prepare();

    // Renders probes. Error: why it cannot be used, as the end of a sentence.
    static Outcome<JinjaTemplate> open(std::string source, JinjaSurroundings surroundings,
                                       JinjaRenderer render = render_apart);

    // The texts of some conversations. A system message that the template does not take stands at the head of the next
    // message, as servers do it. Errors: the template refuses the messages, or goes beyond its bounds.
    Outcome<std::vector<std::string>> render(std::vector<std::vector<Message>> conversations, bool think) const;

    // Whether it writes the date.
    bool dated() const { return dated_; }

  private:
    JinjaTemplate(std::string source, JinjaSurroundings surroundings, JinjaRenderer render)
        : source_(std::move(source)), surroundings_(std::move(surroundings)), render_(render) {}
    Outcome<void> learn_contents();
    Outcome<std::string> probe(std::vector<Message> messages);
    Outcome<JinjaReply> ask(std::vector<std::vector<Message>> conversations, bool think) const;

    std::string source_;
    JinjaSurroundings surroundings_;
    JinjaRenderer render_;
    bool content_parts_ = false;
    bool takes_system_ = true;
    bool dated_ = false;
};

}  // namespace retort::llama

// A GGUF with random F32 weights, written at test time: two layers, 64 wide, 320 tokens. It writes nonsense, exactly.
#pragma once

#include <cstdint>
#include <string>

namespace retort::testing {

struct TinyModel {
    std::string chat_template =  // ChatML
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
    bool thinks = false;      // the chat template opens a reasoning, and the vocabulary has <think> and </think>
    bool chat_tokens = true;  // the vocabulary has <|im_start|> and <|im_end|>
    std::uint32_t seed = 1;
    int context = 512;
};

// Writes the file into a fresh folder, which goes when this goes.
class TinyModelFile {
  public:
    explicit TinyModelFile(const TinyModel& model = {});
    ~TinyModelFile();
    TinyModelFile(const TinyModelFile&) = delete;
    TinyModelFile& operator=(const TinyModelFile&) = delete;

    const std::string& path() const { return path_; }
    const std::string& folder() const { return folder_; }

  private:
    std::string folder_;
    std::string path_;
};

}  // namespace retort::testing

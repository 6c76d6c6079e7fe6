// Going on from a model of any tokenizer: what was carried over, and whether llama.cpp computes what the net does.
#pragma once

#include <gguf.h>
#include <gmock/gmock.h>

#include <cstring>
#include <string>

#include "llama/model_bench.h"
#include "model/llama/gguf_file.h"
#include "train/folder.h"
#include "train/run/model_setup.h"
#include "train/run/sft.h"
#include "train/tasks/example_file.h"

namespace retort::train::test {

inline std::string value_bytes(const gguf_context* file, std::int64_t key) {
    const gguf_type type = gguf_get_kv_type(file, key);
    if (type == GGUF_TYPE_STRING) return gguf_get_val_str(file, key);
    if (type != GGUF_TYPE_ARRAY) return llama::metadata_text(file, key);
    std::string out;
    for (std::size_t i = 0; i < gguf_get_arr_n(file, key); ++i) {
        if (gguf_get_arr_type(file, key) == GGUF_TYPE_STRING)
            out += std::string(gguf_get_arr_str(file, key, i)) + '\0';
        else
            out.append(static_cast<const char*>(gguf_get_arr_data(file, key)) + 4 * i, 4);
    }
    return out;
}

// Every value of the tokenizer, the chat template among them, to the byte; and nothing besides.
inline void expect_same_tokenizer(const std::string& before, const std::string& after) {
    const auto a = llama::open_gguf(before).value();
    const auto b = llama::open_gguf(after).value();
    int count = 0;
    for (std::int64_t i = 0; i < gguf_get_n_kv(a.get()); ++i) {
        const std::string key = gguf_get_key(a.get(), i);
        if (!key.starts_with("tokenizer.")) continue;
        ++count;
        const std::int64_t there = gguf_find_key(b.get(), key.c_str());
        ASSERT_GE(there, 0) << key;
        EXPECT_EQ(gguf_get_kv_type(b.get(), there), gguf_get_kv_type(a.get(), i)) << key;
        EXPECT_TRUE(value_bytes(b.get(), there) == value_bytes(a.get(), i)) << key;
    }
    EXPECT_GE(count, 4);
    for (std::int64_t i = 0; i < gguf_get_n_kv(b.get()); ++i)
        if (std::string_view(gguf_get_key(b.get(), i)).starts_with("tokenizer.")) --count;
    EXPECT_EQ(count, 0);
}

// What llama.cpp writes greedily over the file has the log-probabilities that the net gives.
inline void expect_same_logits(const Net& net, const std::string& path, const std::vector<TokenId>& prompt,
                               double tolerance) {
    LlamaOptions options;
    options.path = path;
    options.threads = 1;
    options.ctx = 256;
    options.kv_type = KvType::f32;
    testing::ModelBench bench(options);
    CompletionRequest request = testing::token_request(prompt, 12, 1);
    request.temperature = 0;
    const TokenTrace trace = bench.ask(request).trace;
    ASSERT_GE(trace.ids.size(), 1U);
    Pack pack;
    pack.tokens.assign(prompt.begin(), prompt.end());
    pack.tokens.insert(pack.tokens.end(), trace.ids.begin(), trace.ids.end());
    pack.wanted.assign(prompt.size(), 0);
    pack.wanted.resize(pack.tokens.size(), 1);
    pack.lengths = {static_cast<std::int32_t>(pack.tokens.size())};
    const TokenScores scores = net.score(pack, 1);
    for (std::size_t i = 0; i < trace.ids.size(); ++i)
        EXPECT_NEAR(scores.logprobs[i], trace.logprobs[i], tolerance) << "token " << i;
}

}  // namespace retort::train::test

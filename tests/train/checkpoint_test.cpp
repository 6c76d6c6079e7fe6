#include "train/run/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "train/folder.h"

namespace retort::train::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

NetShape small_shape() {
    NetShape out;
    out.vocabulary = 3;
    out.width = 2;
    out.layers = 1;
    out.heads = 1;
    out.kv_heads = 1;
    out.head_width = 2;
    out.feed_forward = 2;
    out.context = 8;
    return out;
}

// Floats of all kinds, so that a copy by way of text or arithmetic would show.
std::vector<float> awkward_floats(std::size_t count, std::uint32_t seed) {
    std::vector<float> out;
    for (std::size_t i = 0; i < count; ++i) {
        seed = seed * 1664525U + 1013904223U;
        float value = 0;
        std::memcpy(&value, &seed, sizeof value);
        out.push_back(value);
    }
    out[0] = -0.0F;
    out.back() = std::numeric_limits<float>::denorm_min();
    return out;
}

Checkpoint some_checkpoint() {
    Checkpoint out;
    out.state.step = 120;
    out.state.sft_examples = 4567;
    out.state.draw = {2, 17, {{"p-1", {16, 3}}, {"\xC3\xA9 \"quoted\"\n", {4, 4}}}};
    out.state.pool = {{"p-1", {"{\"text\": \"a\\nb\"}", ""}}};
    out.state.best = 0.1 + 0.2;
    out.state.best_step = 100;
    out.inputs = {"seed = 1\n", {{"s.jsonl (data.suite)", "abc"}}};
    out.state.changes = {"before step 7: rl.lr 0.1 -> 0.01"};
    out.net.weights = tensors_of(small_shape());
    std::size_t all = 0;
    for (NamedTensor& tensor : out.net.weights) {
        std::size_t size = 1;
        for (const std::int64_t n : tensor.shape) size *= static_cast<std::size_t>(n);
        tensor.values = awkward_floats(size, static_cast<std::uint32_t>(size + all));
        all += size;
    }
    out.net.optimiser = {345, awkward_floats(all, 1), awkward_floats(all, 2)};
    return out;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

void expect_same(const Checkpoint& a, const Checkpoint& b) {
    EXPECT_EQ(a.state.step, b.state.step);
    EXPECT_EQ(a.state.sft_examples, b.state.sft_examples);
    EXPECT_EQ(a.state.draw.epoch, b.state.draw.epoch);
    EXPECT_EQ(a.state.draw.next, b.state.draw.next);
    ASSERT_EQ(a.state.draw.rates.size(), b.state.draw.rates.size());
    for (const auto& [id, rate] : a.state.draw.rates) {
        EXPECT_EQ(rate.tried, b.state.draw.rates.at(id).tried);
        EXPECT_EQ(rate.solved, b.state.draw.rates.at(id).solved);
    }
    EXPECT_EQ(a.state.pool, b.state.pool);
    EXPECT_EQ(a.state.best, b.state.best);
    EXPECT_EQ(a.state.best_step, b.state.best_step);
    EXPECT_EQ(a.inputs.config, b.inputs.config);
    EXPECT_EQ(a.inputs.digests, b.inputs.digests);
    EXPECT_EQ(a.state.changes, b.state.changes);
    ASSERT_EQ(a.net.weights.size(), b.net.weights.size());
    for (std::size_t i = 0; i < a.net.weights.size(); ++i) {
        EXPECT_EQ(a.net.weights[i].name, b.net.weights[i].name);
        EXPECT_EQ(a.net.weights[i].shape, b.net.weights[i].shape);
        EXPECT_TRUE(same_bits(a.net.weights[i].values, b.net.weights[i].values)) << a.net.weights[i].name;
    }
    EXPECT_EQ(a.net.optimiser.steps, b.net.optimiser.steps);
    EXPECT_TRUE(same_bits(a.net.optimiser.first, b.net.optimiser.first));
    EXPECT_TRUE(same_bits(a.net.optimiser.second, b.net.optimiser.second));
}

std::string error_of(const std::string& path) {
    const auto read = read_checkpoint(path, small_shape());
    return read ? "it was read" : read.error().message;
}

TEST(Checkpoint, HoldsTheWeightsThatRolloutsAheadWereSampledWith) {
    const Folder folder;
    Checkpoint written = some_checkpoint();
    written.behind = written.net.weights;
    for (NamedTensor& tensor : written.behind) tensor.values[0] = 7;
    ASSERT_TRUE(write_checkpoint(folder / "c", written));
    const auto read = read_checkpoint(folder / "c", small_shape());
    ASSERT_TRUE(read) << read.error().message;
    expect_same(*read, written);
    ASSERT_EQ(read->behind.size(), written.behind.size());
    for (std::size_t i = 0; i < written.behind.size(); ++i)
        EXPECT_TRUE(same_bits(read->behind[i].values, written.behind[i].values));
}

TEST(Checkpoint, IsReadBackToTheBit) {
    const Folder folder;
    const std::string path = folder / checkpoint_name(120);
    Checkpoint written = some_checkpoint();
    ASSERT_TRUE(write_checkpoint(path, written));
    auto read = read_checkpoint(path, small_shape());
    ASSERT_TRUE(read) << read.error().message;
    expect_same(*read, written);
    written.state = {};
    ASSERT_TRUE(write_checkpoint(path, written));
    read = read_checkpoint(path, small_shape());
    ASSERT_TRUE(read) << read.error().message;
    expect_same(*read, written);
    EXPECT_THAT(folder.files(), ElementsAre("checkpoint-000120.retort"));
}

TEST(Checkpoint, AnyByteThatChangedIsNoticed) {
    const Folder folder;
    const std::string path = folder / "c.retort";
    ASSERT_TRUE(write_checkpoint(path, some_checkpoint()));
    const std::string whole = bytes_of(path);
    for (std::size_t i = 0; i < whole.size(); ++i)
        for (const char flip : {'\x01', '\x20', '\x80'}) {
            std::string changed = whole;
            changed[i] = static_cast<char>(changed[i] ^ flip);
            write_bytes(path, changed);
            ASSERT_THAT(error_of(path), HasSubstr(path + ": damaged checkpoint")) << "byte " << i;
        }
}

TEST(Checkpoint, CutOrGrownAnywhereItIsNoticed) {
    const Folder folder;
    const std::string path = folder / "c.retort";
    ASSERT_TRUE(write_checkpoint(path, some_checkpoint()));
    const std::string whole = bytes_of(path);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        write_bytes(path, whole.substr(0, size));
        ASSERT_THAT(error_of(path), HasSubstr("damaged checkpoint")) << size << " bytes";
    }
    write_bytes(path, whole + '\0');
    EXPECT_THAT(error_of(path), HasSubstr("damaged checkpoint"));
}

TEST(Checkpoint, OfAnotherShapeIsRefused) {
    const Folder folder;
    const std::string path = folder / "c.retort";
    ASSERT_TRUE(write_checkpoint(path, some_checkpoint()));
    NetShape other = small_shape();
    other.feed_forward = 3;
    const auto read = read_checkpoint(path, other);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("a model of another shape"));
}

TEST(Checkpoint, ThatIsNotThereIsSaid) {
    EXPECT_THAT(error_of("/nowhere/c.retort"), HasSubstr("/nowhere/c.retort: cannot be read"));
}

TEST(Checkpoint, WhereItDoesNotFitTheOldOneStaysAndNothingElse) {
    const Folder folder;
    const std::string path = folder / "c.retort";
    ASSERT_TRUE(write_checkpoint(path, some_checkpoint()));
    const std::string before = bytes_of(path);
    Checkpoint later = some_checkpoint();
    later.state.step = 121;
    for (const rlim_t most : {std::size_t{0}, std::size_t{50}, before.size() - 1}) {
        const FileSizeLimit limit(most);
        const auto written = write_checkpoint(path, later);
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().kind, ErrorKind::file);
        EXPECT_THAT(written.error().message, ::testing::AllOf(HasSubstr(path), HasSubstr("bytes are free")));
    }
    EXPECT_EQ(bytes_of(path), before);
    EXPECT_THAT(folder.files(), ElementsAre("c.retort"));
}

TEST(Checkpoints, OfAFolderComeLatestFirst) {
    const Folder folder;
    for (const std::int64_t step : {999999, 9, 1000000, 100}) write_bytes(folder / checkpoint_name(step), "");
    for (const char* other : {"checkpoint-000200.retort.part", "metrics.jsonl", "checkpoint-.txt"})
        write_bytes(folder / other, "");
    EXPECT_THAT(checkpoints_in(folder.path()),
                ElementsAre(folder / "checkpoint-1000000.retort", folder / "checkpoint-999999.retort",
                            folder / "checkpoint-000100.retort", folder / "checkpoint-000009.retort"));
}

TEST(Checkpoints, AreNamedAsTheFolderIs) {
    const Folder folder;
    write_bytes(folder / checkpoint_name(3), "");
    EXPECT_THAT(checkpoints_in(folder / ""), ElementsAre(folder / "" + "/" + checkpoint_name(3)));
}

TEST(Checkpoints, OfAFolderThatIsNotThereAreNone) {
    EXPECT_THAT(checkpoints_in("/nowhere"), ::testing::IsEmpty());
}

}  // namespace
}  // namespace retort::train::test

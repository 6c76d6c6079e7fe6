#include "model/http/sse_parser.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "http/cuts.h"

namespace retort {
namespace {

using Events = std::vector<std::string>;

// "name|data" of each event, fed in these pieces.
Events parse(const std::vector<std::string>& pieces, std::size_t bound = 1 << 20) {
    SseParser parser(bound);
    Events events;
    const auto take = [&](const SseEvent& event) {
        events.push_back(std::string(event.name) + "|" + std::string(event.data));
    };
    for (const std::string& piece : pieces) parser.feed(piece, take);
    parser.finish(take);
    return events;
}

TEST(Sse, ReadsEventsWithAnyLineEnd) {
    EXPECT_EQ(parse({"data: a\n\ndata: b\n\n"}), (Events{"|a", "|b"}));
    EXPECT_EQ(parse({"data: a\r\n\r\ndata: b\r\n\r\n"}), (Events{"|a", "|b"}));
    EXPECT_EQ(parse({"data: a\r\rdata: b\r\r"}), (Events{"|a", "|b"}));
}

TEST(Sse, SkipsCommentsUnknownFieldsAndTheByteOrderMark) {
    EXPECT_EQ(parse({"\xef\xbb\xbf: hello\nid: 1\nretry: 3\nfoo\ndata: a\n\n"}), (Events{"|a"}));
}

TEST(Sse, JoinsDataLinesAndKeepsTheName) {
    EXPECT_EQ(parse({"event: error\ndata: a\ndata:b\ndata\n\n"}), (Events{"error|a\nb\n"}));
}

TEST(Sse, StripsOneSpaceOnly) {
    EXPECT_EQ(parse({"data:  a \n\n"}), (Events{"| a "}));
}

TEST(Sse, AnEventWithoutDataIsNone) {
    EXPECT_EQ(parse({"event: ping\n\n\n\ndata: a\n\n"}), (Events{"|a"}));
}

TEST(Sse, TheLastEventNeedsNoEmptyLine) {
    EXPECT_EQ(parse({"data: a\n\ndata: b"}), (Events{"|a", "|b"}));
    EXPECT_EQ(parse({"data: b\n"}), (Events{"|b"}));
}

TEST(Sse, CutAnywhereGivesTheSame) {
    const std::string stream =
        "\xef\xbb\xbf: c\r\ndata: \xe2\x82\xac one\r\n\r\nevent: x\rdata: 2\rdata: 3\r\rdata: four\n\n:\n\r\ndata: "
        "five";
    const Events whole = parse({stream});
    EXPECT_EQ(whole.size(), 4u);
    test::for_every_cut(stream, [&](const std::vector<std::string>& pieces) { EXPECT_EQ(parse(pieces), whole); });
}

RC_GTEST_PROP(Sse, CutsOfAnyBytesGiveTheSame, (std::vector<std::uint8_t> bytes, std::vector<std::uint8_t> sizes)) {
    std::string stream;
    const std::string alphabet = "data: \r\n:x\xef\xbb\xbf\xe2";
    for (const std::uint8_t byte : bytes) stream += alphabet[byte % alphabet.size()];
    RC_ASSERT(parse(test::cut_by(stream, sizes)) == parse({stream}));
}

TEST(Sse, MegabyteLinesPass) {
    const std::string line(3 << 20, 'x');
    std::vector<std::string> pieces{"data: "};
    for (std::size_t at = 0; at < line.size(); at += 1000) pieces.push_back(line.substr(at, 1000));
    pieces.push_back("\n\n");
    EXPECT_EQ(parse(pieces, 4 << 20), (Events{"|" + line}));
}

TEST(Sse, SizesAreBounded) {
    SseParser line(100);
    EXPECT_TRUE(line.feed(std::string(90, 'x'), {}));
    EXPECT_FALSE(line.feed(std::string(90, 'x'), {}));
    SseParser data(100);
    bool fine = true;
    for (int i = 0; i < 10; ++i) fine = data.feed("data: 0123456789\n", {});
    EXPECT_FALSE(fine);
}

}  // namespace
}  // namespace retort

#include "train/tinker/proto_reply.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <protozero/pbf_message.hpp>
#include <string_view>
#include <vector>

#include "train/tinker/proto_fields.h"

namespace retort::train::tinker {
namespace {

constexpr std::size_t kMostMetrics = 64;
constexpr std::size_t kMostSequences = 64;
constexpr std::size_t kLongestName = 4096;  // bytes

template <class Field>
using Message = protozero::pbf_message<Field>;

struct Malformed {
    std::string why;
};

// Arrays lie in the message as in memory; not aligned.
template <class T>
std::vector<T> array_of(std::string_view bytes) {
    if (bytes.size() % sizeof(T) != 0)
        throw Malformed{fmt::format("{} bytes are no array of {}-byte numbers", bytes.size(), sizeof(T))};
    std::vector<T> out(bytes.size() / sizeof(T));
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    return out;
}

// A field of another type than the package says is one that is not known.
template <class Field>
bool is(const Message<Field>& message, Field field, protozero::pbf_wire_type type) {
    return message.tag() == field && message.wire_type() == type;
}

template <class Field>
bool is_bytes(const Message<Field>& message, Field field) {
    return is(message, field, protozero::pbf_wire_type::length_delimited);
}

template <class Field>
bool is_enum(const Message<Field>& message, Field field) {
    return is(message, field, protozero::pbf_wire_type::varint);
}

std::vector<float> floats_of(std::string_view bytes, std::int32_t dtype) {
    if (dtype == proto::kFloat32) return array_of<float>(bytes);
    if (dtype != proto::kBfloat16) throw Malformed{fmt::format("log-probabilities of the type {}", dtype)};
    std::vector<float> out;
    for (const std::uint16_t upper : array_of<std::uint16_t>(bytes))
        out.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16U));
    return out;
}

struct Batched {
    std::string_view data;
    std::vector<std::int64_t> offsets;  // bytes, one more than there are data
    std::int32_t dtype = 0;
};

Batched batched_in(Message<proto::BatchedTensor> message) {
    Batched out;
    while (message.next()) {
        if (is_bytes(message, proto::BatchedTensor::data))
            out.data = message.get_view();
        else if (is_bytes(message, proto::BatchedTensor::offsets))
            out.offsets = array_of<std::int64_t>(message.get_view());
        else if (is_enum(message, proto::BatchedTensor::dtype))
            out.dtype = message.get_enum();
        else
            message.skip();
    }
    return out;
}

// One list a datum.
void put_logprobs(const Batched& batched, std::vector<std::vector<float>>& out) {
    if (batched.offsets.empty()) throw Malformed{"a batch without offsets"};
    for (std::size_t i = 0; i + 1 < batched.offsets.size(); ++i) {
        const std::int64_t begin = batched.offsets[i];
        const std::int64_t end = batched.offsets[i + 1];
        if (begin < 0 || end < begin || end > static_cast<std::int64_t>(batched.data.size()))
            throw Malformed{
                fmt::format("datum {} of a batch from byte {} to {} of {}", i, begin, end, batched.data.size())};
        out.push_back(
            floats_of(batched.data.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)),
                      batched.dtype));
    }
}

// A map is a list of entries; the last of a key counts, a field that is left out is empty.
struct Entry {
    std::string key;
    std::string_view value;  // where it is a message
    double number = 0;       // where it is a number
};

Entry entry_in(Message<proto::MapEntry> message) {
    Entry out;
    while (message.next()) {
        if (is_bytes(message, proto::MapEntry::key))
            out.key = message.get_string().substr(0, kLongestName);
        else if (is_bytes(message, proto::MapEntry::value))
            out.value = message.get_view();
        else if (is(message, proto::MapEntry::value, protozero::pbf_wire_type::fixed64))
            out.number = message.get_double();
        else
            message.skip();
    }
    return out;
}

void read_record(Message<proto::ArrayRecord> record, Reply& reply) {
    while (record.next()) {
        if (!is_bytes(record, proto::ArrayRecord::fields)) {
            record.skip();
            continue;
        }
        const Entry entry = entry_in(record.get_message());
        if (entry.key == "elementwise_loss") reply.has_losses = true;
        if (entry.key == "logprobs") put_logprobs(batched_in(entry.value), reply.logprobs);
    }
}

Reply read_pass(std::string_view body) {
    Reply out;
    Message<proto::PassOutput> message(body);
    while (message.next()) {
        if (is_bytes(message, proto::PassOutput::loss_fn_outputs)) {
            read_record(message.get_message(), out);
        } else if (is_bytes(message, proto::PassOutput::metrics)) {
            const Entry entry = entry_in(message.get_message());
            out.has_metrics = true;
            if (out.metrics.size() < kMostMetrics) out.metrics[entry.key] = entry.number;
        } else {
            message.skip();
        }
    }
    return out;
}

// Reasons are numbered from 0 on, and a 0 is left out.
SampledSequence sequence_in(Message<proto::Sequence> message) {
    SampledSequence out;
    std::int32_t reason = 0;
    while (message.next()) {
        if (is_enum(message, proto::Sequence::stop_reason))
            reason = message.get_enum();
        else if (is_bytes(message, proto::Sequence::tokens))
            out.tokens = array_of<TokenId>(message.get_view());
        else if (is_bytes(message, proto::Sequence::logprobs))
            out.logprobs = array_of<float>(message.get_view());
        else
            message.skip();
    }
    out.stop_reason = reason == 0 ? "stop" : reason == 1 ? "length" : fmt::format("{}", reason);
    for (const TokenId token : out.tokens)
        if (token < 0) throw Malformed{fmt::format("{} is no token", token)};
    return out;
}

// One is asked for; an empty one takes two bytes, and forty times as much here.
void put_sequence(SampledSequence sequence, Reply& out) {
    if (out.sequences.size() == kMostSequences) throw Malformed{"more sequences than were asked for"};
    out.sequences.push_back(std::move(sequence));
}

Reply read_sample(std::string_view body) {
    Reply out;
    Message<proto::SampleOutput> message(body);
    while (message.next()) {
        if (is_bytes(message, proto::SampleOutput::sequences))
            put_sequence(sequence_in(message.get_message()), out);
        else
            message.skip();
    }
    return out;
}

}  // namespace

std::optional<Reply> read_proto_reply(std::string_view body, ReplyForm form, std::string& why) {
    try {
        return form == ReplyForm::proto_sample ? read_sample(body) : read_pass(body);
    } catch (const Malformed& malformed) {
        why = malformed.why;
    } catch (const protozero::exception& failed) {
        why = failed.what();
    }
    return std::nullopt;
}

}  // namespace retort::train::tinker

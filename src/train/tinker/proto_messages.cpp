#include "train/tinker/proto_messages.h"

#include <zstd.h>

#include <bit>
#include <protozero/pbf_builder.hpp>
#include <stdexcept>
#include <vector>

#include "train/tinker/proto_fields.h"

namespace retort::train::tinker {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays go out as they lie in memory");

template <class Field>
using Builder = protozero::pbf_builder<Field>;

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <class T>
void put_tensor(Builder<proto::DatumField>& datum, std::string_view name, const std::vector<T>& values,
                std::int32_t dtype) {
    Builder<proto::MapEntry> entry(datum, proto::DatumField::loss_fn_inputs);
    entry.add_string(proto::MapEntry::key, name);
    Builder<proto::Tensor> tensor(entry, proto::MapEntry::value);
    tensor.add_bytes(proto::Tensor::dense, bytes_of(values));
    tensor.add_enum(proto::Tensor::dtype, dtype);
    const std::vector<std::int64_t> shape{static_cast<std::int64_t>(values.size())};
    tensor.add_packed_int64(proto::Tensor::shape, shape.begin(), shape.end());
}

void put_datum(Builder<proto::PassRequest>& request, const Datum& sent) {
    Builder<proto::DatumField> datum(request, proto::PassRequest::data);
    {
        Builder<proto::Chunk> chunk(datum, proto::DatumField::model_input);
        Builder<proto::EncodedText> text(chunk, proto::Chunk::encoded_text);
        text.add_bytes(proto::EncodedText::tokens, bytes_of(sent.tokens));
    }
    put_tensor(datum, "target_tokens", std::vector<std::int64_t>(sent.targets.begin(), sent.targets.end()),
               proto::kInt64);
    put_tensor(datum, "weights", std::vector<float>(sent.mask.begin(), sent.mask.end()), proto::kFloat32);
    if (!sent.logprobs.empty()) put_tensor(datum, "logprobs", sent.logprobs, proto::kFloat32);
    if (!sent.advantages.empty()) put_tensor(datum, "advantages", sent.advantages, proto::kFloat32);
}

// Servers read either of the two fields, older ones know the first alone.
void put_setting(Builder<proto::PassRequest>& request, std::string_view name, double value) {
    {
        Builder<proto::MapEntry> entry(request, proto::PassRequest::loss_fn_config);
        entry.add_string(proto::MapEntry::key, name);
        entry.add_double(proto::MapEntry::value, value);
    }
    Builder<proto::MapEntry> entry(request, proto::PassRequest::loss_fn_config_v2);
    entry.add_string(proto::MapEntry::key, name);
    Builder<proto::LossConfigValue> setting(entry, proto::MapEntry::value);
    setting.add_double(proto::LossConfigValue::number, value);
}

}  // namespace

std::string proto_pass_body(std::string_view model, std::int64_t seq_id, std::span<const Datum> data, Loss loss,
                            const std::optional<ClipBounds>& bounds, bool forward_only) {
    static_assert(sizeof(TokenId) == sizeof(std::int32_t));
    std::string out;
    Builder<proto::PassRequest> request(out);
    request.add_string(proto::PassRequest::model_id, model);
    request.add_int32(proto::PassRequest::seq_id, static_cast<std::int32_t>(seq_id));
    for (const Datum& datum : data) put_datum(request, datum);
    request.add_string(proto::PassRequest::loss_fn, name(loss));
    if (bounds) {
        put_setting(request, "clip_low_threshold", bounds->low);
        put_setting(request, "clip_high_threshold", bounds->high);
    }
    if (forward_only) request.add_bool(proto::PassRequest::forward_only, true);
    return out;
}

std::string packed(std::string_view body) {
    std::string out(ZSTD_compressBound(body.size()), '\0');
    const std::size_t size = ZSTD_compress(out.data(), out.size(), body.data(), body.size(), ZSTD_CLEVEL_DEFAULT);
    if (ZSTD_isError(size) != 0) throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(size));
    out.resize(size);
    return out;
}

}  // namespace retort::train::tinker

#include "train/tinker/proto_json.h"

#include <zstd.h>

#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <stdexcept>
#include <vector>

namespace retort::train::tinker::test {
namespace {

using nlohmann::json;
using protozero::pbf_reader;
using protozero::pbf_writer;

template <class T>
std::vector<T> array_of(std::string_view bytes) {
    std::vector<T> out(bytes.size() / sizeof(T));
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    return out;
}

template <class T>
std::string_view bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

json tensor_in(pbf_reader tensor) {
    std::string_view dense;
    std::int32_t dtype = 0;
    while (tensor.next()) {
        if (tensor.tag() == 1)
            dense = tensor.get_view();
        else if (tensor.tag() == 3)
            dtype = tensor.get_enum();
        else
            tensor.skip();
    }
    if (dtype == 1) return {{"data", array_of<float>(dense)}};
    if (dtype == 2) return {{"data", array_of<std::int64_t>(dense)}};
    throw std::invalid_argument("a tensor of another type");
}

json chunk_in(pbf_reader chunk) {
    while (chunk.next(1)) {
        pbf_reader text = chunk.get_message();
        while (text.next(1)) return {{"type", "encoded_text"}, {"tokens", array_of<std::int32_t>(text.get_view())}};
    }
    throw std::invalid_argument("a chunk without tokens");
}

json datum_in(pbf_reader datum) {
    json out{{"model_input", {{"chunks", json::array()}}}, {"loss_fn_inputs", json::object()}};
    while (datum.next()) {
        if (datum.tag() == 1) {
            out["model_input"]["chunks"].push_back(chunk_in(datum.get_message()));
        } else if (datum.tag() == 2) {
            pbf_reader entry = datum.get_message();
            std::string key;
            while (entry.next())
                if (entry.tag() == 1)
                    key = entry.get_string();
                else
                    out["loss_fn_inputs"][key] = tensor_in(entry.get_message());
        } else {
            datum.skip();
        }
    }
    return out;
}

void read_setting(pbf_reader entry, json& settings) {
    std::string key;
    while (entry.next())
        if (entry.tag() == 1)
            key = entry.get_string();
        else
            settings[key] = entry.get_double();
}

std::string batched(const std::vector<std::vector<float>>& lists) {
    std::vector<float> all;
    std::vector<std::int64_t> offsets{0};
    for (const auto& list : lists) {
        all.insert(all.end(), list.begin(), list.end());
        offsets.push_back(static_cast<std::int64_t>(all.size() * sizeof(float)));
    }
    std::string out;
    pbf_writer writer(out);
    writer.add_bytes(1, bytes_of(all));
    writer.add_bytes(2, bytes_of(offsets));
    writer.add_enum(3, 1);
    return out;
}

// One record has the data up to there, the next one the rest: servers may send several.
std::string record(const json& outputs, std::size_t first, std::size_t end) {
    std::string out;
    pbf_writer writer(out);
    writer.add_string(1, "record");
    for (const auto& [name, tensor] : outputs.at(first).items()) {
        std::vector<std::vector<float>> lists;
        for (std::size_t i = first; i < end; ++i)
            lists.push_back(outputs[i].at(name).at("data").get<std::vector<float>>());
        pbf_writer entry(writer, 2);
        entry.add_string(1, name);
        entry.add_message(2, batched(lists));
    }
    writer.add_int64(3, static_cast<std::int64_t>(end - first));
    return out;
}

void put_pass(pbf_writer& out, const json& result) {
    const json& outputs = result.at("loss_fn_outputs");
    out.add_string(1, "scalar");
    const std::size_t half = (outputs.size() + 1) / 2;
    out.add_message(2, record(outputs, 0, half));
    if (half < outputs.size()) out.add_message(2, record(outputs, half, outputs.size()));
    for (const auto& [name, value] : result.at("metrics").items()) {
        pbf_writer entry(out, 3);
        entry.add_string(1, name);
        entry.add_double(2, value.get<double>());
    }
}

void put_sequence(pbf_writer& out, const json& sequence) {
    pbf_writer writer(out, 1);
    if (sequence.at("stop_reason") == "length") writer.add_enum(1, 1);
    writer.add_bytes(2, bytes_of(sequence.at("tokens").get<std::vector<std::int32_t>>()));
    writer.add_bytes(3, bytes_of(sequence.at("logprobs").get<std::vector<float>>()));
}

}  // namespace

ProtoPass read_proto_pass(std::string_view body) {
    ProtoPass out;
    json input{{"data", json::array()}};
    pbf_reader request(body);
    while (request.next()) switch (request.tag()) {
            case 1:
                out.body["model_id"] = request.get_string();
                break;
            case 2:
                out.body["seq_id"] = request.get_int32();
                break;
            case 3:
                input["data"].push_back(datum_in(request.get_message()));
                break;
            case 4:
                input["loss_fn"] = request.get_string();
                break;
            case 5:
                read_setting(request.get_message(), input["loss_fn_config"]);
                break;
            case 6:
                out.forward_only = request.get_bool();
                break;
            default:
                request.skip();
        }
    out.body[out.forward_only ? "forward_input" : "forward_backward_input"] = std::move(input);
    return out;
}

std::string unpacked(std::string_view body) {
    const auto size = ZSTD_getFrameContentSize(body.data(), body.size());
    if (size > std::size_t{64} << 20) throw std::invalid_argument("no frame of zstd, or a large one");
    std::string out(size, '\0');
    if (ZSTD_decompress(out.data(), out.size(), body.data(), body.size()) != size)
        throw std::invalid_argument("a broken frame of zstd");
    return out;
}

std::string proto_of(const json& result) {
    std::string out;
    pbf_writer writer(out);
    if (result.contains("loss_fn_outputs")) put_pass(writer, result);
    if (result.contains("sequences"))
        for (const json& sequence : result["sequences"]) put_sequence(writer, sequence);
    return out;
}

}  // namespace retort::train::tinker::test

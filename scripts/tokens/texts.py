"""Strings of many kinds, the same for the same seed: what a model may be asked or may write."""

import random
import unicodedata

# Letters that words are made of, as spans of code points, and a few words as people write them.
SCRIPTS = {
    "Latin": (((0x41, 0x5A), (0x61, 0x7A)), ["The", "answer", "is", "don't", "I'LL", "we've", "it's", "McDonald", "GPU's", "e.g.", "x's"]),
    "Latin with accents": (((0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x24F), (0x1E00, 0x1EFF), (0x61, 0x7A)), ["été", "naïve", "Größe",
        "čeština", "Việt", "İstanbul", "œuvre", "ſo"]),
    "Cyrillic": (((0x400, 0x481), (0x48A, 0x52F)), ["Привет", "мир", "ответ", "Їжак", "ёлка", "Ђорђе"]),
    "Greek": (((0x391, 0x3A1), (0x3A3, 0x3C9), (0x1F00, 0x1F15), (0x3AC, 0x3CE)), ["Γειά", "σου", "κόσμε", "ἀρχή", "ΆΛΦΑ"]),
    "Arabic": (((0x621, 0x63A), (0x641, 0x652), (0x671, 0x6D3)), ["مرحبا", "بالعالم", "الجَوابُ", "سؤال؟", "فارسی"]),
    "Hebrew": (((0x5D0, 0x5EA), (0x5B0, 0x5BC)), ["שלום", "עולם", "תְּשׁוּבָה", "צה״ל"]),
    "Devanagari": (((0x904, 0x94D), (0x950, 0x963)), ["नमस्ते", "दुनिया", "उत्तर", "क्या", "हिन्दी।"]),
    "Thai": (((0xE01, 0xE3A), (0xE40, 0xE4E)), ["สวัสดี", "ชาวโลก", "คำตอบ", "ภาษาไทย"]),
    "Han": (((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF)), ["你好", "世界", "答案是", "計算", "，", "。", "「", "」", "𠮷"]),
    "Hangul": (((0xAC00, 0xD7A3),), ["안녕하세요", "세계", "정답은", "입니다", "ㅋㅋ"]),
    "Kana": (((0x3041, 0x3096), (0x30A1, 0x30FA)), ["こんにちは", "セカイ", "答えは", "です", "ー", "・", "ｶﾅ"]),
    "Other scripts": (((0x531, 0x556), (0x561, 0x587), (0x10A0, 0x10C5), (0x10D0, 0x10FA), (0x985, 0x9B9), (0xB85, 0xBB9), (0xC05,
        0xC39), (0x1200, 0x1248), (0x1780, 0x17D3), (0x1000, 0x1031), (0x1820, 0x1877), (0x13A0, 0x13F5), (0x1401, 0x166C), (0xD05,
        0xD39), (0xE81, 0xEB0), (0xF40, 0xF47)),
        ["Բարեւ", "გამარჯობა", "বাংলা", "தமிழ்", "తెలుగు", "አማርኛ", "ខ្មែរ", "မြန်မာ", "ᏣᎳᎩ", "ລາວ", "བོད"]),
}
EMOJI = ["😀", "👍🏽", "👩‍👧", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "🇯🇵", "❤️", "1️⃣", "🧑🏿‍🚀", "🦙", "✅", "™️", "🀄", "\U0001FAE0", "⌚"]
MATHS = ["∀", "∃", "∈", "ℝ", "ℕ", "≤", "≠", "∑", "∫", "√", "∞", "→", "⇒", "±", "×", "·", "°", "∂", "∇", "𝑥", "𝔽", "𝟘", "𝕏", "ℵ", "½",
    "¾", "²", "³", "₁", "Ⅳ", "①", "⟨", "⟩", "⌊", "⌋", "x", "y", "n", "=", "+", "-", "/", "(", ")", "1", "2", "0.5", " "]
CODE = ["def f(x):", "\n    ", "\n\t", "return", " self.", "x += 1", "==", "!=", "->", "=>", "::", "{}", "[0]", "();", "//", "/* c */",
    "#include <a.h>", "std::vector<int>", "&&", "||", "\"s\\n\"", "'c'", "0x1F", "1e-9", "__init__", "snake_case", "CamelCase",
    "a.b(c)", "<div class=\"x\">", "</div>", "\r\n", "  ", "lambda:", "@property", "$x", "%d", "`", "```python\n", "\n```",
    "SELECT * FROM t;", "f\"{x!r:>8}\"", "~/.x", "~", "^"]
LATEX = ["\\frac{1}{2}", "\\boxed{", "}", "$", "$$", "\\[", "\\]", "\\sum_{i=1}^{n}", "\\text{ and }", "x^{2}", "\\begin{pmatrix}",
    "\\end{pmatrix}", "\\\\", "&", "\\cdot", "\\sqrt{", "_{ij}", "\\left(", "\\right)", "\\mathbb{R}", "~", "\\,", "\\infty", "\\%",
    "Let ", "then ", "\n"]
SPACES = [" ", "  ", "   ", "\n", "\n\n", "\n\n\n", "\t", "\t\t", "\r\n", "\r", " \n", "\n ", "\u00a0", "\u3000", "\u2009", "\u200b",
    "\u2028", "\u2029", "\u0085", "\u202f", "\ufeff", "\v", "\f", " " * 16, "\n" * 8, " " * 70]
CONTROLS = [chr(code) for code in range(0x20)] + ["\x7f", "\x80", "\x9f", "\u200d", "\u200e", "\u202e", "\ufffd", "\ufffe",
    "\U000e0041", "\ue000", "\ue001", "\U0010fffd"]
NAMES = ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>",
    "<|end_of_text|>", "<s>", "</s>", "<unk>", "<bos>", "<eos>", "<pad>", "<think>", "</think>", "<|user|>", "<|assistant|>",
    "<|end|>", "[INST]", "[/INST]", "<start_of_turn>", "<end_of_turn>", "<tool_call>", "</tool_call>", "<｜begin▁of▁sentence｜>",
    "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>", "<|START_OF_TURN_TOKEN|>", "<BOS_TOKEN>", "<0x0A>", "<|fim_prefix|>", "<mask>",
    "<unused1>", "<|reserved_special_token_7|>", "▁", "Ġ", "Ċ", "<|turn>", "<turn|>", "<|im_end|", "im_end|>", "<|", "|>"]
MARKS = [chr(code) for code in [*range(0x300, 0x315), 0x323, 0x327, 0x328, 0x340, 0x344, 0x3099, 0x309A, 0x93C, 0x5BF, 0x651, 0x20D7,
    0x1161, 0x11A8]]
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~…“”‘’—–«»¿¡§¶†•、。〈〉"
COMPOSING = ["e\u0301", "A\u030a", "o\u0302\u0301", "\u212b", "\u2126", "\u1100\u1161\u11a8", "\u304b\u3099", "\u0928\u093c",
    "q\u0323\u0307", "\uf900", "\u0344", "\u0958", "\u2adc", "\ufb2a", "n\u0303o", "\u1e9b\u0323"]


def word(rng, script):
    spans, words = SCRIPTS[script]
    if rng.random() < 0.4:
        return rng.choice(words)
    out = ""
    while not out or rng.random() < 0.75:
        first, last = rng.choice(spans)
        code = rng.randint(first, last)
        out += chr(code) if unicodedata.category(chr(code)) != "Cn" else ""
    return out


def joint(rng):
    draw = rng.random()
    if draw < 0.6:
        return " "
    if draw < 0.8:
        return rng.choice(PUNCTUATION) + rng.choice(["", " "])
    return rng.choice(["", "\n", "  ", " 7 ", "12", "\n\n", "'s "])


def text_of(script):
    return lambda rng: word(rng, script) + joint(rng)


def digits(rng):
    source = rng.choice(["0123456789"] * 6 + ["٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "０１２３４５６７８９", "²³¹⁴", "ⅠⅡⅢ", "①②", "𝟎𝟏𝟐", "一二三"])
    run = "".join(rng.choice(source) for _ in range(rng.choice([1, 2, 3, 4, 7, 12, 40])))
    return rng.choice(["", "-", "+", "$", " ", "x", "1,"]) + run + rng.choice([" ", ".", ",", "", "%", "\n", "th", "e5", "/"])


def marked(rng):
    if rng.random() < 0.4:
        return rng.choice(COMPOSING)
    letter = word(rng, rng.choice(["Latin", "Cyrillic", "Greek", "Devanagari", "Kana"]))[:2]
    return letter + "".join(rng.choice(MARKS) for _ in range(rng.randint(1, 3))) + rng.choice(["", " "])


def any_character(rng):
    """Of all that Unicode has assigned, as this Python knows it."""
    while True:
        code = rng.choice([rng.randint(0x20, 0x2FFF), rng.randint(0x3000, 0xFFFF), rng.randint(0x10000, 0x1FFFF), rng.randint(0x20000,
            0xE01EF)])
        if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co"):
            return chr(code) + rng.choice(["", "", " "])


def one_of(parts, spaced=0.3):
    return lambda rng: rng.choice(parts) + (" " if rng.random() < spaced else "")


def between(parts):
    """Parts between words, as they stand in a text."""
    return lambda rng: rng.choice(parts) if rng.random() < 0.6 else word(rng, "Latin")


KINDS = {
    **{script: text_of(script) for script in SCRIPTS},
    "Emoji": one_of(EMOJI),
    "Combining marks": marked,
    "Maths": one_of(MATHS, 0.2),
    "Code": one_of(CODE, 0.2),
    "LaTeX": one_of(LATEX, 0.1),
    "Digits": digits,
    "White space": between(SPACES),
    "Control characters": between(CONTROLS),
    "Names of control tokens": between([*NAMES, *(name + space for name in NAMES for space in (" ", "\n", "  x"))]),
    "Any character": any_character,
}
KINDS["Mixed"] = lambda rng: KINDS[rng.choice([kind for kind in KINDS if kind not in ("Mixed", "Any character")])](rng)


def make(count, seed):
    """Pairs of kind and text, as many of each kind, no text twice."""
    kinds = list(KINDS)
    out = {}
    for index in range(count):
        kind = kinds[index % len(kinds)]
        rng = random.Random(f"{seed} {index}")
        text = ""
        while not text or text in out:
            text = "".join(KINDS[kind](rng) for _ in range(rng.choice([1, 2, 3, 5, 8, 13, 21, 34])))
        out[text] = kind
    return [(kind, text) for text, kind in out.items()]

"""The tokens of many texts: by a model's reference in Python, and by Retort."""

from collections import Counter
from dataclasses import dataclass, field

MODES = ("plain", "control")


@dataclass
class Finding:
    """What one reading of the texts by one model came to."""

    model: str
    reading: str
    texts: int
    same: int = 0
    known: Counter = field(default_factory=Counter)
    unknown: list = field(default_factory=list)  # kind, text, the reference's tokens, ours
    kinds: Counter = field(default_factory=Counter)  # of what differs, known or not
    lost: list = field(default_factory=list)  # texts that do not come back, with what came


def explain(reference, texts, control, ours, left):
    """Which of what is left differs for a known reason: it is the same once the reference is made so."""
    why = Counter()
    for name, _, change in reference.known:
        change(reference)
        again = reference.encode([texts[index] for index in left], control)
        same = {index for index, ids in zip(left, again) if ids == ours[index]}
        why[name] += len(same)
        left = [index for index in left if index not in same]
    return +why, left


def compare(model, make, strings, answers):
    """A finding for each reading. `make` gives a reference that explaining may change."""
    texts = [text for _, text in strings]
    for reading in MODES:
        reference = make()
        ours = [answer[reading] for answer in answers]
        theirs = reference.encode(texts, reading == "control")
        yield finding(model, reading, reference, strings, ours, theirs, answers)
        if reading == "plain" and reference.library is not None:
            library = [reference.library.encode(text) for text in texts]
            yield finding(model, "plain, sentencepiece", reference, strings, ours, library, answers)


def finding(model, reading, reference, strings, ours, theirs, answers):
    texts = [text for _, text in strings]
    out = Finding(model, reading, len(texts))
    different = [index for index in range(len(texts)) if ours[index] != theirs[index]]
    out.same = len(texts) - len(different)
    out.kinds = Counter(strings[index][0] for index in different)
    left = different
    if reading in MODES:  # reasons are those of the reference
        out.known, left = explain(reference, texts, reading == "control", ours, different)
    names = reference.vocabulary.tokens
    out.unknown = [(*strings[index], [names[one] for one in theirs[index]], [names[one] for one in ours[index]]) for index in left]
    if reading == "plain":
        written = [answer["plain_text"] for answer in answers]
    elif reading == "control" and not reference.spaced:
        written = [answer["control_text"] for answer in answers]
    else:
        written = []
    out.lost = [(text, came) for text, came in zip(texts, written) if came != reference.written(text)]
    return out

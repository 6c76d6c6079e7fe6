"""Whether a model's answer equals a reference.

    >>> from retort_verify import verify
    >>> bool(verify("1/2", "So the answer is \\boxed{0.5}."))
    True

Every function may be called from any thread; others run meanwhile. There are no signals, no clocks and no time limits:
the work is bounded for any input, and the verdict is the same on every machine.
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

__all__ = ["Judgement", "explain", "extract", "verify"]

_NAME = "libretort_verify.so"
_VERDICTS = ("equal", "different", "unknown")
_NONE = ctypes.c_size_t(-1).value


@dataclass(frozen=True)
class Judgement:
    """True when the two are equal. "unknown" is what could not be understood; it is not "different"."""

    verdict: str
    stage: str

    def __bool__(self) -> bool:
        return self.verdict == "equal"


class _Result(ctypes.Structure):
    _fields_ = [("verdict", ctypes.c_int), ("stage", ctypes.c_char_p)]


def _candidates() -> list[str]:
    """The one that is named; else the one beside this file; else what the system's loader finds."""
    named = os.environ.get("RETORT_VERIFY_LIBRARY")
    if named:
        return [named]
    beside = Path(__file__).resolve().parent / _NAME
    return [str(beside)] if beside.exists() else [_NAME, _NAME + ".0"]


def _load() -> ctypes.CDLL:
    failures = []
    for candidate in _candidates():
        try:
            library = ctypes.CDLL(candidate)
            break
        except OSError as error:
            failures.append(str(error))
    else:
        raise ImportError(
            f"{_NAME} was not found ({'; '.join(failures)}). Build it (cmake --build build --target retort_verify_c) and "
            "set RETORT_VERIFY_LIBRARY to its path."
        )
    text = [ctypes.c_char_p, ctypes.c_size_t]
    out = [ctypes.c_char_p, ctypes.c_size_t]
    library.retort_verify.argtypes = text + text + [ctypes.POINTER(_Result)]
    library.retort_verify.restype = ctypes.c_int
    library.retort_verify_explain.argtypes = text + text + out
    library.retort_verify_explain.restype = ctypes.c_size_t
    library.retort_verify_extract.argtypes = text + out
    library.retort_verify_extract.restype = ctypes.c_size_t
    return library


_library = _load()


def _bytes(text: object) -> bytes:
    return str(text).encode("utf-8", "surrogatepass")


def verify(reference: object, text: object) -> Judgement:
    """Judges a whole answer text or a bare value. Numbers are taken as Python prints them."""
    wanted, given, result = _bytes(reference), _bytes(text), _Result()
    if _library.retort_verify(wanted, len(wanted), given, len(given), ctypes.byref(result)) != 0:
        raise MemoryError("retort_verify")
    return Judgement(_VERDICTS[result.verdict], result.stage.decode())


def explain(reference: object, text: object) -> str:
    """Why, in a sentence: "7/2 and 3.5 are the same number"."""
    wanted, given = _bytes(reference), _bytes(text)
    buffer = ctypes.create_string_buffer(512)
    size = _library.retort_verify_explain(wanted, len(wanted), given, len(given), buffer, len(buffer))
    return buffer.raw[:size].decode("utf-8", "replace")


def extract(text: object) -> Optional[str]:
    """The answer in a text; None when there is none."""
    given = _bytes(text)
    buffer = ctypes.create_string_buffer(4096)
    size = _library.retort_verify_extract(given, len(given), buffer, len(buffer))
    return None if size == _NONE else buffer.raw[:size].decode("utf-8", "replace")

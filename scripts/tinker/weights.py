"""The tensors of a model file as floats. The Python of a bare machine is enough."""

import array
import math
import struct

F32, F16, Q8_0 = 0, 1, 8  # what `save` and the default model have
BLOCK = struct.Struct("<e32b")  # of Q8_0: a scale and its 32 values
STRING, ARRAY = 8, 9
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def number(self, kind):
        (value,) = struct.unpack_from("<" + kind, self.data, self.at)
        self.at += struct.calcsize("<" + kind)
        return value

    def text(self):
        length = self.number("Q")
        self.at += length
        return bytes(self.data[self.at - length : self.at]).decode("utf-8", "replace")

    def value(self, kind):
        if kind == STRING:
            return self.text()
        if kind == ARRAY:
            inner = self.number("I")
            return [self.value(inner) for _ in range(self.number("Q"))]
        return self.number(SCALARS[kind])


def floats(kind, data, at, count):
    if kind == F32:
        return array.array("f", struct.unpack_from(f"<{count}f", data, at))
    if kind == F16:
        return array.array("f", struct.unpack_from(f"<{count}e", data, at))
    if kind == Q8_0:
        blocks = BLOCK.iter_unpack(data[at : at + BLOCK.size * (count // 32)])
        return array.array("f", (scale * value for scale, *values in blocks for value in values))
    raise ValueError(f"expected tensors of f32, f16 or q8_0, found type {kind}")


def read_tensors(path):
    """Name to its floats."""
    with open(path, "rb") as file:
        reader = Reader(memoryview(file.read()))
    if bytes(reader.data[:4]) != b"GGUF":
        raise ValueError(f"{path}: expected a GGUF file")
    reader.at = 8
    tensors, settings = reader.number("Q"), reader.number("Q")
    found = {}
    for _ in range(settings):
        key = reader.text()
        found[key] = reader.value(reader.number("I"))
    entries = []
    for _ in range(tensors):
        name = reader.text()
        count = math.prod(reader.number("Q") for _ in range(reader.number("I")))
        entries.append((name, count, reader.number("I"), reader.number("Q")))
    alignment = found.get("general.alignment", 32)
    begin = -(-reader.at // alignment) * alignment
    return {name: floats(kind, reader.data, begin + at, count) for name, count, kind, at in entries}


def distance(one, other):
    """Euclidean, over all tensors. Raises where they are not of the same names and sizes."""
    if {name: len(values) for name, values in one.items()} != {name: len(values) for name, values in other.items()}:
        raise ValueError("the models differ in names or sizes of their tensors")
    return math.sqrt(sum((a - b) ** 2 for name in one for a, b in zip(one[name], other[name])))

"""HTTP as a client sees it, over raw streams: what came is told apart by whether it was whole, cut, or no HTTP at all."""

import asyncio
import json
import socket
import struct
import time

MOST_HEAD = 64 * 1024


class NoHttp(Exception):
    """What came is not an answer of HTTP/1.1."""


class Reply:
    """Filled as it comes, so that who stops waiting still sees how far it got."""

    def __init__(self):
        self.status = None  # None: no head came
        self.headers = {}
        self.body = bytearray()
        self.cut = False  # the connection ended before the body did

    @property
    def kind(self):
        return self.headers.get("content-type", "").partition(";")[0]


def request_bytes(method, path, body=b"", close=False):
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
    if body or method == "POST":
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    if close:
        head += "Connection: close\r\n"
    return head.encode() + b"\r\n" + body


def parse_head(data):
    lines = data.decode("latin-1").split("\r\n")
    version, _, rest = lines[0].partition(" ")
    if version != "HTTP/1.1" or not rest[:3].isdigit() or rest[3:4] not in ("", " "):
        raise NoHttp(f"a first line {lines[0][:80]!r}")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if line and (not colon or not name or name != name.strip()):
            raise NoHttp(f"a header {line[:80]!r}")
        if name:
            headers[name.lower()] = value.strip()
    return int(rest[:3]), headers


async def read_chunks(reader, into):
    """False: the connection ended before the last one."""
    while True:
        line = await reader.readuntil(b"\r\n")
        try:
            size = int(line, 16)
        except ValueError as error:
            raise NoHttp(f"a chunk's size {line[:40]!r}") from error
        data = await reader.readexactly(size + 2)
        if data[-2:] != b"\r\n":
            raise NoHttp("a chunk without its end")
        if size == 0:
            return
        into += data[:-2]


async def read_length(reader, into, length):
    while len(into) < length:
        data = await reader.read(length - len(into))
        if not data:
            raise asyncio.IncompleteReadError(b"", length)
        into += data


async def read_reply(reader, reply=None):
    """A connection that ends early is seen in `cut`; one that ends before a head also in `status`, which is None then."""
    reply = reply or Reply()
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        reply.status, reply.headers = parse_head(head[:-4])
        if reply.headers.get("transfer-encoding") == "chunked":
            await read_chunks(reader, reply.body)
        elif "content-length" in reply.headers:
            await read_length(reader, reply.body, int(reply.headers["content-length"]))
        elif reply.status != 204:
            raise NoHttp("a body without a length")
    except asyncio.IncompleteReadError as error:
        if reply.status is None and error.partial:
            raise NoHttp(f"half a head {error.partial[:80]!r}") from error
        reply.cut = True
    except ConnectionError:
        reply.cut = True
    except (asyncio.LimitOverrunError, ValueError) as error:
        raise NoHttp(str(error)) from error
    return reply


def events_of(body):
    """What stands behind "data:" in a stream of events, in order."""
    return [line[5:].strip() for line in bytes(body).decode().split("\n") if line.startswith("data:")]


def fault_in_stream(reply):
    """What is wrong with a whole stream of the gateway's own, or None. Its end must be said, also that of a failure."""
    if not reply.body.endswith(b"\n\n"):
        return f"a stream that ends in the middle of an event: {bytes(reply.body[-80:])!r}"
    events = events_of(reply.body)
    try:
        values = [json.loads(one) for one in events if one != "[DONE]"]
    except ValueError as error:
        return f"an event that is no JSON: {error}"
    last = values[-1] if values else {}
    if events[-1:] == ["[DONE]"] or last.get("type") in ("response.completed", "response.failed", "response.incomplete"):
        return None
    return f"a stream without its end: {bytes(reply.body[-80:])!r}"


def fault_in(reply):
    """What is wrong with a whole answer of the gateway's own, or None."""
    try:
        if reply.kind == "text/event-stream":
            return fault_in_stream(reply)
        json.loads(reply.body)
    except ValueError as error:
        return f"status {reply.status}, {reply.kind}, no JSON: {error}: {bytes(reply.body[:80])!r}"
    return None


def values_of(reply):
    """The objects of a whole answer: one, or those of its events."""
    if reply.kind != "text/event-stream":
        return [json.loads(reply.body)]
    return [json.loads(one) for one in events_of(reply.body) if one != "[DONE]"]


def error_in(reply):
    """The message of the failure that a whole answer of the gateway's own tells of, or None."""
    for one in values_of(reply):
        error = one.get("error") or (one.get("response") or {}).get("error")
        if error:
            return error["message"]
    return None if reply.status == 200 else f"status {reply.status}"


def says_error(reply):
    return error_in(reply) is not None


def text_of(reply):
    """All that a whole answer's members say, with a stream's pieces in a row."""
    def texts(value):
        if isinstance(value, str):
            return value
        return "".join(map(texts, value.values() if isinstance(value, dict) else value if isinstance(value, list) else []))
    if reply.kind != "text/event-stream":
        return texts(json.loads(reply.body))
    out = []
    for one in values_of(reply):
        choices = one.get("choices") or [{}]
        out.append(choices[0].get("text") or choices[0].get("delta", {}).get("content") or "")
        if one.get("type") == "response.output_text.delta":
            out.append(one["delta"])
    return "".join(out)


async def connect(port, receive_bytes=None):
    """Reader and writer; with little room for what comes, so that a slow reader is felt at the other end."""
    one = socket.socket()
    one.setblocking(False)
    if receive_bytes:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    try:
        await asyncio.get_running_loop().sock_connect(one, ("127.0.0.1", port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return await asyncio.open_connection(sock=one, limit=receive_bytes or MOST_HEAD)
    except OSError:
        one.close()
        raise


def hang_up(writer, reset=False):
    """At once, by a reset instead of an end where that is wanted."""
    one = writer.get_extra_info("socket")
    if reset and one is not None and one.fileno() >= 0:  # the other end may have been quicker
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Pool:
    """Connections to one port that are kept between requests, for less long than the server keeps them: it may close one
    of its own accord while a request is on its way there, and HTTP has no word for that.
    """

    KEPT_S = 30

    def __init__(self, port):
        self.port = port
        self.idle = []

    async def ask(self, data):
        reader, writer = connection = self.take() or await connect(self.port)
        try:
            writer.write(data)
            reply = await read_reply(reader)
        except BaseException:
            hang_up(writer)
            raise
        if reply.cut or reply.headers.get("connection") == "close":
            hang_up(writer)
        else:
            self.idle.append((time.monotonic(), connection))
        return reply

    def take(self):
        """The one used last, if it is young enough."""
        while self.idle:
            since, connection = self.idle.pop()
            if time.monotonic() - since < self.KEPT_S:
                return connection
            hang_up(connection[1])
        return None

    def close(self):
        for _, (_, writer) in self.idle:
            hang_up(writer)
        self.idle.clear()

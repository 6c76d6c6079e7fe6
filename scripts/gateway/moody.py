"""Model servers that change their mood: well, slow, silent, dead, broken off in the middle, wrong, or no HTTP at all.

What a whole answer must be, byte for byte, is said in its head (X-Sha256), and to which request it is one (X-For), so that a
client behind a gateway can tell whether that is what it got. Texts name the request they answer as well ("id-17").
"""

import asyncio
import contextlib
import hashlib
import json
import re

import wire

# How often each is drawn. "slow" answers in the end; of "silent" and "dead" nothing comes until the mood passes.
MOODS = {"well": 9, "slow": 3, "silent": 2, "dead": 3, "cut": 3, "page": 1, "page-502": 1, "429": 2, "500": 2, "no-http": 1,
         "no-json": 1}
NAMED = re.compile(r"id-\d+\b")
REASONS = {200: "OK", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway"}
MUCH = "at length"  # in a question: the answer is to be long
PAGE = b"<!doctype html><title>Welcome</title><p>This is no model.</p>" * 8


class Gone(Exception):
    """The other side hung up."""


def text_for(body):
    """What the model says."""
    name = name_in(json.dumps(body))
    step = f"for {name} one thing follows from another, "
    steps = step * (4000 if MUCH in json.dumps(body) else 4)
    return steps + f"and so {name} has its answer.\n\nFINAL SOLUTION\nThe answer is 10."


USAGE = {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}


def whole_body(body):
    choice = {"index": 0, "message": {"role": "assistant", "content": text_for(body)}, "finish_reason": "stop"}
    return json.dumps({"id": "x", "object": "chat.completion", "model": "m", "choices": [choice], "usage": USAGE}).encode()


def events(body):
    def event(choices, **more):
        one = {"id": "x", "object": "chat.completion.chunk", "choices": choices, **more}
        return b"data: " + json.dumps(one).encode() + b"\n\n"
    text = text_for(body)
    size = max(40, len(text) // 40)
    for at in range(0, len(text), size):
        yield event([{"index": 0, "delta": {"content": text[at:at + size]}, "finish_reason": None}])
    yield event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    if (body.get("stream_options") or {}).get("include_usage"):
        yield event([], usage=USAGE)
    yield b"data: [DONE]\n\n"


def name_in(text):
    found = NAMED.search(text)
    return found[0] if found else "nobody"


def head_of(status, kind, framing, digest, name, more=""):
    return (f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: {kind}\r\n{framing}\r\n"
            f"X-Sha256: {digest}\r\nX-For: {name}\r\n{more}\r\n").encode()


class Visit:
    """One connection, which may see several requests."""

    def __init__(self, server, reader, writer):
        self.server = server
        self.reader = reader
        self.writer = writer
        self.asked_by = "nobody"

    async def read(self):
        """The method, the path and the body of the next request; raises Gone where there is none."""
        try:
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            length = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
            body = await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Gone from error
        method, path, _ = lines[0].split(" ")
        self.asked_by = name_in(body.decode())
        return method, path, body

    async def pause(self, seconds):
        """Raises Gone as soon as the other side is."""
        try:
            if not await asyncio.wait_for(self.reader.read(1), seconds):
                raise Gone
        except asyncio.TimeoutError:
            pass
        except ConnectionError as error:
            raise Gone from error

    async def until_mood_passes(self):
        mood = self.server.mood
        while self.server.mood == mood:
            await self.pause(0.1)

    async def write(self, data):
        try:
            self.writer.write(data)
            await self.writer.drain()
        except ConnectionError as error:
            raise Gone from error

    def cut(self):
        """In one way or the other."""
        wire.hang_up(self.writer, reset=self.server.chance.random() < 0.5)
        raise Gone

    async def send(self, status, kind, data, more=""):
        digest = hashlib.sha256(data).hexdigest()
        await self.write(head_of(status, kind, f"Content-Length: {len(data)}", digest, self.asked_by, more) + data)

    async def send_error(self, status):
        error = {"error": {"message": f"status {status}, as was meant", "type": "fake", "code": None, "param": None}}
        more = "Retry-After: 1\r\n" if status == 429 and self.server.chance.random() < 0.5 else ""
        await self.send(status, "application/json", json.dumps(error).encode(), more)

    async def answer(self, method, path, body):
        mood = self.server.mood
        if mood == "silent":
            await self.until_mood_passes()
            self.cut()
        elif mood == "no-http":
            await self.write(self.server.chance.randbytes(self.server.chance.randrange(1, 2000)))
            self.cut()
        elif mood in ("page", "page-502"):
            await self.send(200 if mood == "page" else 502, "text/html", PAGE)
        elif mood in ("429", "500"):
            await self.send_error(int(mood))
        elif method != "POST":
            await self.list_models(path)
        else:
            await self.complete(mood, json.loads(body))

    async def list_models(self, path):
        if path.endswith("/models"):
            models = {"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "fake"}]}
            await self.send(200, "application/json", json.dumps(models).encode())
        else:
            await self.send_error(404)

    async def complete(self, mood, body):
        chance = self.server.chance
        await self.pause(chance.uniform(0.3, 2.5) if mood == "slow" else chance.uniform(0.005, 0.05))
        if body.get("stream"):
            await self.stream(mood, list(events(body)))
            return
        data = b'{"choices": [{"index": 0, "message": {"content": "half' if mood == "no-json" else whole_body(body)
        if mood == "cut":
            head = head_of(200, "application/json", f"Content-Length: {len(data)}", "cut", self.asked_by)
            await self.write(head + data[:len(data) // 2])
            self.cut()
        await self.send(200, "application/json", data)

    async def stream(self, mood, pieces):
        chance = self.server.chance
        if mood == "no-json":
            pieces[len(pieces) // 2:] = [b"data: {\"choices\": [{\n\n", b"nonsense: \xff\xfe\n\n", b"data: [DONE]\n\n"]
        last = chance.randrange(len(pieces)) if mood == "cut" else None
        digest = hashlib.sha256(b"".join(pieces)).hexdigest()
        await self.write(head_of(200, "text/event-stream", "Transfer-Encoding: chunked", digest, self.asked_by))
        for index, piece in enumerate(pieces):
            if index == last:
                await self.write(b"%x\r\n" % len(piece) + piece[:len(piece) // 2])
                self.cut()
            await self.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            if mood == "slow":
                await self.pause(chance.uniform(0, 0.1))
        await self.write(b"0\r\n\r\n")


class Moody:
    """Listens on one port, whatever becomes of it."""

    def __init__(self, name, chance, moods=None):
        self.name = name
        self.chance = chance
        self.moods = moods or ["well"]
        self.mood = "well"
        self.port = 0
        self.server = None
        self.visits = set()
        self.under_way = 0
        self.answered = 0
        self.seen = {}  # moods, by how often
        self.changing = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    async def listen(self):
        self.server = await asyncio.start_server(self.visit, "127.0.0.1", self.port, backlog=1024, limit=2**22)
        self.port = self.server.sockets[0].getsockname()[1]

    async def visit(self, reader, writer):
        visit = Visit(self, reader, writer)
        self.visits.add(visit)
        try:
            while True:
                request = await visit.read()
                self.under_way += 1
                try:
                    await visit.answer(*request)
                finally:
                    self.under_way -= 1
                self.answered += 1
        except Gone:
            pass
        finally:
            self.visits.discard(visit)
            wire.hang_up(writer)

    async def change(self, mood):
        self.mood = mood
        self.seen[mood] = self.seen.get(mood, 0) + 1
        if mood == "dead" and self.server:
            self.server.close()
            self.server = None
            for visit in list(self.visits):
                wire.hang_up(visit.writer, reset=self.chance.random() < 0.5)
        elif mood != "dead" and not self.server:
            await self.listen()

    async def change_at_times(self):
        while True:
            await self.change(self.chance.choices(list(MOODS), list(MOODS.values()))[0])
            await asyncio.sleep(self.chance.uniform(2, 8))

    def begin(self):
        self.changing = asyncio.ensure_future(self.change_at_times())

    async def be_well(self):
        if self.changing:
            self.changing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.changing
        await self.change("well")

    async def close(self):
        await self.be_well()
        self.server.close()
        for visit in list(self.visits):
            wire.hang_up(visit.writer)
        while self.visits:
            await asyncio.sleep(0.01)

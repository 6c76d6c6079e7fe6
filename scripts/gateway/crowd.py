"""Clients of all kinds, and the books of what became of each request that was sent whole."""

import asyncio
import contextlib
import hashlib
import json
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import moody
import wire

PATIENCE_S = 150  # then a patient client's answer is missing
ONE_MODEL = "/v1/models/m"
LIST_S = 6  # for the list of models: a server that is silent must not hold it up


@dataclass
class Books:
    """By how the gateway handles it ("run", "passed", "own") and by status."""

    heard: Counter = field(default_factory=Counter)  # (handling, status): its head came
    unheard: Counter = field(default_factory=Counter)  # handling: left by the client before a head came
    unsure: Counter = field(default_factory=Counter)  # handling: reset by it, maybe before the gateway had read it
    malformed: int = 0  # answered, but no HTTP or beyond a limit
    halves: int = 0  # left in the middle, by an end of the connection
    reset_halves: int = 0  # by a reset: the gateway may hold it for no HTTP
    fates: Counter = field(default_factory=Counter)  # what became of requests, for people
    errors: Counter = field(default_factory=Counter)  # what operators failed of, without numbers
    timed: dict = field(default_factory=lambda: defaultdict(list))  # seconds of those that are due in time
    faults: list = field(default_factory=list)
    sent: int = 0  # requests that went out whole


@dataclass
class Request:
    data: bytes
    handling: str
    name: str  # that its answer must hold
    what: str
    status: int = 0  # that is due; 0: any
    most_s: float = 0  # that its answer may take; 0: as long as the servers take


class Asker:
    """Draws requests."""

    OPERATORS = ["pdr:4,2", "pdr:2", "sr:2", "vote:3", "pdr:2@m", "retort"]

    def __init__(self, chance):
        self.chance = chance
        self.count = 0

    def draw(self):
        kind = self.chance.choices(["passed", "run", "wrong", "health", "models"], [45, 45, 5, 2, 3])[0]
        return getattr(self, kind)()

    def question(self, much=False):
        self.count += 1
        name = f"id-{self.count}"
        return name, f"Answer {name} {moody.MUCH if much else 'in short'}: what is {self.count} times 17?"

    @staticmethod
    def post(path, body):
        return wire.request_bytes("POST", path, json.dumps(body).encode())

    def passed(self, much=False, stream=None):
        name, question = self.question(much)
        stream = self.chance.random() < 0.5 if stream is None else stream
        model = self.chance.choice(["m", "@m", "cot@m"])
        body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": question}]}
        return Request(self.post("/v1/chat/completions", body), "passed", name, "passed, streamed" if stream else "passed")

    def run(self, much=False, stream=None):
        name, question = self.question(much)
        stream = self.chance.random() < 0.5 if stream is None else stream
        body = {"model": self.chance.choice(self.OPERATORS), "stream": stream}
        path = self.chance.choice(["/v1/chat/completions"] * 4 + ["/v1/completions", "/v1/responses"])
        if path.endswith("chat/completions"):
            body["messages"] = [{"role": "user", "content": question}]
        else:
            body["prompt" if path == "/v1/completions" else "input"] = question
        return Request(self.post(path, body), "run", name, f"{path}, operator{', streamed' if stream else ''}")

    def wrong(self):
        """What is refused, whatever the model servers are up to."""
        messages = [{"role": "user", "content": "hello"}]
        data = self.chance.choice([
            self.post("/v1/chat/completions", {"model": "pdr:0", "messages": messages}),
            self.post("/v1/chat/completions", {"model": "pdr:2", "messages": messages, "n": 3}),
            self.post("/v1/chat/completions", {"model": "pdr:2", "messages": "none"}),
            self.post("/v1/chat/completions", {"model": 7, "messages": messages}),
            wire.request_bytes("POST", "/v1/chat/completions", b'{"model": "pdr:2", "messages": ['),
            wire.request_bytes("POST", "/v1/chat/completions", b"\xff\x00\xfe"),
        ])
        return Request(data, "own", "", "wrong", 400)

    @staticmethod
    def health():
        return Request(wire.request_bytes("GET", "/health"), "own", "", "health", 200)


    def models(self):
        """One server is always well, so that there is always a list, and the model in it."""
        path = self.chance.choice(["/v1/models", ONE_MODEL])
        return Request(wire.request_bytes("GET", path), "own", '"m"', path, 200, LIST_S)


class Crowd:
    def __init__(self, port, chance):
        self.port = port
        self.chance = chance
        self.asker = Asker(chance)
        self.books = Books()
        self.leaving = False

    async def worker(self):
        manners = {self.patient: 60, self.leaves: 18, self.half: 8, self.slow_reader: 6, self.no_http: 4, self.kept: 4}
        while not self.leaving:
            manner = self.chance.choices(list(manners), list(manners.values()))[0]
            with contextlib.suppress(ConnectionError):
                await manner()
            await asyncio.sleep(self.chance.uniform(0, 0.2))

    def fault(self, request, what):
        self.books.fates["fault"] += 1
        self.books.faults.append(f"{request.what} ({request.name}): {what}")

    async def patient(self):
        request = self.asker.draw()
        reader, writer = await wire.connect(self.port)
        await self.exchange(request, reader, writer)
        wire.hang_up(writer)

    async def kept(self):
        """Several requests by one connection."""
        reader, writer = await wire.connect(self.port)
        for _ in range(self.chance.randrange(2, 6)):
            if not await self.exchange(self.asker.draw(), reader, writer):
                break
        wire.hang_up(writer)

    async def exchange(self, request, reader, writer):
        """Whether the connection may be used again."""
        writer.write(request.data)
        self.books.sent += 1
        reply = wire.Reply()
        began = time.monotonic()
        try:
            await asyncio.wait_for(wire.read_reply(reader, reply), PATIENCE_S)
        except asyncio.TimeoutError:
            self.books.unheard[request.handling] += reply.status is None
            self.fault(request, f"no whole answer within {PATIENCE_S} s")
            return False
        except wire.NoHttp as error:
            self.fault(request, f"no HTTP: {error}")
            return False
        self.enter(request, reply)
        if request.most_s:
            self.books.timed[request.what].append(time.monotonic() - began)
        return not reply.cut and reply.headers.get("connection") != "close"

    def enter(self, request, reply):
        """What a client that waited was told."""
        if reply.status is None:
            self.books.unheard[request.handling] += 1
            return self.fault(request, "the connection was closed without a word")
        self.books.heard[request.handling, reply.status] += 1
        wrong = self.wrong_in(request, reply)
        if wrong:
            return self.fault(request, wrong)
        failed = request.handling == "run" and wire.says_error(reply)
        if failed:
            self.books.errors[re.sub(r"\d+", "N", wire.error_in(reply))] += 1
        whole = "cut" if reply.cut else "error in the stream" if failed and reply.status == 200 else "whole"
        self.books.fates[f"{request.handling} {reply.status} {whole}"] += 1

    @staticmethod
    def wrong_in(request, reply):
        if request.status and reply.status != request.status:
            return f"status {reply.status}, {request.status} was due: {bytes(reply.body[:200])!r}"
        if reply.cut:
            # Only what comes from a server can break off there; an answer of the gateway's own is always whole.
            by_server = request.handling == "passed" and "x-sha256" in reply.headers
            return None if by_server else f"cut: {bytes(reply.body[-200:])!r}"
        if "x-sha256" in reply.headers:
            if hashlib.sha256(reply.body).hexdigest() != reply.headers["x-sha256"]:
                return f"not what the server sent: {bytes(reply.body[-200:])!r}"
            return None if reply.headers["x-for"] == request.name else f"the answer to {reply.headers['x-for']}"
        fault = wire.fault_in(reply)
        if not fault and request.name and request.handling == "own" and request.name.encode() not in reply.body:
            fault = f"without {request.name}: {bytes(reply.body[:200])!r}"
        if fault or request.handling == "own" or wire.says_error(reply):
            return fault
        same = f"for {request.name} " in wire.text_of(reply)
        return None if same else f"the answer to another request: {bytes(reply.body[-300:])!r}"

    async def leaves(self):
        """Hangs up at a random moment, which may be after the answer."""
        request = self.asker.draw()
        reader, writer = await wire.connect(self.port)
        writer.write(request.data)
        self.books.sent += 1
        reply = wire.Reply()
        moment = self.chance.choice([0.001, 0.05, 0.5, 3]) * self.chance.random()
        try:
            await asyncio.wait_for(wire.read_reply(reader, reply), moment)
            self.enter(request, reply)
            wire.hang_up(writer)
        except asyncio.TimeoutError:
            self.left(request, reply, writer)
        except wire.NoHttp as error:
            self.fault(request, f"no HTTP: {error}")
            wire.hang_up(writer)

    def left(self, request, reply, writer):
        reset = self.chance.random() < 0.5
        wire.hang_up(writer, reset)
        if reply.status is not None:
            self.books.heard[request.handling, reply.status] += 1
        elif reset and request.what != ONE_MODEL:
            self.books.unsure[request.handling] += 1
        elif request.what == ONE_MODEL:
            # Where the search for it was stopped, the request may be held for one that is to be handed on.
            self.books.unsure.update(("own", "passed"))
        else:
            self.books.unheard[request.handling] += 1
        self.books.fates[f"{request.handling} left by the client"] += 1

    async def half(self):
        request = self.asker.passed() if self.chance.random() < 0.5 else self.asker.run()
        _, writer = await wire.connect(self.port)
        body = request.data.index(b"\r\n\r\n") + 4
        writer.write(request.data[:self.chance.randrange(body, len(request.data))])
        await asyncio.sleep(self.chance.uniform(0, 0.5))
        reset = self.chance.random() < 0.5
        wire.hang_up(writer, reset)
        self.books.halves += not reset
        self.books.reset_halves += reset

    async def slow_reader(self):
        """A byte a second of a long answer, and then all that is left at once, or nothing more."""
        draw = self.asker.passed if self.chance.random() < 0.5 else self.asker.run
        request = draw(much=True, stream=self.chance.random() < 0.7)
        reader, writer = await wire.connect(self.port, receive_bytes=4096)
        writer.write(request.data)
        self.books.sent += 1
        first = b""
        with contextlib.suppress(asyncio.TimeoutError, ConnectionError):
            for _ in range(self.chance.randrange(3, 15)):
                first += await asyncio.wait_for(reader.read(1), PATIENCE_S)
                await asyncio.sleep(1)
        if self.chance.random() < 0.3:
            wire.hang_up(writer)
            self.books.unheard[request.handling] += 1  # its status may have come, but was not read
            self.books.fates[f"{request.handling} left by the client"] += 1
            return
        # The same stream, with what was read before put back in front.
        again = asyncio.StreamReader(limit=wire.MOST_HEAD)
        again.feed_data(first)
        feeding = asyncio.ensure_future(pour(reader, again))
        await self.exchange_begun(request, again)
        feeding.cancel()
        wire.hang_up(writer)

    async def exchange_begun(self, request, reader):
        try:
            self.enter(request, await asyncio.wait_for(wire.read_reply(reader), PATIENCE_S))
        except asyncio.TimeoutError:
            self.books.unheard[request.handling] += 1
            self.fault(request, f"no whole answer within {PATIENCE_S} s, read slowly")
        except wire.NoHttp as error:
            self.fault(request, f"no HTTP: {error}, read slowly")

    async def no_http(self):
        """Is told so."""
        reader, writer = await wire.connect(self.port)
        writer.write(self.chance.choice([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                                         b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                                         b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n\r\n"]))
        request = Request(b"", "malformed", "", "no HTTP")
        try:
            reply = await asyncio.wait_for(wire.read_reply(reader), PATIENCE_S)
            self.books.malformed += 1
            if reply.status not in (400, 431) or wire.fault_in(reply):
                self.fault(request, f"status {reply.status}: {bytes(reply.body[:200])!r}")
        except (asyncio.TimeoutError, wire.NoHttp) as error:
            self.fault(request, f"{type(error).__name__} {error}")
        wire.hang_up(writer)


async def pour(source, into):
    with contextlib.suppress(ConnectionError):
        while data := await source.read(64 * 1024):
            into.feed_data(data)
    into.feed_eof()

"""Clients of `pdr:16,8,4` that hang up at random moments: how soon the last call of each is stopped at the model server.

The model server and the clients are one process, so that one clock tells both ends; how late that process itself was is
told as well. Each request names itself in its question, which all calls of it carry.
"""

import asyncio
import json
import random
import re
import time

import figures
import programs
import wire

OPERATOR = "pdr:16,8,4"
CALLS = 16 + 8 + 4 + 1
CLIENTS = 20
PIECES = 5
PIECE_S = 0.2
LAST_MOMENT_S = 4.2  # of a request that takes four times PIECES * PIECE_S
MOST_P99_S = 0.1
SETTLE_S = 1.0  # after a hang-up, for calls that should not come
STOP_S = 20  # then a call counts as never stopped
LAG_S = 0.05  # of this process: beyond it the figures say nothing

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
NAMED = re.compile(rb"request-(\d+)-")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(delta, finish=None):
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({"object": "chat.completion.chunk", "choices": [choice]}).encode() + b"\n\n"


PIECE = chunk(event({"content": "and so it goes on, step by step, "}))
LAST = chunk(event({"content": "The answer is 10."}) + event({}, "stop") + b"data: [DONE]\n\n") + b"0\r\n\r\n"
MODELS = b'{"object":"list","data":[{"id":"slow","object":"model"}]}'


class Calls:
    """Of one request, as the model server sees them."""

    def __init__(self):
        self.begun = []  # moments
        self.open = set()  # connections with a call under way
        self.last_end = 0.0


class Connection(asyncio.Protocol):
    """A protocol instead of streams: the moment of an end is seen in the loop's turn in which it comes."""

    def __init__(self, requests):
        self.requests = requests
        self.transport = None
        self.data = b""
        self.calls = None  # of the request that the call under way belongs to
        self.timer = None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.data += data
        head, end, rest = self.data.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if not end or len(rest) < int(length[1] if length else 0):
            return
        self.data = b""
        if head.startswith(b"POST"):
            self.begin(rest)
        else:
            status = b"200 OK" if head.split(b" ")[1].endswith(b"/models") else b"404 Not Found"
            self.transport.write(b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                                 % (status, len(MODELS), MODELS))

    def begin(self, body):
        self.calls = self.requests[int(NAMED.search(body)[1])]
        self.calls.begun.append(time.monotonic())
        self.calls.open.add(self)
        self.transport.write(HEAD)
        self.timer = asyncio.get_running_loop().call_later(PIECE_S, self.say, 1)

    def say(self, piece):
        if piece < PIECES:
            self.transport.write(PIECE)
            self.timer = asyncio.get_running_loop().call_later(PIECE_S, self.say, piece + 1)
        else:
            self.transport.write(LAST)
            self.over()

    def over(self):
        if self.calls is None:
            return
        self.timer.cancel()
        self.calls.last_end = time.monotonic()
        self.calls.open.discard(self)
        self.calls = None

    def eof_received(self):
        self.over()

    def connection_lost(self, _):
        self.over()


class Trial:
    def __init__(self, wanted, chance):
        self.wanted = wanted
        self.chance = chance
        self.requests = {}
        self.begun = 0
        self.stopped = []  # seconds from each hang-up to the end of its last call
        self.idle = 0  # hang-ups that found no call under way
        self.answered = 0  # before the hang-up
        self.open_calls = []  # at each hang-up
        self.faults = []
        self.racing = []  # how long after a hang-up a call still began
        self.never = 0

    async def client(self, port):
        while len(self.stopped) + self.idle + self.never < self.wanted:
            self.begun += 1
            await self.one(port, self.begun)

    async def one(self, port, number):
        calls = self.requests[number] = Calls()
        question = f"This is request-{number}- of many: what is {number} and one?"
        body = {"model": OPERATOR, "stream": self.chance.random() < 0.5, "messages": [{"role": "user", "content": question}]}
        reader, writer = await wire.connect(port)
        writer.write(wire.request_bytes("POST", "/v1/chat/completions", json.dumps(body).encode()))
        reply = wire.Reply()
        try:
            await asyncio.wait_for(wire.read_reply(reader, reply), self.chance.uniform(0.05, LAST_MOMENT_S))
        except asyncio.TimeoutError:
            await self.after_hang_up(writer, calls)
        else:
            self.answered += 1
            if wire.fault_in(reply) or wire.says_error(reply) or len(calls.begun) != CALLS:
                self.faults.append(f"{len(calls.begun)} calls, {bytes(reply.body[-200:])!r}")
            wire.hang_up(writer)
        del self.requests[number]

    async def after_hang_up(self, writer, calls):
        hung_up = time.monotonic()
        wire.hang_up(writer, reset=self.chance.random() < 0.5)
        await asyncio.sleep(0)  # the transport closes its socket in the loop's next turn
        open_then = len(calls.open)
        while calls.open and time.monotonic() < hung_up + STOP_S:
            await asyncio.sleep(SETTLE_S)
        await asyncio.sleep(SETTLE_S)
        self.racing += [begun - hung_up for begun in calls.begun if begun > hung_up]
        if calls.open:
            self.never += 1
        elif open_then or calls.last_end > hung_up:
            self.stopped.append(calls.last_end - hung_up)
            self.open_calls.append(open_then)
        else:
            self.idle += 1


async def run(asked, verdict):
    trial = Trial(asked.hang_ups, random.Random(asked.seed))
    server = await asyncio.get_running_loop().create_server(lambda: Connection(trial.requests), "127.0.0.1", 0, backlog=1024)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    gateway = programs.Gateway(asked.retort, "--url", url, "--model", "slow", "--in-flight", "4096")
    try:
        lag = figures.LoopLag()
        await asyncio.gather(*(trial.client(gateway.port) for _ in range(CLIENTS)))
        lag.task.cancel()
        values = await programs.metrics(gateway.port)
    finally:
        code, said = gateway.close()
        server.close()
    report(verdict, trial, lag, values)
    verdict.expect(code == 0, f"the gateway ended in order (exit {code})")
    if code != 0:
        print(said[-4000:])


def report(verdict, trial, lag, values):
    stopped = figures.spread(trial.stopped)
    verdict.tell("from the hang-up to the last call's end, ms", stopped)
    verdict.tell("calls under way at a hang-up", figures.spread(trial.open_calls, 1))
    verdict.tell("hang-ups without a call under way", trial.idle)
    verdict.tell("answered before", trial.answered)
    late = lag.figures()
    verdict.tell("this process's own delay, ms", late)
    verdict.tell("calls that began after the hang-up, ms", figures.spread(trial.racing))
    for fault in trial.faults[:5]:
        verdict.tell("fault", fault)
    verdict.expect(not trial.faults, f"all {trial.answered} that were left alone were answered, by {CALLS} calls each")
    verdict.expect(trial.never == 0, f"all calls were stopped (not those of {trial.never})")
    verdict.expect(bool(trial.stopped) and stopped["p99"] < 1000 * MOST_P99_S, f"p99 below {1000 * MOST_P99_S:.0f} ms")
    # What the gateway sent before it could see the hang-up is no new call.
    verdict.expect(all(one < MOST_P99_S for one in trial.racing), "no call began once the hang-up could be known")
    verdict.expect(late["p99"] < 1000 * LAG_S, "the process that measures was no part of the delay")
    verdict.expect(values["retort_runs_in_flight"] == 0, "no run is left")

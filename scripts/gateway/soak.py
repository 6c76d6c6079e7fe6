"""A constant rate of `pdr:4,2` over a server that takes 50 ms a call, beside a client that makes as many calls in a row.

Requests are sent when they are due, whether or not those before them are answered, and their time counts from then: a
gateway that falls behind cannot hide it.
"""

import asyncio
import json
import time
from collections import Counter

import figures
import programs
import wire

UPSTREAM_MS = 50
OPERATOR = "pdr:4,2"
IN_A_ROW = 3  # calls of it that wait for one another: two rounds and the last
DIRECT_RATE = 5  # a second
P99_SHARE = 1.25
PATIENCE_S = 60
DRAIN_S = 30
MOST_LATE_S = 0.05  # at p99: a core that is full with the generator and the server says nothing of the gateway


class Timed:
    def __init__(self):
        self.seconds = []
        self.faults = []

    async def one(self, due, asking):
        try:
            await asyncio.wait_for(asking, PATIENCE_S)
            self.seconds.append(time.monotonic() - due)
        except (OSError, wire.NoHttp, asyncio.TimeoutError, ValueError) as error:
            self.faults.append(f"{type(error).__name__}: {error}")


def body_of(model, index, stream):
    question = f"Question {index}: a train leaves at {index % 24} o'clock and is {index % 97} minutes late. When does it come?"
    return json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": question}]}).encode()


def check(reply):
    if reply.status != 200 or reply.cut:
        raise ValueError(f"status {reply.status}{', cut' if reply.cut else ''}: {bytes(reply.body[-200:])!r}")
    fault = wire.fault_in(reply) or ("an error: " + repr(bytes(reply.body[-200:])) if wire.says_error(reply) else None)
    if fault:
        raise ValueError(fault)


async def through_gateway(pool, index):
    check(await pool.ask(wire.request_bytes("POST", "/v1/chat/completions", body_of(OPERATOR, index, index % 2 == 0))))


async def directly(pool, index):
    """As the operator's calls go: streamed, one after the other."""
    for step in range(IN_A_ROW):
        check(await pool.ask(wire.request_bytes("POST", "/v1/chat/completions", body_of("mock", index + step, True))))


async def at_rate(rate, seconds, timed, asking, late):
    """`asking`: of the request's number. Returns when all are answered."""
    began = time.monotonic()
    under_way = set()
    for index in range(int(rate * seconds)):
        due = began + index / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        late.append(max(0.0, time.monotonic() - due))
        task = asyncio.ensure_future(timed.one(due, asking(index)))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    if under_way:
        await asyncio.wait(under_way, timeout=PATIENCE_S + 1)


async def watch_history(series, gateway):
    while series.full_at is None:
        counted = programs.requests_by_label(await programs.metrics(gateway.port))
        series.runs_ended(sum(count for (handling, _), count in counted.items() if handling == "run"))
        await asyncio.sleep(1)


async def measure(gateway, mock, asked, verdict):
    seconds = 60 * asked.minutes_of("soak")
    pools = wire.Pool(gateway.port), wire.Pool(mock.port)
    series = figures.Series(gateway)
    history = asyncio.ensure_future(watch_history(series, gateway))
    operator, direct, late = Timed(), Timed(), []
    before = gateway.cpu_s(), gateway.waited_s()
    await asyncio.gather(at_rate(asked.rate, seconds, operator, lambda index: through_gateway(pools[0], index), late),
                         at_rate(DIRECT_RATE, seconds, direct, lambda index: directly(pools[1], index), []))
    core = {"busy": round((gateway.cpu_s() - before[0]) / seconds, 2),
            "waited for others": round((gateway.waited_s() - before[1]) / seconds, 2)}
    series.task.cancel()
    history.cancel()
    for pool in pools:
        pool.close()
    await settle(gateway)
    series.take()
    report(verdict, asked, series, operator, direct, late, core, await programs.metrics(gateway.port))


async def settle(gateway):
    """Until the gateway has noticed that its clients went."""
    until = time.monotonic() + DRAIN_S
    while time.monotonic() < until and (await programs.metrics(gateway.port))["retort_connections"] > 1:
        await asyncio.sleep(0.1)


def report(verdict, asked, series, operator, direct, late, core, values):
    sent = int(asked.rate * 60 * asked.minutes_of("soak"))
    by_operator, by_hand = figures.spread(operator.seconds), figures.spread(direct.seconds)
    verdict.tell(f"{OPERATOR}, ms", by_operator)
    verdict.tell(f"{IN_A_ROW} calls in a row, ms", by_hand)
    verdict.tell("requests sent too late, ms", figures.spread(late))
    verdict.expect(figures.percentile(late, 0.99) < MOST_LATE_S, "the generator kept to its rate")
    verdict.tell("the gateway's share of its core", core)
    failed = int(values['retort_calls_total{result="failed"}'])
    verdict.expect(failed == 0, f"no call of an operator failed ({failed})")
    for fault, count in Counter(operator.faults + direct.faults).most_common(5):
        verdict.tell(f"fault, {count} times", fault)
    verdict.expect(not operator.faults and not direct.faults, f"no error ({len(operator.faults)} of {sent})")
    counted = programs.requests_by_label(values).get(("run", 200), 0)
    verdict.expect(counted == sent, f"{sent} sent, {counted} counted as answered with 200")
    if operator.seconds and direct.seconds:
        verdict.tell("p99 against calls in a row", round(by_operator["p99"] / by_hand["p99"], 3))
    near = operator.seconds and direct.seconds and by_operator["p99"] <= P99_SHARE * by_hand["p99"]
    verdict.expect(near, f"p99 at most {P99_SHARE} times that of calls in a row")
    verdict.expect(series.third(2, 2) <= series.third(1, 2) + 16, "descriptors are flat")
    verdict.expect(values["retort_runs_in_flight"] == 0, "no run is left")
    verdict.judge_memory(series, asked)


async def run(asked, verdict):
    mock = programs.Mock(asked.mock, "--latency-ms", str(UPSTREAM_MS))
    try:
        gateway = programs.Gateway(asked.retort, "--url", f"http://127.0.0.1:{mock.port}/v1", "--model", "mock",
                                   "--in-flight", "4096")
        try:
            await measure(gateway, mock, asked, verdict)
        finally:
            code, said = gateway.close()
        verdict.expect(code == 0, f"the gateway ended in order (exit {code})")
        if code != 0:
            print(said[-4000:])
    finally:
        mock.close()

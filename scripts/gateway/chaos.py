"""Everything around the gateway fails, for long: model servers, clients, and settings that change all the while.

At the end the books must balance. Every request that was sent whole has one end: a whole answer, an answer that is seen to
be cut since its server cut it, or its own client's hang-up; and the gateway has counted each of them once, by the status
that the client saw. Nothing of it is left: calls, connections, descriptors, memory.
"""

import asyncio
import contextlib
import os
import random
import signal
import tempfile
import time
from collections import Counter

import crowd
import figures
import moody
import programs

CLIENTS = 40
SERVERS = 3  # with moods, beside one that is always well
RECOVERY_S = 90  # a server that is well again is asked after 30 s at most
QUIET_S = 60
BASELINE = 6  # requests in a row before descriptors are counted
GOOD_ONES = 60  # requests that must all be answered when all is well


class Settings:
    """The gateway's file, which is written anew again and again."""

    def __init__(self, chance, good, servers):
        self.chance = chance
        self.good = good
        self.servers = servers
        self.path = os.path.join(tempfile.mkdtemp(prefix="check-gateway-"), "gateway.toml")
        self.changes = 0
        self.broken = 0

    def write(self, text):
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(self.path + ".new", self.path)

    @staticmethod
    def entry(name, url, weight):
        return f'[[upstream]]\nname = "{name}"\nurl = "{url}"\nweight = {weight}\nin_flight = 512\n'

    def write_alone(self, name):
        """The good server alone, under a name that is new: what was known of all others goes."""
        self.write('model = "m"\n' + self.entry(name, self.good.url, 1))

    def write_all(self):
        self.write('model = "m"\n' + "".join(self.entry(one.name, one.url, 1) for one in [self.good, *self.servers]))

    def write_anew(self):
        """Other weights, other servers; at times a file that is wrong, which must change nothing."""
        if self.chance.random() < 0.2:
            self.broken += 1
            return self.write('model = "m"\n[[upstream]]\nname = "nowhere"\n')
        some = self.chance.sample(self.servers, self.chance.randrange(1, SERVERS + 1))
        entries = [self.entry(one.name, one.url, self.chance.choice([0.5, 1, 2, 5])) for one in [self.good, *some]]
        self.chance.shuffle(entries)
        return self.write('model = "m"\n' + "".join(entries))

    def close(self):
        os.unlink(self.path)
        os.rmdir(os.path.dirname(self.path))


class Trial:
    def __init__(self, asked, verdict):
        self.asked = asked
        self.verdict = verdict
        chances = iter(random.Random(f"{asked.seed} {which}") for which in range(20))
        self.good = moody.Moody("good", next(chances))
        self.servers = [moody.Moody("abc"[which], next(chances)) for which in range(SERVERS)]
        self.settings = None
        self.chance = next(chances)
        self.gateway = None
        self.crowd = None
        self.reloads = 0

    async def open(self):
        for one in [self.good, *self.servers]:
            await one.listen()
        self.settings = Settings(self.chance, self.good, self.servers)
        self.settings.write_alone("first")
        self.gateway = programs.Gateway(self.asked.retort, "--config", self.settings.path, "--retry-time", "10")
        self.crowd = crowd.Crowd(self.gateway.port, self.chance)

    async def close(self):
        """The gateway's exit code, and what it said."""
        out = self.gateway.close() if self.gateway else (None, "")
        for one in [self.good, *self.servers]:
            await one.close()
        if self.settings:
            self.settings.close()
        return out

    async def metrics(self):
        """Asking is a request too, which the next one's counts hold."""
        values = await programs.metrics(self.gateway.port)
        self.crowd.books.heard["own", 200] += 1
        return values

    async def reload(self):
        self.reloads += 1
        self.gateway.reload()
        until = time.monotonic() + QUIET_S
        while time.monotonic() < until and self.told_reloads() < self.reloads:
            await asyncio.sleep(0.05)

    def told_reloads(self):
        said = self.gateway.log()
        return said.count("are read again") + said.count("nothing is changed")

    async def reload_at_times(self):
        while True:
            await asyncio.sleep(self.asked.reload_every)
            self.settings.write_anew()
            await self.reload()

    async def ask_in_a_row(self, count):
        """How many of so many requests, half of them for operators, were answered whole with 200."""
        before = Counter(self.crowd.books.fates)
        for index in range(count):
            request = self.crowd.asker.run() if index % 2 else self.crowd.asker.passed()
            reader, writer = await crowd.wire.connect(self.gateway.port)
            await self.crowd.exchange(request, reader, writer)
            crowd.wire.hang_up(writer)
        gained = Counter(self.crowd.books.fates) - before
        return gained["run 200 whole"] + gained["passed 200 whole"]

    async def quiet(self):
        """Until nothing is under way; the counts of then."""
        until = time.monotonic() + QUIET_S
        while True:
            values = await self.metrics()
            ours = sum(one.under_way for one in [self.good, *self.servers])
            if (values["retort_connections"] == 1 and values["retort_requests_in_flight"] == 1 and ours == 0) \
                    or time.monotonic() > until:
                return values
            await asyncio.sleep(0.2)

    async def descriptors_alone(self, name):
        """With one server whose name is new, after the same requests: what is kept for others is not in it."""
        self.settings.write_alone(name)
        await self.reload()
        answered = await self.ask_in_a_row(BASELINE)
        self.verdict.expect(answered == BASELINE, f"over one server, {name}, {answered} of {BASELINE} are answered")
        await self.quiet()
        return self.gateway.descriptors()

    async def storm(self, series):
        """All of it, for the time that was asked for."""
        for one in self.servers:
            one.begin()
        reloading = asyncio.ensure_future(self.reload_at_times())
        workers = [asyncio.ensure_future(self.crowd.worker()) for _ in range(CLIENTS)]
        until = time.monotonic() + 60 * self.asked.minutes_of("chaos")
        while time.monotonic() < until and self.gateway.is_up():
            with contextlib.suppress(OSError):  # whether it lives is asked right after
                counted = programs.requests_by_label(await self.metrics())
                series.runs_ended(sum(count for (handling, _), count in counted.items() if handling == "run"))
            await asyncio.sleep(1)
        series.task.cancel()
        if self.gateway.is_up():
            series.take()
        reloading.cancel()
        for one in self.servers:
            await one.be_well()
        self.crowd.leaving = True
        await asyncio.gather(*workers)

    async def recover(self):
        """Until all servers are asked again: seconds, or None."""
        self.settings.write_all()
        await self.reload()
        began = time.monotonic()
        while time.monotonic() < began + RECOVERY_S:
            await self.ask_in_a_row(4)
            values = await self.metrics()
            if all(values.get(f'retort_upstream_up{{upstream="{one.name}"}}') == 1 for one in [self.good, *self.servers]):
                return time.monotonic() - began
            await asyncio.sleep(0.5)
        return None

    async def run(self):
        before = await self.descriptors_alone("second")
        self.settings.write_all()
        await self.reload()
        series = figures.Series(self.gateway)
        await self.storm(series)
        self.verdict.expect(self.gateway.is_up(), "the gateway lives")
        if not self.gateway.is_up():
            return
        recovered = await self.recover()
        self.verdict.expect(recovered is not None, "servers that are well again are asked again")
        self.verdict.tell("until all were asked again, s", recovered and round(recovered, 1))
        answered = await self.ask_in_a_row(GOOD_ONES)
        self.verdict.expect(answered == GOOD_ONES, f"when all are well, {answered} of {GOOD_ONES} are answered")
        values = await self.quiet()
        self.verdict.tell("descriptors with what is kept for servers", self.gateway.descriptors())
        after = await self.descriptors_alone("last")
        self.verdict.tell("descriptors before and after", f"{before}, {after}")
        self.verdict.expect(after <= before, "descriptors are back to the start")
        self.judge_leftovers(values, await self.quiet())
        self.judge_books(await programs.metrics(self.gateway.port))
        self.verdict.judge_memory(series, self.asked)

    def judge_leftovers(self, values, last):
        self.verdict.expect(values["retort_connections"] == 1 and values["retort_requests_in_flight"] == 1,
                            "no connection and no request is left but the one that asks")
        self.verdict.expect(values["retort_runs_in_flight"] == 0, "no run is left")
        ours = {one.name: one.under_way for one in [self.good, *self.servers] if one.under_way}
        self.verdict.expect(not ours, f"no call is left at the servers ({ours or 'none'})")
        busy = {name: value for name, value in programs.labelled(last, "retort_upstream_in_flight").items() if value}
        self.verdict.expect(not busy, f"no call is left by /metrics ({busy or 'none'})")
        stale = [name for name in programs.labelled(last, "retort_upstream_up") if '"last"' not in name]
        self.verdict.expect(not stale, f"/metrics tells of no server that was taken out ({stale or 'none'})")

    def judge_books(self, values):
        books, counted = self.crowd.books, programs.requests_by_label(values)
        for name, figure in [("sent", books.sent), ("fates", dict(sorted(books.fates.items()))), ("halves", books.halves),
                             ("hung up as the gateway tells of runs", int(values["retort_hung_up_total"])),
                             ("moods", dict(sum((Counter(one.seen) for one in self.servers), Counter()))),
                             ("new settings", f"{self.reloads}, {self.settings.broken} of them wrong")]:
            self.verdict.tell(name, figure)
        for message, count in books.errors.most_common(8):
            self.verdict.tell(f"operators failed {count} times of", message)
        blamed = sum(count for message, count in books.errors.items() if "is not an address" in message)
        self.verdict.expect(blamed == 0, f"no failure of a server is blamed on its address ({blamed} were)")
        for fault in books.faults[:10]:
            self.verdict.tell("fault", fault)
        for what, seconds in books.timed.items():
            self.verdict.tell(f"{what}, ms", figures.spread(seconds))
        late = sum(one > crowd.LIST_S for seconds in books.timed.values() for one in seconds)
        self.verdict.expect(late == 0, f"the list of models never takes more than {crowd.LIST_S} s ({late} did)")
        self.verdict.expect(not books.faults, f"every request has its end ({len(books.faults)} faults)")
        off = [f"{handling} {status}: {counted.get((handling, status), 0)} counted, {books.heard[handling, status]} heard"
               for handling, status in {*counted, *books.heard} if status and not self.balances(counted, handling, status)]
        self.verdict.expect(not off, f"counted as the clients heard, by status ({'; '.join(off) or 'all'})")
        for handling in ("run", "passed", "own"):
            total = sum(count for (how, _), count in counted.items() if how == handling)
            sure = sum(count for (how, _), count in books.heard.items() if how == handling) + books.unheard[handling]
            self.verdict.expect(sure <= total <= sure + books.unsure[handling],
                                f"{handling}: {total} counted, {sure} sent, and {books.unsure[handling]} reset on their way")
        malformed = int(values["retort_malformed_total"])
        self.verdict.expect(books.malformed <= malformed <= books.malformed + books.reset_halves,
                            f"{malformed} counted as no HTTP, {books.malformed} sent, and {books.reset_halves} halves reset")

    def balances(self, counted, handling, status):
        """All that heard it are counted; who left before hearing may be counted beside them."""
        heard, books = self.crowd.books.heard[handling, status], self.crowd.books
        return heard <= counted.get((handling, status), 0) <= heard + books.unheard[handling] + books.unsure[handling]


async def run(asked, verdict):
    trial = Trial(asked, verdict)
    try:
        await trial.open()
        await trial.run()
        told, reloads = trial.told_reloads(), trial.reloads
    finally:
        code, said = await trial.close()
    verdict.expect(told == reloads, f"{reloads} times new settings, {told} times told of")
    verdict.expect(code == 0, f"the gateway ended in order ({'killed' if code is None else signal_words(code)})")
    wrong = [line for line in said.splitlines() if "Sanitizer" in line or "runtime error" in line]
    verdict.expect(not wrong, f"nothing was found by a sanitizer ({wrong[:1] or 'nothing'})")
    if code != 0 or wrong:
        print(said[-6000:])


def signal_words(code):
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name

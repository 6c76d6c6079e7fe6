#!/usr/bin/env python3
"""What `retort serve` hands on, beside other proxies over the same model server, in one run: nginx (the limit), LiteLLM's
proxy and optillm, which passes through as well.

    bench/gateway_vs_proxies.py                                     all; about half an hour
    bench/gateway_vs_proxies.py --rounds 1 --seconds 2 --proxies retort,nginx --parts throughput,memory

Every proxy is pinned to one core, the model server and the generator of requests to another. The proxies alternate
round by round, and a ratio or a difference is always of one round. Parts:

    throughput   as many requests as go, 1, 64 and 1000 at a time (wrk), answers whole and streamed
    latency      what a proxy adds to the time of the same request straight to the server: one at a time, and at a constant
                 rate (vegeta) of half the requests a second that this proxy reached in this round (less where the generator
                 does not keep up)
    memory       9,000 streams that have begun and do not end

The model server costs next to nothing: nginx with fixed answers, a stream's 50 events in one piece. Streams whose 16 chunks
come one by one are retort-mock-server's; it is too slow to be asked more than one at a time. optillm asks its server for whole
answers even when it is asked for a stream, so whole ones are what it gets. Neither it nor LiteLLM is asked for the streams
of `memory`: a thread each, or minutes until they are open. optillm is installed without what only its plugins need.

Requests that wrk has under way at the end are not counted; a proxy finishes what its clients have left before the next
measurement, and has a minute and a half for it. On two cores that other work shares, look at the CPU a request as well.

Needs taskset (util-linux), wrk, nginx and, for vegeta, Go; Python's packages are installed into a folder of its own.
Requests that failed are in the tables' last column.
"""
import argparse
import json
import os
import platform
import shutil
import signal
import sys
import tempfile

from gateway import load, memory, processes, proxies, report, upstreams

HERE = os.path.dirname(os.path.abspath(__file__))
IDLE_PATIENCE_S = 90
MOST_RATES = 3  # that are tried, each half of the one before, until the generator keeps up
KEEPS_UP_US = 20_000  # of the median straight to a server that needs a thousandth of it
MODES = {"whole": "whole", "streamed": "streamed", "chunks": "streamed"}  # what is measured: the body that asks for it


class Bench:
    def __init__(self, asked, programs, place, generator):
        self.asked = asked
        self.programs = programs
        self.place = place
        self.generator = generator
        self.proxies = []
        self.found = {"versions": {}, "requests": [], "rest": [], "memory": [], "faults": []}

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def note(self, fault):
        self.found["faults"].append(fault)
        self.say(fault)

    def install(self):
        """A proxy that cannot be had is said, and the others are measured."""
        for name in self.asked.proxies:
            try:
                proxy = proxies.ALL[name](self.place)
                self.proxies.append(proxy)
                self.found["versions"][name] = proxy.version
            except (RuntimeError, OSError) as error:
                self.note(f"{name} is left out: {error}")

    def start_all(self, what, servers):
        """All that answer, with the server itself first."""
        targets = {"direct": servers[what]}
        for proxy in self.proxies:
            try:
                server = proxy.start(self.programs, servers[what if proxy.asks_streams else "whole"].url)
                self.generator.check(server, MODES[what])
                targets[proxy.name] = server
            except (RuntimeError, OSError, ValueError) as error:
                self.note(f"{proxy.name} is left out of {what}: {error}")
        return targets

    def take(self, key, measure):
        """One result, or why there is none."""
        try:
            result = measure()
        except (RuntimeError, OSError, ValueError) as error:
            result = {"fault": str(error), "errors": {}}
        result.update(key)
        self.found["requests"].append(result)
        said = {name: round(value, 2) if isinstance(value, float) else value for name, value in result.items()
                if name not in key}
        self.say("  ".join(str(value) for value in key.values()) + "  " + json.dumps(said))
        return result

    def settle(self, target, server):
        if not processes.wait_until_idle(server.process.pid, IDLE_PATIENCE_S):
            self.note(f"{target} was still busy {IDLE_PATIENCE_S} s after its last client had left")

    def most(self, what, targets, concurrency, number):
        """The requests a second of each."""
        reached = {}
        for target, server in targets.items():
            key = {"kind": "most", "what": what, "target": target, "concurrency": concurrency, "round": number}
            result = self.take(key, lambda: self.generator.most(server, MODES[what], concurrency, self.asked.seconds))
            reached[target] = result.get("per_second", 0)
            self.settle(target, server)
        return reached

    def half_load(self, what, targets, reached, number):
        for target, server in targets.items():
            if target == "direct" or not reached[target]:
                continue
            rate = self.rate_that_goes(what, targets, target, reached[target], number)
            self.steady(what, target, server, rate, reached[target], number)
            self.settle(target, server)

    def rate_that_goes(self, what, targets, target, most, number):
        """Half of the most, or as much less as the generator needs to keep up, straight to the server."""
        for rate in (most / 2 ** step for step in range(1, MOST_RATES + 1)):
            result = self.steady(what, "direct for " + target, targets["direct"], rate, most, number)
            if not result["errors"] and result.get("kept_up") and result["p50_us"] < KEEPS_UP_US:
                break
        return rate

    def steady(self, what, name, server, rate, most, number):
        key = {"kind": "steady", "what": what, "target": name, "concurrency": 1, "round": number}
        result = self.take(key, lambda: self.generator.steady(server, MODES[what], rate, self.asked.seconds))
        result["most"] = most
        return result

    def concurrencies(self, what):
        if what == "chunks":
            return [1]
        wanted = set(self.asked.concurrency) if "throughput" in self.asked.parts else set()
        return sorted(wanted | ({1, 64} if "latency" in self.asked.parts else set()))

    def measure(self, what, servers):
        """All rounds of one kind of answer."""
        targets = self.start_all(what, servers)
        for number in range(self.asked.rounds):
            reached = [self.most(what, targets, concurrency, number) for concurrency in self.concurrencies(what)]
            if "latency" in self.asked.parts and what != "chunks":
                self.half_load(what, targets, {name: max(one[name] for one in reached) for name in targets}, number)
        for target, server in targets.items():
            if target != "direct":
                size = processes.memory(server.process.pid)["VmRSS"]
                self.found["rest"].append({"target": target, "what": what, "memory": size})
                self.programs.stop(server.process)

    def requests(self):
        servers = upstreams.start_fixed(self.programs, self.place.nginx, self.place.folder, self.asked.load_core,
                                        self.place.files)
        kinds = ["whole", "streamed"]
        if "latency" in self.asked.parts:
            servers["chunks"] = upstreams.start_chunks(self.programs, self.asked.mock_server, self.asked.load_core)
            kinds.append("chunks")
        for what in kinds:
            self.measure(what, servers)

    def streams(self):
        count = memory.streams_that_go(self.asked.streams, self.place.files)
        if count < self.asked.streams:
            self.note(f"{count} streams instead of {self.asked.streams}: the hard limit of open files is {self.place.files}")
        for proxy in self.proxies:
            if not proxy.many_streams:
                continue
            upstream = upstreams.start_holding(self.programs, self.asked.load_core)
            try:
                result = memory.measure(self.programs, proxy, upstream, count)
            except (RuntimeError, OSError, ValueError) as error:
                result = {"fault": str(error)}
            self.programs.stop(upstream.process)
            self.found["memory"].append({"target": proxy.name, **result})
            self.say(f"memory  {proxy.name}  {json.dumps(result)}")

    def run(self):
        self.install()
        if {"throughput", "latency"} & set(self.asked.parts):
            self.requests()
        if "memory" in self.asked.parts:
            self.streams()
        return self.found


def listed(known):
    def parse(text):
        names = text.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(known)}")
        return names
    return parse


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    programs = os.path.join(HERE, "..", "build", "bin")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8, help="of each measurement (default: %(default)s)")
    parser.add_argument("--proxies", type=listed(proxies.ALL), default=list(proxies.ALL), metavar="NAME,...",
                        help="of " + ", ".join(proxies.ALL))
    parser.add_argument("--parts", type=listed(["throughput", "latency", "memory"]), metavar="PART,...",
                        default=["throughput", "latency", "memory"])
    parser.add_argument("--concurrency", type=lambda text: [int(one) for one in text.split(",")], default=[1, 64, 1000],
                        metavar="N,...", help="requests at a time (default: 1,64,1000)")
    parser.add_argument("--streams", type=int, default=9000, help="open at one time (default: %(default)s)")
    parser.add_argument("--retort", default=os.path.join(programs, "retort"), metavar="PROGRAM")
    parser.add_argument("--mock-server", metavar="PROGRAM", help="retort-mock-server (default: beside retort)")
    parser.add_argument("--work", default="~/.cache/retort/bench",
                        help="folder for what is installed (default: %(default)s)")
    parser.add_argument("--proxy-core", type=int, default=0)
    parser.add_argument("--load-core", type=int, default=1)
    parser.add_argument("--nice", type=int, default=0,
                        help="of all that is started, as with nice(1); below 0 (root) on a machine that does other work")
    parser.add_argument("--json", metavar="FILE", help="every single measurement")
    parser.add_argument("--markdown", metavar="FILE", help="the tables")
    asked = parser.parse_args()
    asked.mock_server = asked.mock_server or os.path.join(os.path.dirname(asked.retort), "retort-mock-server")
    return asked


def check_machine(asked):
    there = os.sched_getaffinity(0)
    if not {asked.proxy_core, asked.load_core} <= there:
        raise SystemExit(f"cores {asked.proxy_core} and {asked.load_core} are wanted; there are {sorted(there)}")
    if not shutil.which("taskset"):
        raise SystemExit("taskset is not installed: it comes with the package util-linux")
    for path in [asked.retort, *([asked.mock_server] if "latency" in asked.parts else [])]:
        if not os.access(path, os.X_OK):
            raise SystemExit(f"{path} is not there: build it, or name another")


def head(asked, found, load_before):
    versions = "; ".join(f"{name} {version}" for name, version in found["versions"].items())
    lines = [f"{versions}. {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}.",
             f"{asked.rounds} rounds of {asked.seconds} s each: medians, in brackets the least and the most.",
             f"Load of the machine before: {load_before:.1f}, after: {os.getloadavg()[0]:.1f}.",
             *(f"Note: {fault}" for fault in found["faults"])]
    return "\n".join(lines) + "\n"


def measured(asked, folder):
    work = os.path.abspath(os.path.expanduser(asked.work))
    wants_requests = bool({"throughput", "latency"} & set(asked.parts))
    wrk = proxies.program("wrk", "wrk") if wants_requests else None
    nginx = proxies.program("nginx", "nginx-light") if wants_requests or "nginx" in asked.proxies else None
    vegeta = load.install_vegeta(work) if "latency" in asked.parts else None
    place = proxies.Place(work, folder, asked.proxy_core, memory.raise_file_limit(), os.path.abspath(asked.retort), nginx)
    os.sched_setaffinity(0, {asked.load_core})
    os.nice(asked.nice)
    with processes.Programs(folder) as programs:
        return Bench(asked, programs, place, load.Load(wrk, vegeta, folder, asked.load_core)).run()


def write_results(asked, found, text):
    if asked.markdown:
        with open(asked.markdown, "w", encoding="utf-8") as file:
            file.write(text)
    if asked.json:
        with open(asked.json, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=1)


def main():
    asked = arguments()
    check_machine(asked)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load_before = os.getloadavg()[0]
    folder = tempfile.mkdtemp(prefix="gateway-bench-")
    os.chmod(folder, 0o755)  # nginx's worker is another user when root starts it
    try:
        found = measured(asked, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found["asked"] = vars(asked)
    made = report.tables(found, ["direct", *asked.proxies], sorted({1, 64, *asked.concurrency}), asked.parts)
    text = head(asked, found, load_before) + "".join("\n" + report.text_of(table) for table in made)
    print(text)
    write_results(asked, found, text)


if __name__ == "__main__":
    main()

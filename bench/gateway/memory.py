"""What open streams cost a proxy in memory: thousands that have begun and do not end."""
import resource
import selectors
import socket
import time

from gateway import load, processes

SPARE = 200  # descriptors of a proxy that are no stream's
AT_A_TIME = 256  # that are being opened
PATIENCE_S = 60  # without any progress


def raise_file_limit():
    """As many descriptors as the system lets this process and its children have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with_limit = hard if hard != resource.RLIM_INFINITY else 1 << 20
    resource.setrlimit(resource.RLIMIT_NOFILE, (with_limit, hard))
    return with_limit


def streams_that_go(asked, files):
    """A stream is two descriptors for the proxy."""
    return min(asked, (files - SPARE) // 2)


class Streams:
    """Clients of one proxy, each of which has asked for a stream and waits for its end."""

    def __init__(self, server):
        host, port = server.url.split("/")[2].split(":")
        self.place = (host, int(port))
        body = load.chat_body(True)
        self.request = (b"POST /v1/chat/completions HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\n"
                        b"Content-Length: %d\r\n\r\n%s" % (host.encode(), int(port), len(body), body))
        self.watched = selectors.DefaultSelector()
        self.open = []
        self.opening = {}
        self.faults = []

    def begin(self):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(self.place)
        self.opening[one] = b""
        self.watched.register(one, selectors.EVENT_WRITE, one)

    def fail(self, one, why):
        self.faults.append(why)
        self.watched.unregister(one)
        del self.opening[one]
        one.close()

    def advance(self, one, ready):
        if ready & selectors.EVENT_WRITE:
            one.sendall(self.request)
            self.watched.modify(one, selectors.EVENT_READ, one)
            return
        data = one.recv(65536)
        self.opening[one] += data
        if not data:
            self.fail(one, "closed: " + self.opening[one][:100].decode(errors="replace"))
        elif not self.opening[one].startswith(b"HTTP/1.1 200"[:len(self.opening[one])]):
            self.fail(one, self.opening[one][:100].decode(errors="replace"))
        elif b"data: " in self.opening[one]:
            self.watched.unregister(one)
            del self.opening[one]
            self.open.append(one)

    def open_all(self, count):
        """Whether there was an end to it; the count of those that are open may be smaller."""
        begun, last = 0, time.monotonic()
        while begun < count or self.opening:
            while begun < count and len(self.opening) < AT_A_TIME:
                self.begin()
                begun += 1
            for key, ready in self.watched.select(1):
                last = time.monotonic()
                try:
                    self.advance(key.data, ready)
                except OSError as error:
                    self.fail(key.data, str(error))
            if time.monotonic() - last > PATIENCE_S:
                self.faults += [f"no answer for {PATIENCE_S} s"] * len(self.opening)
                return

    def close(self):
        for one in [*self.open, *self.opening]:
            one.close()
        self.watched.close()


def held(upstream):
    return int(processes.fetch(upstream.url.removesuffix("/v1") + "/held")[1])


def left_open(upstream, patience_s=20):
    """Streams at the server, some time after all clients have hung up."""
    end = time.monotonic() + patience_s
    while held(upstream) > 0 and time.monotonic() < end:
        time.sleep(0.2)
    return held(upstream)


def measure(programs, proxy, upstream, count):
    server = proxy.start(programs, upstream.url)
    streams = Streams(server)
    try:
        streams.open_all(1)
        time.sleep(1)
        before = processes.memory(server.process.pid)
        began = time.monotonic()
        streams.open_all(count)
        took = time.monotonic() - began
        time.sleep(1)
        after = processes.memory(server.process.pid)
        arrived = held(upstream)
    finally:
        streams.close()
    left = left_open(upstream)
    time.sleep(1)
    rest = processes.memory(server.process.pid)
    programs.stop(server.process)
    opened = max(1, len(streams.open) - 1)
    return {"asked": count, "opened": len(streams.open) - 1, "at_server": arrived, "took_s": took,
            "before": before, "after": after, "rest": rest, "left_open": left, "faults": streams.faults,
            "rss_a_stream": (after["VmRSS"] - before["VmRSS"]) / opened,
            "anonymous_a_stream": (after["RssAnon"] - before["RssAnon"]) / opened}

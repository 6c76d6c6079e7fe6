#!/usr/bin/env python3
"""A model server that begins every stream and never ends it.

    hold_streams.py PORT

POST: one event, then nothing. GET /held: how many streams are open. Any other GET: a list of models.
"""
import selectors
import socket
import sys

EVENT = (b'data: {"id":"chatcmpl-held","object":"chat.completion.chunk","created":1700000000,"model":"m",'
         b'"choices":[{"index":0,"delta":{"content":"held"},"finish_reason":null}]}\n\n')
BEGUN = (b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
         b"%x\r\n%s\r\n" % (len(EVENT), EVENT))
MODELS = b'{"object":"list","data":[{"id":"m","object":"model"}]}'


def whole(body):
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def complete(data):
    """Whether head and body are there."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return False
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return not head.startswith(b"POST") or body.endswith(b"0\r\n\r\n")


class Holder:
    def __init__(self, port):
        self.watched = selectors.DefaultSelector()
        self.came = {}
        self.held = set()
        self.listener = socket.create_server(("127.0.0.1", port), backlog=4096)
        self.listener.setblocking(False)
        self.watched.register(self.listener, selectors.EVENT_READ, None)

    def accept(self):
        while True:
            try:
                one, _ = self.listener.accept()
            except BlockingIOError:
                return
            one.setblocking(False)
            self.came[one] = b""
            self.watched.register(one, selectors.EVENT_READ, one)

    def close(self, one):
        self.watched.unregister(one)
        self.held.discard(one)
        del self.came[one]
        one.close()

    def read(self, one):
        try:
            data = one.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.close(one)
            return
        self.came[one] += data
        if complete(self.came[one]):
            self.answer(one, self.came[one])
            self.came[one] = b""

    def answer(self, one, asked):
        if asked.startswith(b"POST"):
            self.held.add(one)
            one.send(BEGUN)
        else:
            one.send(whole(b"%d" % len(self.held) if asked.startswith(b"GET /held") else MODELS))

    def run(self):
        while True:
            for key, _ in self.watched.select():
                if key.data is None:
                    self.accept()
                else:
                    self.read(key.data)


if __name__ == "__main__":
    Holder(int(sys.argv[1])).run()

"""An OpenAI-compatible server for end-to-end tests: answers by rule, counts what it was asked, fails on demand.

Tokens are words. The answer to a request is a number made from its seed, so that drafts differ and runs repeat.
"""

import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def words(text):
    """Words with the white space that follows them."""
    return re.findall(r"\S+\s*", text)


class Behaviour:
    """What the server does; tests set the fields, and read the counts."""

    def __init__(self):
        self.models = ["mock-1"]
        self.words = 12  # a reply has this many
        self.word_s = 0.0  # pause after each
        self.latency_s = 0.0  # before the first
        self.status = 200  # of completions
        self.html = False  # a page instead of a reply
        self.fail_first = 0  # so many completions are answered by 500
        self.key = None  # needed, when set
        self.reply = None  # function(seed, prompt) -> text
        self.lock = threading.Lock()
        self.asked = []  # requests, as parsed
        self.completed = 0
        self.broken = 0  # the client hung up
        self.in_flight = 0
        self.most_in_flight = 0
        self.tokens_in = 0
        self.tokens_out = 0

    def text_for(self, body):
        prompt = "\n".join(m["content"] for m in body["messages"])
        seed = body.get("seed", 0)
        if self.reply is not None:
            return self.reply(seed, prompt)
        head = ["step%d" % i for i in range(max(self.words - 4, 0))]
        return " ".join(head + ["The", "answer", "is", "%d" % (seed % 3)])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    @property
    def behaviour(self):
        return self.server.behaviour

    def send_bytes(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_json(self, status, value):
        self.send_bytes(status, "application/json", json.dumps(value).encode())

    def do_GET(self):
        if self.path == "/v1/models":
            self.send_json(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in self.behaviour.models]})
        else:
            self.send_json(404, {"error": {"message": "no such page"}})

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length))
        mock = self.behaviour
        if self.path != "/v1/chat/completions":
            return self.send_json(404, {"error": {"message": "no such page"}})
        if mock.key is not None and self.headers.get("Authorization") != "Bearer " + mock.key:
            return self.send_json(401, {"error": {"message": "invalid api key"}})
        with mock.lock:
            mock.asked.append(body)
            failing = mock.fail_first > 0
            mock.fail_first -= failing
            mock.in_flight += 1
            mock.most_in_flight = max(mock.most_in_flight, mock.in_flight)
        try:
            self.answer(mock, body, failing)
        finally:
            with mock.lock:
                mock.in_flight -= 1

    def answer(self, mock, body, failing):
        if mock.html:
            return self.send_bytes(200, "text/html", b"<!doctype html><title>Welcome</title>")
        if failing:
            return self.send_json(500, {"error": {"message": "overloaded"}})
        if mock.status != 200:
            return self.send_json(mock.status, {"error": {"message": "refused by the mock"}})
        if body["model"] not in mock.models:
            return self.send_json(404, {"error": {"message": "model %s not found" % body["model"], "code": "model_not_found"}})
        try:
            self.stream(body)
        except (BrokenPipeError, ConnectionResetError):
            with mock.lock:
                mock.broken += 1
            self.close_connection = True

    def chunk(self, value):
        data = b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"
        self.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")
        self.wfile.flush()

    def stream(self, body):
        mock = self.behaviour
        time.sleep(mock.latency_s)
        all_words = words(mock.text_for(body))
        limit = body.get("max_tokens") or body.get("max_completion_tokens") or 10**9
        said = all_words[:limit]
        tokens_in = sum(len(words(m["content"])) for m in body["messages"])
        usage = {"prompt_tokens": tokens_in, "completion_tokens": len(said), "total_tokens": tokens_in + len(said)}
        finish = "stop" if len(said) == len(all_words) else "length"
        if not body.get("stream"):
            message = {"role": "assistant", "content": "".join(said)}
            self.send_json(200, {"choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": usage})
        else:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for word in said:
                delta = {"content": word}
                self.chunk({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
                if mock.word_s:
                    time.sleep(mock.word_s)
            self.chunk({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
            self.chunk({"choices": [], "usage": usage})
            self.chunk(b"[DONE]")
            self.wfile.write(b"0\r\n\r\n")
        with mock.lock:
            mock.completed += 1
            mock.tokens_in += tokens_in
            mock.tokens_out += len(said)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # clients here are interrupted and killed
            super().handle_error(request, client_address)


class MockServer:
    def __init__(self):
        self.behaviour = Behaviour()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.behaviour = self.behaviour
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return "http://127.0.0.1:%d/v1" % self.server.server_address[1]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    mock = MockServer()
    mock.behaviour.words = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    mock.behaviour.word_s = float(sys.argv[2]) if len(sys.argv) > 2 else 0.05
    print(mock.url, flush=True)
    while True:
        time.sleep(3600)

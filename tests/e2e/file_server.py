"""One file by HTTP, for what is pulled."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileHandler(BaseHTTPRequestHandler):
    """One file, with ranges; breaks off after `server.cut` bytes, once."""

    def log_message(self, *args):
        pass

    def do_GET(self):
        server = self.server
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/file")
            self.end_headers()
            return
        if self.path != "/file":
            self.send_error(404)
            return
        start = 0
        requested = self.headers.get("Range")
        server.ranges.append(requested)
        if requested and server.knows_ranges:
            start = int(requested.split("=")[1].split("-")[0])
        body = server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        if start:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (start, len(server.content) - 1, len(server.content)))
        self.end_headers()
        cut, server.cut = server.cut, None
        self.wfile.write(body if cut is None else body[:cut])


def serve_file(test, content):
    """A server of the content that ends with the test. `url` is its address, without a path."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), FileHandler)
    server.content = content
    server.cut = None
    server.knows_ranges = True
    server.ranges = []
    server.url = "http://127.0.0.1:%d" % server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    test.addCleanup(server.server_close)
    test.addCleanup(server.shutdown)
    return server

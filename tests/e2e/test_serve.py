"""The gateway as a program: its file, its signals, its journal, and what it says of mistakes."""

import hashlib
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
import unittest

from program import TIMEOUT_S, ProgramTest

HAS_LLAMA = os.environ.get("RETORT_LLAMA") == "1"
KEY = "a-key-of-anns"


class Serving(ProgramTest):
    def serve(self, *arguments):
        """Starts it at a free port, and waits until it says which."""
        self.begin(*arguments)
        self.wait_for(lambda: self.port is not None or self.program.poll() is not None)
        self.assertIsNotNone(self.port, self.said)

    def begin(self, *arguments):
        self.program = self.start("serve", "--listen", "127.0.0.1:0", *arguments)
        self.said = []
        self.port = None
        listener = threading.Thread(target=self.listen, args=(self.program.stderr, self.said), daemon=True)
        listener.start()
        self.addCleanup(self.end, self.program, listener)

    def listen(self, stderr, said):
        for line in stderr:
            text = line.decode()
            said.append(text)
            if "serving http" in text:
                self.port = int(text.split("/v1 over")[0].rpartition(":")[2])

    @staticmethod
    def end(program, listener):
        if program.poll() is None:
            program.kill()
        program.wait()
        listener.join()
        program.stdout.close()
        program.stderr.close()

    def stop(self):
        """As an operations team does; the exit status."""
        self.program.send_signal(signal.SIGTERM)
        return self.program.wait(TIMEOUT_S)

    def wait_for(self, condition):
        until = time.monotonic() + TIMEOUT_S
        while not condition() and time.monotonic() < until:
            time.sleep(0.01)
        self.assertTrue(condition(), self.said)

    def reload(self):
        """What is said of it; lines about requests come by a thread of their own, late."""
        before = len(self.said)
        self.program.send_signal(signal.SIGHUP)
        of_it = lambda: [line for line in self.said[before:] if "method=" not in line]  # noqa: E731
        self.wait_for(of_it)
        return of_it()[-1]

    def ask(self, model, text="What is it?", headers=None, **more):
        """Status and reply of a chat."""
        body = {"model": model, "messages": [{"role": "user", "content": text}], **more}
        return self.send("POST", "/v1/chat/completions", json.dumps(body), headers)

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read())
        finally:
            connection.close()

    def over_mock(self, *arguments):
        self.serve("--url", self.mock.url, "--model", "mock-1", *arguments)


class OverAServer(Serving):
    def test_hands_on_and_answers_by_operators(self):
        self.over_mock()
        status, reply = self.ask("mock-1")
        self.assertEqual((status, "retort" in reply["usage"]), (200, False))
        status, reply = self.ask("pdr:2")
        self.assertEqual((status, reply["usage"]["retort"]["calls"]), (200, 3))
        self.assertEqual(self.stop(), 0)

    def test_a_deadline_gives_the_best_draft(self):
        self.behaviour.reply = lambda seed, prompt: "Answer: 4"
        self.over_mock()
        self.behaviour.word_s = 0.05
        self.ask("pdr:2")  # the server is known by now
        self.behaviour.word_s = 0.2  # two words: a call takes 0.4 s, the answer 0.8 s
        status, reply = self.ask("pdr:2", headers={"X-Retort-Deadline": "0.6", "X-Retort-On-Deadline": "best"})
        self.assertEqual((status, reply["usage"]["retort"]["deadline"]), (200, True), reply)
        status, reply = self.ask("pdr:2", headers={"X-Retort-Deadline": "0.6"})
        self.assertEqual((status, reply["error"]["code"]), (504, "deadline_exceeded"))

    def test_the_journal_outlives_it(self):
        file = self.path("requests.db")
        self.over_mock("--journal", "full", "--journal-file", file)
        self.ask("pdr:2", "How many?")
        self.ask("mock-1")
        self.assertEqual(self.stop(), 0)
        rows = sqlite3.connect(file).execute("SELECT handling, operator, question FROM request ORDER BY number")
        self.assertEqual(rows.fetchall(), [("run", "pdr:2", "How many?"), ("passed", None, None)])
        self.over_mock("--journal", "full", "--journal-file", file)
        _, history = self.send("GET", "/retort/history?query=many")
        self.assertEqual(len(history["finished"]), 1)
        _, run = self.send("GET", "/retort/runs/" + history["finished"][0]["id"])
        self.assertEqual(run["question"], "How many?")


class ByItsFile(Serving):
    def file(self, more=""):
        hashed = hashlib.sha256(KEY.encode()).hexdigest()
        return self.write("gateway.toml", f"""
model = "mock-1"
[[upstream]]
name = "first"
url = "{self.mock.url}"
[[key]]
name = "ann"
sha256 = "{hashed}"
{more}
""")

    def test_keys_are_asked_for_and_a_new_file_is_read_on_sighup(self):
        path = self.file()
        self.serve("--config", path)
        self.assertEqual(self.ask("pdr:2")[0], 401)
        known = {"Authorization": f"Bearer {KEY}"}
        self.assertEqual(self.ask("pdr:2", headers=known)[0], 200)
        self.assertEqual(self.ask("smart", headers=known)[0], 404)  # the server's word for a name that it does not know
        self.file('[aliases]\nsmart = "pdr:2"\n')
        self.assertIn("read again", self.reload())
        self.assertEqual(self.ask("smart", headers=known)[1]["usage"]["retort"]["calls"], 3)
        self.file('[journal]\nkeep = "full"\n')
        self.assertRegex(self.reload(), r"read again; .* new start.*: \[journal\]")
        self.file('[aliases]\nsmart = "pdr:2"\n')
        self.assertNotIn("new start", self.reload())
        self.file("[nonsense]\n")
        self.assertIn("nothing is changed", self.reload())
        self.assertEqual(self.ask("smart", headers=known)[0], 200)

    def certificate(self):
        """A new one under the name that the file has."""
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
        files = ["-keyout", self.path("key.pem"), "-out", self.path("certificate.pem")]
        subprocess.run(made + files, check=True, stderr=subprocess.DEVNULL)
        with open(self.path("certificate.pem"), encoding="ascii") as file:
            return file.read()

    def shown(self):
        return ssl.get_server_certificate(("127.0.0.1", self.port))

    def test_a_renewed_certificate_is_read_on_sighup(self):
        first = self.certificate()
        tls = f'[tls]\ncertificate = "{self.path("certificate.pem")}"\nkey = "{self.path("key.pem")}"\n'
        self.serve("--config", self.file(tls))
        self.assertEqual(self.shown(), first)
        second = self.certificate()
        self.assertEqual(self.shown(), first)
        self.assertIn("certificate and names are read again", self.reload())
        self.assertEqual(self.shown(), second)
        self.write("key.pem", "no key")
        self.assertRegex(self.reload(), "nothing is changed: .*key.pem: cannot be used for TLS")
        self.assertEqual(self.shown(), second)

    @unittest.skipUnless(HAS_LLAMA, "built without llama.cpp")
    def test_a_model_in_process_answers_beside_servers(self):
        model = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "models", "countdown.gguf"))
        self.serve("--config", self.file(f'[[in_process]]\nmodel = "{model}"\nname = "puzzles"\n'))
        known = {"Authorization": f"Bearer {KEY}"}
        status, reply = self.ask("pdr:4@puzzles", "Use 2, 9, 9, 14 to make 10", headers=known)
        self.assertEqual((status, reply["usage"]["retort"]["calls"]), (200, 5), reply)
        self.assertEqual(self.ask("pdr:2@mock-1", headers=known)[0], 200)
        _, models = self.send("GET", "/v1/models", headers=known)
        self.assertLessEqual({"mock-1", "puzzles"}, {one["id"] for one in models["data"]})


class UnderAServiceManager(Serving):
    def test_it_says_when_it_is_ready_reloads_and_stops(self):
        path = self.path("notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(TIMEOUT_S)
            self.environment["NOTIFY_SOCKET"] = path
            self.over_mock()
            self.assertEqual(manager.recv(256), b"READY=1")
            self.reload()
            self.assertRegex(manager.recv(256), rb"^RELOADING=1\nMONOTONIC_USEC=[0-9]+$")
            self.assertEqual(manager.recv(256), b"READY=1")
            self.assertEqual(self.stop(), 0)
            self.assertEqual(manager.recv(256), b"STOPPING=1")

    def test_one_that_cannot_be_told_is_said(self):
        self.environment["NOTIFY_SOCKET"] = "/nowhere/notify"
        self.over_mock()
        self.wait_for(lambda: any("/nowhere/notify (NOTIFY_SOCKET) cannot be told" in line for line in self.said))

    def hears_hang_ups(self):
        with open(f"/proc/{self.program.pid}/status", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return (int(fields["SigIgn"], 16) | int(fields["SigCgt"], 16)) & 1 != 0

    def test_reloads_while_it_starts_do_not_end_it(self):
        self.begin("--url", self.mock.url, "--model", "mock-1")
        self.wait_for(self.hears_hang_ups)  # before that the loader is at work
        while self.port is None and self.program.poll() is None:
            self.program.send_signal(signal.SIGHUP)
            time.sleep(0.001)
        self.assertIsNotNone(self.port, self.said)
        self.assertEqual(self.ask("mock-1")[0], 200)


class Deployed(unittest.TestCase):
    def test_prometheus_has_the_key_of_the_compose_file(self):
        folder = os.path.join(os.path.dirname(__file__), "..", "..", "deploy")
        said = {}
        for name in ("prometheus.yml", "gateway.compose.toml"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                said[name] = file.read()
        key = re.search('credentials: "(.*?)"', said["prometheus.yml"]).group(1)
        self.assertIn(hashlib.sha256(key.encode()).hexdigest(), said["gateway.compose.toml"])


class Mistakes(Serving):
    def refused(self, *arguments):
        done = self.run_program("serve", *arguments)
        self.assertEqual(done.code, 2, done.err)
        return done.err

    def test_are_said_before_it_serves(self):
        self.assertIn("can be reached from other machines", self.refused("--listen", "0.0.0.0:0", "--url", self.mock.url))
        self.assertIn("expected HOST:PORT", self.refused("--listen", "8080", "--url", self.mock.url))
        wrong = self.write("wrong.toml", 'listen = "127.0.0.1:0"\n[journal]\nkeep = "all"\n')
        self.assertIn("keep: expected off, metrics or full", self.refused("--config", wrong))
        self.assertIn('did you mean "pdr:2"?', self.refused("--url", self.mock.url, "--alias", "bad=pdrr:2"))
        self.assertIn('"a" is given twice', self.refused("--alias", "a=cot", "--alias", "a=pdr:2"))
        roles = self.write("roles.toml", '[roles]\nfinal = "elsewhere"\n')
        if HAS_LLAMA:
            self.assertIn('no model "elsewhere" for a role', self.refused("--config", roles))

    def test_a_journal_that_cannot_be_used_is_named(self):
        done = self.run_program("serve", "--url", self.mock.url, "--model", "m", "--journal-file", "/nowhere/requests.db")
        self.assertNotEqual(done.code, 0)
        self.assertIn("the journal /nowhere/requests.db cannot be used", done.err)

    def test_a_port_that_is_taken_is_named(self):
        self.over_mock()
        done = self.run_program("serve", "--listen", f"127.0.0.1:{self.port}", "--url", self.mock.url, "--model", "m")
        self.assertNotEqual(done.code, 0)
        self.assertIn(str(self.port), done.err)


if __name__ == "__main__":
    unittest.main()

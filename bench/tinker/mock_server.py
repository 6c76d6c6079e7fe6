#!/usr/bin/env python3
"""A training server that only pretends: it speaks so much of the Tinker protocol that the Python SDK (0.24 in JSON, 0.38
in the binary form) and our client sample from it and send it batches. Its answers are made beforehand, so that a client's
own work is what is measured. Results are in the form that a client accepts.

    mock_server.py [--tokens 16384] [--hold 5000] [--at-once 32]

Prints its port. No sample is answered before `--hold` of them are waited for at once; from then on `--at-once` answers
are on their way side by side, each as fast as its client takes it. A poll is answered with "try again" after half a
minute, since the SDK gives up after 45 s.
"""
import argparse
import asyncio
import json
import random
import struct

POLL_S = 30
VOCABULARY = 151_000
DIFFERENT = 32  # answers that are told apart
MODEL = "mock/model"
# The SDK's own limit is 2,000 samples; a server may allow more.
FLAGS = {"pjwt_auth_enabled": False, "sample_max_concurrent_requests": 100_000, "sample_enable_stuck_detection": False}


def http(body, kind=b"json"):
    return (b"HTTP/1.1 200 OK\r\ncontent-type: application/%s\r\ncontent-length: %d\r\n\r\n" % (kind, len(body))) + body


def answer(**fields):
    return http(json.dumps(fields).encode())


def logprobs(count, draw):
    """As servers write them: 32-bit floats with all digits of a 64-bit one."""
    return [struct.unpack("f", struct.pack("f", -draw.expovariate(1.5)))[0] for _ in range(count)]


def sample_answer(tokens, draw):
    return answer(sequences=[{"stop_reason": "length", "tokens": [draw.randrange(VOCABULARY) for _ in range(tokens)],
                              "logprobs": logprobs(tokens, draw)}], prompt_logprobs=None)


def pass_answer(tokens, draw):
    tensor = {"dtype": "float32", "shape": [tokens]}
    return answer(loss_fn_output_type="scalar", metrics={"loss:sum": 1.5},
                  loss_fn_outputs=[{"logprobs": {"data": logprobs(tokens, draw), **tensor},
                                    "elementwise_loss": {"data": logprobs(tokens, draw), **tensor}}])


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    """Of a protobuf message: a number, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def proto_sample_answer(tokens, draw):
    ids = struct.pack(f"<{tokens}i", *(draw.randrange(VOCABULARY) for _ in range(tokens)))
    sequence = field(1, 1) + field(2, ids) + field(3, struct.pack(f"<{tokens}f", *logprobs(tokens, draw)))
    return http(field(1, sequence), b"x-protobuf")


def proto_pass_answer(tokens, draw):
    def entry(name):
        tensor = field(1, struct.pack(f"<{tokens}f", *logprobs(tokens, draw))) + field(
            2, struct.pack("<2q", 0, 4 * tokens)) + field(3, 1)
        return field(2, field(1, name) + field(2, tensor))

    record = entry(b"logprobs") + entry(b"elementwise_loss") + field(3, 1)
    metric = field(1, b"loss:sum") + b"\x11" + struct.pack("<d", 1.5)
    return http(field(1, b"scalar") + field(2, record) + field(3, metric), b"x-protobuf")


class Mock:
    def __init__(self, asked):
        draw = random.Random(1)
        self.samples = [sample_answer(asked.tokens, draw) for _ in range(DIFFERENT)]
        self.proto_samples = [proto_sample_answer(asked.tokens, draw) for _ in range(DIFFERENT)]
        passes = pass_answer(asked.tokens, draw)
        proto_passes = proto_pass_answer(asked.tokens, draw)
        self.hold = asked.hold
        self.free = asked.at_once
        self.promises = 0
        self.waiting = {}  # the request that is waited for: who waits, and until when
        self.released = False
        self.at_once = {
            "/client/config": answer(**FLAGS),
            "/get_server_capabilities": answer(supported_models=[{"model_name": MODEL, "max_context_length": 65536}]),
            "/create_session": answer(type="create_session", session_id="session_1"),
            "/session_heartbeat": answer(type="session_heartbeat"),
            "/create_sampling_session": answer(type="create_sampling_session", sampling_session_id="sampling_1"),
            "/telemetry": answer(status="accepted"),
            "/get_info": answer(type="get_info", model_id="model_1", model_name=MODEL,
                                model_data={"arch": "mock", "model_name": MODEL}),
        }
        self.results = {
            "create_model": answer(type="create_model", model_id="model_1", base_model=MODEL),
            "save_weights_for_sampler": answer(type="save_weights_for_sampler", path=None,
                                               sampling_session_id="sampling_1"),
            "optim_step": answer(metrics=None),
            "forward": passes,
            "forward_backward": passes,
        }
        self.proto_results = {**self.results, "forward": proto_passes, "forward_backward": proto_passes}

    def ask(self, client, path, body, proto):
        path = path.removeprefix("/api/v1")
        if path in self.at_once:
            client.transport.write(self.at_once[path])
        elif path == "/retrieve_future":
            self.poll(client, json.loads(body)["request_id"], proto)
        else:
            self.promises += 1
            client.transport.write(answer(request_id=f"{path[1:]}:{self.promises}", model_id="model_1",
                                          sample_sequence_ids=[f"sequence:{self.promises}"]))

    def poll(self, client, request, proto):
        kind = request.partition(":")[0]
        if kind != "asample":
            client.transport.write((self.proto_results if proto else self.results)[kind])
            return
        timer = asyncio.get_running_loop().call_later(POLL_S, self.try_again, request)
        self.waiting[request] = (client, timer)
        client.wants_proto = proto
        client.waits_for = request
        self.released |= len(self.waiting) >= self.hold
        self.answer_some()

    def try_again(self, request):
        client, _ = self.waiting.pop(request)
        client.waits_for = None
        client.transport.write(answer(type="try_again", request_id=request, queue_state="active"))

    def answer_some(self):
        while self.released and self.free > 0 and self.waiting:
            request = next(iter(self.waiting))
            client, timer = self.waiting.pop(request)
            timer.cancel()
            client.waits_for = None
            self.free -= 1
            samples = self.proto_samples if client.wants_proto else self.samples
            client.send_large(samples[int(request.partition(":")[2]) % DIFFERENT])

    def sent(self):
        self.free += 1
        self.answer_some()

    def gone(self, request):
        _, timer = self.waiting.pop(request)
        timer.cancel()


class Client(asyncio.Protocol):
    def __init__(self, mock):
        self.mock = mock
        self.read = bytearray()
        self.waits_for = None
        self.wants_proto = False
        self.sending = False

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=0)

    def data_received(self, data):
        self.read += data
        while (end := self.read.find(b"\r\n\r\n")) >= 0:
            head = self.read[:end].decode("latin-1")
            line, _, headers = head.partition("\r\n")
            length, proto = 0, False
            for header in headers.split("\r\n"):
                name, _, value = header.partition(":")
                if name.lower() == "content-length":
                    length = int(value)
                proto |= name.lower() == "accept" and "x-protobuf" in value
            whole = end + 4 + length
            if len(self.read) < whole:
                return
            body = bytes(self.read[end + 4:whole])
            del self.read[:whole]
            self.mock.ask(self, line.split(" ")[1], body, proto)

    def send_large(self, data):
        self.sending = True
        self.transport.write(data)
        if self.transport.get_write_buffer_size() == 0:
            self.landed()

    def resume_writing(self):
        self.landed()

    def landed(self):
        if self.sending:
            self.sending = False
            asyncio.get_running_loop().call_soon(self.mock.sent)

    def connection_lost(self, _):
        self.landed()
        if self.waits_for is not None:
            self.mock.gone(self.waits_for)


async def main():
    options = argparse.ArgumentParser(description="A training server that only pretends")
    options.add_argument("--tokens", type=int, default=16384, help="of a sample, and of a datum")
    options.add_argument("--hold", type=int, default=1, help="samples that are waited for before the first is answered")
    options.add_argument("--at-once", type=int, default=32, help="answers on their way side by side")
    mock = Mock(options.parse_args())
    server = await asyncio.get_running_loop().create_server(lambda: Client(mock), "127.0.0.1", 0, backlog=65535)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())

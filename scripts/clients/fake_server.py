"""A model server that answers without a model: predictable calls of tools, objects that fit a schema, and errors.

What is asked of it decides what it says, so that a client's check can say what it expects:

    tools, with a "tool_choice" other than "none"  a call of the tool that is named, or else of the first one
    ... after the tool's result                    "The tool said: RESULT" (unless the choice is forced)
    a JSON schema as "response_format"             an object that fits it
    the model "status-429" (or another number)     an error with that status
    the model "slow"                               a stream that goes on for minutes
    anything else                                  "The answer is 10."

What OpenAI's own server refuses of tools is refused here too. GET /seen: the requests so far, and how many streams the
other side left.
"""

import http.server
import json
import threading
import time

ANSWER = "The answer is 10."
MODELS = ["fake", "slow"]
SLOW_PIECES = 2000
SLOW_PAUSE_S = 0.1


def schema_of(body):
    wanted = body.get("response_format") or (body.get("text") or {}).get("format") or {}
    return wanted.get("json_schema", wanted).get("schema")


def instance_of(schema, root=None):
    """The plainest value that fits the schema."""
    root = root or schema
    if "$ref" in schema:
        return instance_of(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return instance_of(schema["anyOf"][0], root)
    kind = schema.get("type", "object")
    if kind == "object":
        return {name: instance_of(one, root) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [instance_of(schema.get("items", {"type": "integer"}), root)]
    return {"string": "ten", "integer": 10, "number": 10.5, "boolean": True, "null": None}[kind]


def tool_to_call(body):
    """The function of the tool that is to be called, or None."""
    choice = body.get("tool_choice") or "auto"
    forced = choice == "required" or isinstance(choice, dict)
    answered = body["messages"][-1]["role"] == "tool"
    if not body.get("tools") or choice == "none" or (answered and not forced):
        return None
    functions = [tool["function"] for tool in body["tools"]]
    wanted = choice["function"]["name"] if isinstance(choice, dict) else functions[0]["name"]
    return next(one for one in functions if one["name"] == wanted)


def unanswered_calls(messages):
    """Whether calls of tools lack their results right behind them."""
    open_calls = set()
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                return True
            open_calls.remove(message["tool_call_id"])
            continue
        if open_calls:
            return True
        open_calls = {call["id"] for call in message.get("tool_calls") or []}
    return bool(open_calls)


def fault_in(body):
    if body.get("tools") == []:
        return "tools: [] is too short"
    if body.get("tool_choice") and not body.get("tools"):
        return "'tool_choice' is only allowed when 'tools' are specified"
    if unanswered_calls(body["messages"]):
        return "an assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'"
    return None


def text_of(content):
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or [])


def message_for(body):
    function = tool_to_call(body)
    if function:
        arguments = json.dumps(instance_of(function.get("parameters") or {}))
        call = {"id": "call_1", "type": "function", "function": {"name": function["name"], "arguments": arguments}}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    last = body["messages"][-1]
    if last["role"] == "tool":
        return {"role": "assistant", "content": "The tool said: " + text_of(last["content"])}
    schema = schema_of(body)
    return {"role": "assistant", "content": json.dumps(instance_of(schema)) if schema else ANSWER}


USAGE = {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}


def chat_frame(body, kind, choices):
    return {"id": "chatcmpl-fake", "object": kind, "created": 1700000000, "model": body["model"], "choices": choices}


def whole_chat(body):
    message = message_for(body)
    finish = "tool_calls" if "tool_calls" in message else "stop"
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    return {**chat_frame(body, "chat.completion", [choice]), "usage": USAGE}


def deltas_for(body):
    if body["model"] == "slow":
        yield from ({"content": "on "} for _ in range(SLOW_PIECES))
        return
    message = message_for(body)
    for index, call in enumerate(message.get("tool_calls", [])):
        yield {"tool_calls": [{"index": index, **call}]}
    if message["content"]:
        half = len(message["content"]) // 2
        yield {"content": message["content"][:half]}
        yield {"content": message["content"][half:]}


def chat_chunks(body):
    def chunk(delta, finish=None):
        return chat_frame(body, "chat.completion.chunk", [{"index": 0, "delta": delta, "finish_reason": finish}])
    yield chunk({"role": "assistant", "content": ""})
    calls = False
    for delta in deltas_for(body):
        calls = calls or "tool_calls" in delta
        yield chunk(delta)
    yield chunk({}, "tool_calls" if calls else "stop")
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**chat_frame(body, "chat.completion.chunk", []), "usage": USAGE}


def embeddings(body):
    inputs = body["input"] if isinstance(body["input"], list) else [body["input"]]
    data = [{"object": "embedding", "index": i, "embedding": [0.5, 0.25]} for i in range(len(inputs))]
    return {"object": "list", "data": data, "model": body["model"], "usage": {"prompt_tokens": 1, "total_tokens": 1}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, value, status=200):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def fail(self, status, message):
        self.answer({"error": {"message": message, "type": "fake", "param": None, "code": "fake"}}, status)

    def do_GET(self):
        models = [{"id": name, "object": "model", "created": 1700000000, "owned_by": "fake"} for name in MODELS]
        if self.path == "/seen":
            self.answer({"requests": self.server.requests, "left": self.server.left})
        elif self.path == "/v1/models":
            self.answer({"object": "list", "data": models})
        elif self.path.removeprefix("/v1/models/") in MODELS:
            self.answer(models[MODELS.index(self.path.removeprefix("/v1/models/"))])
        else:
            self.fail(404, f"there is no {self.path}")

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append({"path": self.path, "key": self.headers["Authorization"], "body": body})
        model = body.get("model", "")
        if model.startswith("status-"):
            self.fail(int(model.removeprefix("status-")), "as was asked for")
        elif model not in MODELS:
            self.fail(404, f"there is no model {model}")
        elif self.path == "/v1/embeddings":
            self.answer(embeddings(body))
        elif self.path != "/v1/chat/completions":
            self.fail(404, f"there is no {self.path}")
        elif fault_in(body):
            self.fail(400, fault_in(body))
        elif body.get("stream"):
            self.stream(body)
        else:
            self.answer(whole_chat(body))

    def stream(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for chunk in chat_chunks(body):
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
                if body["model"] == "slow":
                    time.sleep(SLOW_PAUSE_S)
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.server.left += 1


def start():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.requests = []
    server.left = 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server

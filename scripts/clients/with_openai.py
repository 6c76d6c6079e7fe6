"""OpenAI's own client for Python."""

import asyncio
import json

import openai
import pydantic
from checks import ANSWER, KEY, PATIENCE_S, PLACES, QUESTION, Checks, raises, same, seen, wait_until_asked, wait_until_left

checks = Checks("openai (Python)", "openai")
fake = openai.OpenAI(base_url=PLACES["fake"], api_key=KEY, max_retries=0, timeout=60)
small = openai.OpenAI(base_url=PLACES["small"], api_key=KEY, max_retries=0, timeout=PATIENCE_S)
local = openai.OpenAI(base_url=PLACES["local"], api_key=KEY, max_retries=0, timeout=PATIENCE_S)
MESSAGES = [{"role": "user", "content": QUESTION}]
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
              "additionalProperties": False}
TOOL = {"type": "function", "function": {"name": "weather", "description": "Weather of a city", "parameters": PARAMETERS}}
RESPONSE_TOOL = {"type": "function", "strict": True, **TOOL["function"]}


class Sum(pydantic.BaseModel):
    question: str
    result: int


def ask(model, **more):
    return lambda: fake.chat.completions.create(model=model, messages=MESSAGES, **more)


def text_of(stream):
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


@checks.check("models: list, retrieve")
def _():
    names = {model.id for model in fake.models.list()}
    assert {"fake", "pdr:4", "pdr:4@slow"} <= names, names
    for name in ("fake", "pdr:4", "pdr:4@slow", "retort", "pdr:8,4"):
        same(fake.models.retrieve(name).id, name)
    raises(openai.NotFoundError, lambda: fake.models.retrieve("missing"))


@checks.check("models: every name in the list can be retrieved, small model")
def _():
    for model in small.models.list():
        same(small.models.retrieve(model.id).id, model.id)


@checks.check("chat: a plain name goes on as it came")
def _():
    body = {"messages": MESSAGES, "model": "fake", "user": "someone", "logit_bias": {"1": 2}, "made_up": [1.50, None]}
    reply = fake.chat.completions.create(**{k: v for k, v in body.items() if k != "made_up"},
                                         extra_body={"made_up": body["made_up"]})
    same(reply.choices[0].message.content, ANSWER)
    same(seen()["requests"][-1]["body"], body)


@checks.check("chat: pdr:2, retort, cot@fake, sr:2, pdr:4,2@fake")
def _():
    for model in ("pdr:2", "retort", "cot@fake", "sr:2", "pdr:4,2@fake"):
        reply = fake.chat.completions.create(model=model, messages=MESSAGES)
        same(reply.choices[0].message.content, ANSWER)
        same(reply.choices[0].finish_reason, "stop")
        assert reply.usage.total_tokens > 0


@checks.check("chat: system and developer messages, parts of content, a picture, names")
def _():
    messages = [{"role": "developer", "content": "Be brief."}, {"role": "system", "content": "Be kind."},
                {"role": "user", "name": "ann", "content": [{"type": "text", "text": QUESTION}]},
                {"role": "assistant", "content": "Which one?"},
                {"role": "user", "content": [{"type": "text", "text": QUESTION},
                                             {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}]
    same(fake.chat.completions.create(model="pdr:2", messages=messages).choices[0].message.content, ANSWER)


@checks.check("chat: the usual parameters with pdr:2")
def _():
    reply = fake.chat.completions.create(
        model="pdr:2", messages=MESSAGES, temperature=0.5, top_p=0.9, max_completion_tokens=64, seed=1, stop=["\n\n"], n=1,
        presence_penalty=0.1, frequency_penalty=0.1, user="someone", store=False, logprobs=False, logit_bias={},
        metadata={"a": "b"}, service_tier="auto", parallel_tool_calls=True, reasoning_effort="low",
        tools=[TOOL], tool_choice="none")
    same(reply.choices[0].message.content, ANSWER)


@checks.check("chat: modalities=[\"text\"], which says what is so anyway, with pdr:2")
def _():
    same(ask("pdr:2", modalities=["text"])().choices[0].message.content, ANSWER)


@checks.check("chat: stop cuts the answer, not the drafts")
def _():
    ask("pdr:2", stop=["###"])()
    same([call["body"].get("stop") for call in seen()["requests"][-3:]], [None, None, ["###"]])


@checks.check("chat: the client's own key goes on, with a plain name and with pdr:2")
def _():
    for model in ("fake", "pdr:2"):
        ask(model)()
        same(seen()["requests"][-1]["key"], "Bearer " + KEY)


@checks.check("chat: the method by headers and by extra_body")
def _():
    for more in ({"extra_headers": {"X-Retort-Operator": "pdr:3"}}, {"extra_body": {"retort": {"operator": "pdr:3"}}}):
        same(ask("retort", **more)().usage.model_extra["retort"]["calls"], 4)


@checks.check("chat: the same question asked twice is drafted anew")
def _():
    for _ in range(2):
        fake.chat.completions.create(model="pdr:2", messages=MESSAGES)
    calls = [request["body"] for request in seen()["requests"][-6:]]
    first, second = ({call.get("seed") for call in calls[at:at + 3]} for at in (0, 3))
    assert first != second or first == {None}, f"both times with the seeds {first}: a server that keeps to seeds says the same"


@checks.check("chat stream: pdr:2 with usage, plain")
def _():
    for model in ("pdr:2", "fake"):
        chunks = list(fake.chat.completions.create(model=model, messages=MESSAGES, stream=True,
                                                   stream_options={"include_usage": True}))
        same(text_of(chunks), ANSWER)
        same([c.choices[0].finish_reason for c in chunks if c.choices and c.choices[0].finish_reason], ["stop"])
        assert chunks[-1].usage.total_tokens > 0 and not chunks[-1].choices
        same(len({chunk.id for chunk in chunks}), 1)


@checks.check("chat stream: the helper chat.completions.stream()")
def _():
    with fake.chat.completions.stream(model="pdr:2", messages=MESSAGES) as stream:
        kinds = {event.type for event in stream}
        same(stream.get_final_completion().choices[0].message.content, ANSWER)
    assert {"chunk", "content.delta", "content.done"} <= kinds, kinds


@checks.check("async: chat and stream, 8 at once")
def _():
    async def ask(client, index):
        if index % 2:
            reply = await client.chat.completions.create(model="pdr:2", messages=MESSAGES)
            return reply.choices[0].message.content
        stream = await client.chat.completions.create(model="pdr:2", messages=MESSAGES, stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

    async def ask_all():
        async with openai.AsyncOpenAI(base_url=PLACES["fake"], api_key=KEY) as client:
            return await asyncio.gather(*(ask(client, index) for index in range(8)))
    same(asyncio.run(ask_all()), [ANSWER] * 8)


@checks.check("completions: pdr:2, whole and streamed")
def _():
    reply = fake.completions.create(model="pdr:2", prompt=QUESTION, max_tokens=50)
    same((reply.choices[0].text, reply.choices[0].finish_reason), (ANSWER, "stop"))
    stream = fake.completions.create(model="pdr:2", prompt=[QUESTION], stream=True, stream_options={"include_usage": True})
    chunks = list(stream)
    same("".join(chunk.choices[0].text for chunk in chunks if chunk.choices), ANSWER)
    assert chunks[-1].usage.total_tokens > 0


@checks.check("responses: pdr:2")
def _():
    reply = fake.responses.create(model="pdr:2", input=QUESTION, instructions="Be brief.", max_output_tokens=100, store=False)
    same((reply.output_text, reply.status), (ANSWER, "completed"))
    assert reply.usage.total_tokens > 0
    after = fake.responses.create(model="pdr:2", input=[{"role": "user", "content": QUESTION}, *reply.output,
                                                        {"role": "user", "content": "Sure?"}])
    same(after.output_text, ANSWER)


@checks.check("responses: what was asked for is said back")
def _():
    reply = fake.responses.create(model="pdr:2", input=QUESTION, instructions="Be brief.", temperature=0.5,
                                  metadata={"a": "b"}, tools=[RESPONSE_TOOL], tool_choice="none")
    same((reply.instructions, reply.temperature, reply.metadata, reply.tool_choice), ("Be brief.", 0.5, {"a": "b"}, "none"))
    same(len(reply.tools), 1)


@checks.check("responses stream: pdr:2, create(stream=True)")
def _():
    events = list(fake.responses.create(model="pdr:2", input=QUESTION, stream=True))
    same("".join(event.delta for event in events if event.type == "response.output_text.delta"), ANSWER)
    same([event.sequence_number for event in events], list(range(len(events))))
    same(events[-1].response.output_text, ANSWER)


@checks.check("responses stream: the helper responses.stream()")
def _():
    with fake.responses.stream(model="pdr:2", input=QUESTION) as stream:
        for _ in stream:
            pass
        same(stream.get_final_response().output_text, ANSWER)


@checks.check("responses: parse() to a schema, whole and streamed")
def _():
    reply = fake.responses.parse(model="pdr:2", input=QUESTION, text_format=Sum)
    same(reply.output_parsed, Sum(question="ten", result=10))
    with fake.responses.stream(model="pdr:2", input=QUESTION, text_format=Sum) as stream:
        for _ in stream:
            pass
        same(stream.get_final_response().output_parsed, Sum(question="ten", result=10))


@checks.check("responses: a tool, its result, the answer")
def _():
    asked = [{"role": "user", "content": "Weather in Rome?"}]
    reply = fake.responses.create(model="pdr:2", input=asked, tools=[RESPONSE_TOOL])
    call = next(item for item in reply.output if item.type == "function_call")
    same((call.name, json.loads(call.arguments)), ("weather", {"city": "ten"}))
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
    same(fake.responses.create(model="pdr:2", input=[*asked, *reply.output, result], tools=[RESPONSE_TOOL]).output_text,
         "The tool said: sunny")


@checks.check("responses: a tool's result in parts")
def _():
    call = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"}
    result = {"type": "function_call_output", "call_id": "call_1", "output": [{"type": "input_text", "text": "sunny"}]}
    asked = [{"role": "user", "content": "Weather?"}, call, result]
    reply = fake.responses.create(model="pdr:2", input=asked, tools=[RESPONSE_TOOL])
    same(reply.output_text, "The tool said: sunny")


@checks.check("responses: two tools called at once, and their results")
def _():
    def pair(index):
        call = {"type": "function_call", "call_id": f"call_{index}", "name": "weather", "arguments": "{}"}
        return call, {"type": "function_call_output", "call_id": f"call_{index}", "output": "sunny"}
    (first, its_result), (second, the_others) = pair(1), pair(2)
    conversation = [{"role": "user", "content": "Weather?"}, first, second, its_result, the_others]
    same(fake.responses.create(model="pdr:2", input=conversation, tools=[RESPONSE_TOOL]).output_text, "The tool said: sunny")


@checks.check("responses: the usual parameters with pdr:2")
def _():
    reply = fake.responses.create(
        model="pdr:2", input=QUESTION, text={"format": {"type": "text"}, "verbosity": "low"}, truncation="auto", include=[],
        reasoning={"effort": "low", "summary": "auto"}, parallel_tool_calls=True, prompt_cache_key="a", safety_identifier="b",
        service_tier="auto", temperature=0.5, top_p=0.9, metadata={"a": "b"}, store=True)
    same(reply.output_text, ANSWER)


@checks.check("responses stream: a tool, by the helper")
def _():
    with fake.responses.stream(model="pdr:2", input="Weather in Rome?", tools=[RESPONSE_TOOL]) as stream:
        kinds = [event.type for event in stream]
        reply = stream.get_final_response()
    assert "response.function_call_arguments.done" in kinds, kinds
    same([item.name for item in reply.output if item.type == "function_call"], ["weather"])


@checks.check("embeddings: plain name passed on; an operator refused")
def _():
    same(fake.embeddings.create(model="fake", input="hi", encoding_format="float").data[0].embedding, [0.5, 0.25])
    raises(openai.BadRequestError, lambda: fake.embeddings.create(model="pdr:2", input="hi"))


@checks.check("errors: BadRequestError of the gateway's own")
def _():
    for call in (ask("pdr:0"), ask("pdr:2", n=2), ask("pdr:2", logprobs=True), ask("pdr:2", temperature=9),
                 ask("pdr:2", extra_body={"retort": {"operator": "nonsense"}}), ask("pdr:2", stream=True, n=2),
                 lambda: fake.chat.completions.create(model="pdr:2", messages=[])):
        error = raises(openai.BadRequestError, call)
        assert error.body["message"] and error.type == "invalid_request_error", error.body


@checks.check("errors: the model server's, plain names")
def _():
    raises(openai.NotFoundError, ask("missing"))
    raises(openai.AuthenticationError, ask("status-401"))
    raises(openai.RateLimitError, ask("status-429"))
    raises(openai.InternalServerError, ask("status-500"))
    raises(openai.NotFoundError, lambda: fake.files.list())


@checks.check("errors: the model server's, operators: missing model")
def _():
    raises(openai.NotFoundError, ask("pdr:2@missing"))


@checks.check("errors: the model server's, operators: bad key")
def _():
    raises(openai.AuthenticationError, ask("pdr:2@status-401"))


@checks.check("errors: the model server's, operators: bad request")
def _():
    raises(openai.BadRequestError, ask("pdr:2@status-400"))


@checks.check("errors: the model server's, operators: server error")
def _():
    raises(openai.InternalServerError, ask("pdr:2@status-500"))


@checks.check("errors: the model server's, operators: too many requests")
def _():
    raises(openai.RateLimitError, ask("pdr:2@status-429"))


@checks.check("errors: in a stream that had begun")
def _():
    raises(openai.APIError, lambda: list(ask("pdr:2@status-400", stream=True)()))


@checks.check("errors: in a stream of responses that had begun")
def _():
    events = list(fake.responses.create(model="pdr:2@status-400", input=QUESTION, stream=True))
    same(events[-1].type, "response.failed")
    assert events[-1].response.error.message


@checks.check("with_raw_response, with_streaming_response")
def _():
    for model in ("pdr:2", "fake"):
        raw = fake.chat.completions.with_raw_response.create(model=model, messages=MESSAGES)
        same((raw.status_code, raw.headers["content-type"]), (200, "application/json"))
        same(raw.parse().choices[0].message.content, ANSWER)
        with fake.chat.completions.with_streaming_response.create(model=model, messages=MESSAGES, stream=True) as reply:
            lines = [line for line in reply.iter_lines() if line]
        same(lines[-1], "data: [DONE]")


@checks.check("JSON schema: chat.completions.parse, whole and streamed")
def _():
    reply = fake.chat.completions.parse(model="pdr:2", messages=MESSAGES, response_format=Sum)
    same(reply.choices[0].message.parsed, Sum(question="ten", result=10))
    with fake.chat.completions.stream(model="pdr:2", messages=MESSAGES, response_format=Sum) as stream:
        for _ in stream:
            pass
        same(stream.get_final_completion().choices[0].message.parsed, Sum(question="ten", result=10))


@checks.check("JSON schema: beta.chat.completions.parse")
def _():
    reply = fake.beta.chat.completions.parse(model="pdr:2", messages=MESSAGES, response_format=Sum)
    same(reply.choices[0].message.parsed, Sum(question="ten", result=10))


@checks.check("tools: call, result, answer")
def _():
    asked = [{"role": "user", "content": "Weather in Rome?"}]
    choice = fake.chat.completions.create(model="pdr:2", messages=asked, tools=[TOOL]).choices[0]
    same((choice.finish_reason, choice.message.content), ("tool_calls", None))
    call = choice.message.tool_calls[0]
    same((call.function.name, json.loads(call.function.arguments)), ("weather", {"city": "ten"}))
    result = {"role": "tool", "tool_call_id": call.id, "content": "sunny"}
    reply = fake.chat.completions.create(model="pdr:2", messages=[*asked, choice.message, result], tools=[TOOL])
    same(reply.choices[0].message.content, "The tool said: sunny")


@checks.check("tools: streamed; a choice that forces one; none")
def _():
    with fake.chat.completions.stream(model="pdr:2", messages=MESSAGES, tools=[TOOL]) as stream:
        for _ in stream:
            pass
        same(stream.get_final_completion().choices[0].message.tool_calls[0].function.name, "weather")
    forced = {"type": "function", "function": {"name": "weather"}}
    same(len(ask("pdr:2", tools=[TOOL], tool_choice=forced)().choices[0].message.tool_calls), 1)
    same(len(ask("pdr:2", tools=[TOOL], tool_choice="required")().choices[0].message.tool_calls), 1)
    same(ask("pdr:2", tools=[TOOL], tool_choice="none")().choices[0].message.tool_calls, None)


@checks.check("cancel: closing a stream in the middle stops the model server")
def _():
    for model in ("slow", "pdr:2@slow", "cot@slow"):
        at_first = seen()
        stream = fake.chat.completions.create(model=model, messages=MESSAGES, stream=True)
        next(iter(stream))
        wait_until_asked(len(at_first["requests"]))
        stream.close()
        wait_until_left(at_first["left"])


@checks.check("cancel: a time-out of an answer in one piece stops the model server")
def _():
    before = seen()["left"]
    raises(openai.APITimeoutError, ask("pdr:2@slow", timeout=2))
    wait_until_left(before)


@checks.check("small model: chat, stream, responses with pdr:2")
def _():
    reply = small.chat.completions.create(model="pdr:2", messages=MESSAGES, max_tokens=24)
    assert reply.choices[0].message.content and reply.usage.completion_tokens > 0
    assert text_of(small.chat.completions.create(model="pdr:2", messages=MESSAGES, max_tokens=24, stream=True))
    assert small.responses.create(model="pdr:2", input=QUESTION, max_output_tokens=24).output_text


@checks.check("small model: a plain name, streamed; its own responses")
def _():
    assert text_of(small.chat.completions.create(model="smollm2", messages=MESSAGES, max_tokens=8, stream=True))
    assert small.responses.create(model="smollm2", input=QUESTION, max_output_tokens=16).output_text


@checks.check("small model: JSON schema with pdr:2")
def _():
    schema = {"type": "object", "properties": {"result": {"type": "integer", "minimum": 0, "maximum": 99}},
              "required": ["result"]}
    reply = small.chat.completions.create(
        model="pdr:2", messages=MESSAGES, max_tokens=96,
        response_format={"type": "json_schema", "json_schema": {"name": "sum", "schema": schema}})
    assert isinstance(json.loads(reply.choices[0].message.content)["result"], int)


COUNTDOWN = "Use 2, 9, 9, 14 to make 10"


@checks.check("in process: chat, stream, completions, responses, models")
def _():
    asked = [{"role": "user", "content": COUNTDOWN}]
    # A small model does not find every answer: what counts here is that each way gives one or says that there is none.
    for model in ("retort", "pdr:4", "countdown", "pdr:2@countdown"):
        assert local.chat.completions.create(model=model, messages=asked).choices[0].message.content is not None, model
    many = "pdr:16,16"
    assert text_of(local.chat.completions.create(model=many, messages=asked, stream=True))
    assert local.completions.create(model=many, prompt=COUNTDOWN).choices[0].text
    assert local.responses.create(model="retort", input=COUNTDOWN).output_text
    with local.responses.stream(model="retort", input=COUNTDOWN) as stream:
        for _ in stream:
            pass
        assert stream.get_final_response().output_text
    assert "countdown" in [model.id for model in local.models.list()]


@checks.check("in process: the answer makes 10 of the numbers given")
def _():
    reply = local.chat.completions.create(model="retort", messages=[{"role": "user", "content": COUNTDOWN}])
    print("in process:", reply.choices[0].message.content)
    sides = [side for side in reply.choices[0].message.content.splitlines()[-1].split("=") if any(c in side for c in "+-*/")]
    same(sorted(int(n) for n in "".join(c if c.isdigit() else " " for c in sides[-1]).split()), [2, 9, 9, 14])


@checks.check("in process: what it cannot do is refused as a bad request; a model it lacks is not found")
def _():
    asked = [{"role": "user", "content": COUNTDOWN}]
    raises(openai.BadRequestError, lambda: local.chat.completions.create(model="retort", messages=asked, tools=[TOOL]))
    raises(openai.BadRequestError, lambda: local.chat.completions.create(model="retort", messages=MESSAGES))
    raises(openai.NotFoundError, lambda: local.chat.completions.create(model="gpt-4o", messages=asked))
    raises(openai.NotFoundError, lambda: local.models.retrieve("gpt-4o"))


@checks.check("in process: harmless parameters are no reason to refuse")
def _():
    local.chat.completions.create(model="retort", messages=[{"role": "user", "content": COUNTDOWN}], user="someone", store=False,
                                  presence_penalty=0, metadata={"a": "b"}, service_tier="auto")


@checks.check("in process: responses whose text is to be text, as some clients always say")
def _():
    local.responses.create(model="retort", input=COUNTDOWN, text={"format": {"type": "text"}})


checks.run()

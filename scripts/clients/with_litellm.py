"""LiteLLM, as a library, with its provider for servers that speak OpenAI's API."""

import asyncio
import json
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # its table of prices comes from the net otherwise

import litellm  # noqa: E402
from checks import ANSWER, KEY, PLACES, QUESTION, Checks, raises, same  # noqa: E402

checks = Checks("litellm", "litellm")
MESSAGES = [{"role": "user", "content": QUESTION}]
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}


def settings(model, place="fake"):
    return {"model": "openai/" + model, "api_base": PLACES[place], "api_key": KEY, "num_retries": 0, "timeout": 60}


def ask(model="pdr:2", **more):
    return litellm.completion(messages=MESSAGES, **settings(model), **more)


@checks.check("completion, acompletion: pdr:2, pdr:2@fake, plain")
def _():
    for model in ("pdr:2", "pdr:2@fake", "fake"):
        same(ask(model).choices[0].message.content, ANSWER)
        reply = asyncio.run(litellm.acompletion(messages=MESSAGES, **settings(model)))
        same(reply.choices[0].message.content, ANSWER)


@checks.check("completion: rounds told as reasoning_content")
def _():
    assert "Round 1" in ask().choices[0].message.reasoning_content


@checks.check("stream: put together again, with usage")
def _():
    chunks = list(ask(stream=True, stream_options={"include_usage": True}))
    whole = litellm.stream_chunk_builder(chunks, messages=MESSAGES)
    same(whole.choices[0].message.content, ANSWER)
    same(whole.usage.completion_tokens, ask().usage.completion_tokens)


@checks.check("tools and a JSON schema; metadata, user, seed")
def _():
    call = ask(tools=[TOOL]).choices[0].message.tool_calls[0]
    same(json.loads(call.function.arguments), {"city": "ten"})
    schema = {"type": "object", "properties": {"result": {"type": "integer"}}, "required": ["result"]}
    reply = ask(response_format={"type": "json_schema", "json_schema": {"name": "sum", "schema": schema}},
                metadata={"a": "b"}, user="someone", seed=3)
    same(json.loads(reply.choices[0].message.content), {"result": 10})


@checks.check("text_completion")
def _():
    same(litellm.text_completion(prompt=QUESTION, **settings("pdr:2")).choices[0].text, ANSWER)


@checks.check("text_completion: streamed")
def _():
    chunks = litellm.text_completion(prompt=QUESTION, stream=True, **settings("pdr:2"))
    same("".join(chunk.choices[0].text or "" for chunk in chunks), ANSWER)


@checks.check("responses: whole and streamed")
def _():
    reply = litellm.responses(input=QUESTION, **settings("pdr:2"))
    same(reply.output[-1].content[0].text, ANSWER)
    events = list(litellm.responses(input=QUESTION, stream=True, **settings("pdr:2")))
    same("".join(event.delta for event in events if event.type == "response.output_text.delta"), ANSWER)


@checks.check("errors: BadRequestError")
def _():
    raises(litellm.BadRequestError, lambda: ask("pdr:0"))
    raises(litellm.BadRequestError, lambda: ask(n=2))


@checks.check("embedding passed on")
def _():
    reply = litellm.embedding(input=["hi"], **settings("fake"))
    same(reply.data[0]["embedding"], [0.5, 0.25])


@checks.check("in process: Countdown")
def _():
    asked = [{"role": "user", "content": "Use 2, 9, 9, 14 to make 10"}]
    reply = litellm.completion(messages=asked, **settings("retort", "local"))
    assert reply.choices[0].message.content


checks.run()

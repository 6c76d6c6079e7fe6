"""LangChain's ChatOpenAI."""

import asyncio

import pydantic
from checks import ANSWER, KEY, PATIENCE_S, PLACES, QUESTION, Checks, same
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAI, OpenAIEmbeddings

checks = Checks("langchain-openai", "langchain-openai")


class Sum(pydantic.BaseModel):
    """A sum and its result."""
    question: str
    result: int


EXPECTED = Sum(question="ten", result=10)


@tool
def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny in " + city


def chat(model="pdr:2", place="fake", **more):
    return ChatOpenAI(model=model, base_url=PLACES[place], api_key=KEY, max_retries=0, timeout=PATIENCE_S, **more)


@checks.check("invoke, ainvoke, batch: pdr:2, plain")
def _():
    for model in ("pdr:2", "fake"):
        reply = chat(model).invoke([SystemMessage("Be brief."), HumanMessage(QUESTION)])
        same(reply.content, ANSWER)
        assert reply.usage_metadata["total_tokens"] > 0
        same([one.content for one in chat(model).batch([QUESTION] * 3)], [ANSWER] * 3)

    async def ask_both():  # in one loop: LangChain keeps its connections over models
        return [(await chat(model).ainvoke(QUESTION)).content for model in ("pdr:2", "fake")]
    same(asyncio.run(ask_both()), [ANSWER] * 2)


@checks.check("stream, with usage")
def _():
    chunks = list(chat(stream_usage=True).stream(QUESTION))
    same("".join(chunk.content for chunk in chunks), ANSWER)
    assert sum((chunk.usage_metadata or {}).get("total_tokens", 0) for chunk in chunks) > 0


@checks.check("with_structured_output: json_schema, function_calling, json_mode")
def _():
    for method in ("json_schema", "function_calling"):
        same(chat().with_structured_output(Sum, method=method).invoke(QUESTION), EXPECTED)
    parsed = chat().with_structured_output(Sum, method="json_mode", include_raw=True).invoke("As JSON: " + QUESTION)
    same(parsed["raw"].content, ANSWER)  # the fake server knows no JSON without a schema


@checks.check("with_structured_output: streamed")
def _():
    same(list(chat().with_structured_output(Sum).stream(QUESTION))[-1], EXPECTED)


def round_trip(model):
    bound = model.bind_tools([weather])
    asked = [HumanMessage("Weather in Rome?")]
    reply = bound.invoke(asked)
    call = reply.tool_calls[0]
    same((call["name"], call["args"]), ("weather", {"city": "ten"}))
    result = ToolMessage(weather.invoke(call["args"]), tool_call_id=call["id"])
    return bound.invoke([*asked, reply, result])


@checks.check("bind_tools: call, result, answer; streamed")
def _():
    same(round_trip(chat()).content, "The tool said: sunny in ten")
    whole = None
    for chunk in chat().bind_tools([weather], tool_choice="weather").stream("Weather?"):
        whole = chunk if whole is None else whole + chunk
    same(whole.tool_calls[0]["args"], {"city": "ten"})


@checks.check("use_responses_api: invoke, stream")
def _():
    model = chat(use_responses_api=True)
    same(model.invoke(QUESTION).text, ANSWER)
    same("".join(chunk.text for chunk in model.stream(QUESTION)), ANSWER)


@checks.check("use_responses_api: tools, with_structured_output")
def _():
    same(round_trip(chat(use_responses_api=True)).text, "The tool said: sunny in ten")
    same(chat(use_responses_api=True).with_structured_output(Sum).invoke(QUESTION), EXPECTED)


@checks.check("OpenAI (completions)")
def _():
    model = OpenAI(model="pdr:2", base_url=PLACES["fake"], api_key=KEY, max_retries=0)
    same(model.invoke(QUESTION), ANSWER)
    same("".join(model.stream(QUESTION)), ANSWER)


@checks.check("OpenAIEmbeddings passed on")
def _():
    model = OpenAIEmbeddings(model="fake", base_url=PLACES["fake"], api_key=KEY, check_embedding_ctx_length=False)
    same(model.embed_documents(["hi", "ho"]), [[0.5, 0.25]] * 2)


@checks.check("small model: invoke")
def _():
    assert chat("pdr:2", "small", max_tokens=16).invoke(QUESTION).content


@checks.check("in process: Countdown, invoke and stream")
def _():
    asked = "Use 2, 9, 9, 14 to make 10"
    assert chat("retort", "local").invoke(asked).content
    assert "".join(chunk.content for chunk in chat("retort", "local").stream(asked))


checks.run()

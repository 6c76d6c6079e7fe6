"""Instructor: objects out of chats, by tools, by JSON, by a schema."""

import asyncio

import instructor
import openai
import pydantic
from checks import KEY, PLACES, QUESTION, Checks, same

checks = Checks("instructor", "instructor")
MESSAGES = [{"role": "user", "content": QUESTION}]


class Sum(pydantic.BaseModel):
    question: str
    result: int


EXPECTED = {"question": "ten", "result": 10}  # what is made is of a class derived from Sum: its fields are compared


def client(mode, kind=openai.OpenAI):
    return instructor.from_openai(kind(base_url=PLACES["fake"], api_key=KEY, max_retries=0), mode=mode)


@checks.check("create: modes TOOLS, TOOLS_STRICT, JSON_SCHEMA")
def _():
    for mode in (instructor.Mode.TOOLS, instructor.Mode.TOOLS_STRICT, instructor.Mode.JSON_SCHEMA):
        same(client(mode).create(model="pdr:2", messages=MESSAGES, response_model=Sum, max_retries=0).model_dump(), EXPECTED)


@checks.check("create: async")
def _():
    made = client(instructor.Mode.TOOLS, openai.AsyncOpenAI).create(model="pdr:2", messages=MESSAGES, response_model=Sum)
    same(asyncio.run(made).model_dump(), EXPECTED)


@checks.check("create_partial: streamed tools and JSON")
def _():
    for mode in (instructor.Mode.TOOLS, instructor.Mode.JSON_SCHEMA):
        parts = list(client(mode).create_partial(model="pdr:2", messages=MESSAGES, response_model=Sum))
        same(parts[-1].result, 10)


@checks.check("create_iterable")
def _():
    found = list(client(instructor.Mode.TOOLS).create_iterable(model="pdr:2", messages=MESSAGES, response_model=Sum))
    same([one.model_dump() for one in found], [EXPECTED])


@checks.check("create_with_completion, and a plain answer")
def _():
    made, completion = client(instructor.Mode.TOOLS).create_with_completion(model="pdr:2", messages=MESSAGES, response_model=Sum)
    same(made.model_dump(), EXPECTED)
    assert completion.usage.total_tokens > 0


@checks.check("mode RESPONSES_TOOLS")
def _():
    asking = client(instructor.Mode.RESPONSES_TOOLS)
    same(asking.create(model="pdr:2", messages=MESSAGES, response_model=Sum, max_retries=0).model_dump(), EXPECTED)


checks.run()

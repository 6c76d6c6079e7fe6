"""Pydantic AI: agents over chats and over responses."""

import asyncio

import pydantic
from checks import ANSWER, KEY, PLACES, QUESTION, Checks, same
from pydantic_ai import Agent, NativeOutput, ToolOutput
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

checks = Checks("pydantic-ai", "pydantic-ai-slim")


class Sum(pydantic.BaseModel):
    question: str
    result: int


EXPECTED = Sum(question="ten", result=10)


def model(kind=OpenAIChatModel, name="pdr:2", place="fake"):
    return kind(name, provider=OpenAIProvider(base_url=PLACES[place], api_key=KEY))


def with_weather(kind):
    agent = Agent(model(kind), system_prompt="Be brief.")

    @agent.tool_plain
    def weather(city: str) -> str:
        """Weather of a city."""
        return "sunny in " + city
    return agent


async def streamed(agent):
    async with agent.run_stream(QUESTION) as result:
        return [text async for text in result.stream_text()][-1]


def check_kind(kind, title):
    @checks.check(title + ": run, with history, streamed")
    def _():
        agent = Agent(model(kind), instructions="Be brief.")
        first = agent.run_sync(QUESTION)
        same(first.output, ANSWER)
        same(agent.run_sync("Sure?", message_history=first.all_messages()).output, ANSWER)
        same(asyncio.run(streamed(agent)), ANSWER)

    @checks.check(title + ": a tool, called and answered")
    def _():
        same(with_weather(kind).run_sync("Weather in Rome?").output, "The tool said: sunny in ten")

    @checks.check(title + ": a tool, streamed")
    def _():
        same(asyncio.run(streamed(with_weather(kind))), "The tool said: sunny in ten")

    @checks.check(title + ": output by tool and by JSON schema")
    def _():
        for output in (ToolOutput(Sum), NativeOutput(Sum)):
            same(Agent(model(kind), output_type=output).run_sync(QUESTION).output, EXPECTED)


check_kind(OpenAIChatModel, "chats")
check_kind(OpenAIResponsesModel, "responses")


@checks.check("in process: Countdown")
def _():
    assert Agent(model(name="retort", place="local")).run_sync("Use 2, 9, 9, 14 to make 10").output


checks.run()

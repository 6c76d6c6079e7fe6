"""Inspect: evals of two samples, through its providers for OpenAI's API."""

import os
import tempfile

import pydantic
from checks import ANSWER, KEY, PLACES, QUESTION, Checks, same
from inspect_ai import Task, eval as run_eval
from inspect_ai.dataset import Sample
from inspect_ai.model import GenerateConfig, ResponseSchema, get_model
from inspect_ai.scorer import includes
from inspect_ai.solver import generate, use_tools
from inspect_ai.tool import tool
from inspect_ai.util import json_schema

checks = Checks("inspect-ai", "inspect-ai")
LOGS = tempfile.TemporaryDirectory()  # to the end: samples are read from the log when they are looked at


class Sum(pydantic.BaseModel):
    question: str
    result: int


@tool
def weather():
    async def execute(city: str):
        """Weather of a city.

        Args:
            city: The city.
        """
        return "sunny in " + city
    return execute


def model(name="openai-api/retort/pdr:2", place="fake", **more):
    return get_model(name, base_url=PLACES[place], api_key=KEY, memoize=False, **more)


def evaluated(of, target="10", solver=None, question=QUESTION, config=GenerateConfig(), **more):
    """The log of an eval of two samples, all of which are to be right."""
    samples = [Sample(input=question, target=target), Sample(input=question, target=target)]
    log = run_eval(Task(dataset=samples, solver=solver or generate(), scorer=includes(), config=config),
                   model=of, log_dir=LOGS.name, display="none", **more)[0]
    assert log.status == "success", log.error.message if log.error else log.status
    same(log.results.scores[0].metrics["accuracy"].value, 1.0)
    return log


@checks.check("eval of 2 samples: openai-api/retort/pdr:2")
def _():
    log = evaluated(model())
    same(log.samples[0].output.completion, ANSWER)
    assert log.stats.model_usage, "no usage"


@checks.check("eval of 2 samples, 2 epochs: openai/pdr:2, chats and responses")
def _():
    for responses in (False, True):
        evaluated(model("openai/pdr:2", responses_api=responses), epochs=2)


@checks.check("eval with a tool, called and answered: chats and responses")
def _():
    for of in (model(), model("openai/pdr:2", responses_api=True)):
        evaluated(of, target="sunny in ten", solver=[use_tools(weather()), generate()])


@checks.check("eval with a schema for the answer; temperature, seed, stop, max_tokens")
def _():
    config = GenerateConfig(response_schema=ResponseSchema(name="sum", json_schema=json_schema(Sum)), temperature=0.5,
                            seed=3, stop_seqs=["###"], max_tokens=64, top_p=0.9)
    evaluated(model(), target='"result": 10', config=config)


@checks.check("in process: eval of 2 samples of Countdown")
def _():
    evaluated(model("openai-api/retort/retort", "local"), target="1", question="Use 2, 9, 9, 14 to make 10")


os.environ["INSPECT_LOG_LEVEL"] = "error"
checks.run()

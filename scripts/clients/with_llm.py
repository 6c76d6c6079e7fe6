"""The command line `llm`, without plugins: models are named in its extra-openai-models.yaml."""

import json
import os
import subprocess
import sys
import tempfile

from checks import ANSWER, KEY, PLACES, QUESTION, Checks, same

checks = Checks("llm", "llm")
MODELS = """
- {model_id: pdr, model_name: "pdr:2", api_base: FAKE, supports_tools: true, supports_schema: true}
- {model_id: plain, model_name: fake, api_base: FAKE}
- {model_id: text, model_name: "pdr:2", api_base: FAKE, completion: true}
- {model_id: responses, model_name: "pdr:2", api_base: FAKE, responses: true, supports_tools: true, supports_schema: true}
- {model_id: small, model_name: "pdr:2", api_base: SMALL}
- {model_id: process, model_name: retort, api_base: LOCAL}
"""
FUNCTION = 'def weather(city: str) -> str:\n    "Weather of a city."\n    return "sunny in " + city\n'
FOLDER = tempfile.TemporaryDirectory()


def write_models():
    text = MODELS
    for place in ("fake", "small", "local"):
        text = text.replace(place.upper(), PLACES[place])
    with open(os.path.join(FOLDER.name, "extra-openai-models.yaml"), "w", encoding="utf-8") as file:
        file.write(text)


def llm(*arguments):
    done = subprocess.run([sys.executable, "-m", "llm", *arguments], capture_output=True, text=True, timeout=300, check=False,
                          stdin=subprocess.DEVNULL, env={**os.environ, "LLM_USER_PATH": FOLDER.name, "OPENAI_API_KEY": KEY})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@checks.check("prompt: pdr:2, plain; streamed, --no-stream, --async")
def _():
    for model in ("pdr", "plain"):
        same(llm("-m", model, QUESTION), ANSWER)
        same(llm("-m", model, "--no-stream", "--usage", QUESTION), ANSWER)
        same(llm("-m", model, "--async", QUESTION), ANSWER)


@checks.check("prompt with --system, options, and -c to go on")
def _():
    same(llm("-m", "pdr", "-s", "Be brief.", "-o", "temperature", "0.5", "-o", "seed", "3", QUESTION), ANSWER)
    same(llm("-m", "pdr", "-c", "Sure?"), ANSWER)


@checks.check("prompt: a model for completions")
def _():
    same(llm("-m", "text", QUESTION), ANSWER)


@checks.check("--schema")
def _():
    same(json.loads(llm("-m", "pdr", "--schema", "question, result int", QUESTION)), {"question": "ten", "result": 10})


@checks.check("--functions: a tool called and answered, streamed and not")
def _():
    for more in ([], ["--no-stream"]):
        same(llm("-m", "pdr", "--functions", FUNCTION, *more, "Weather in Rome?"), "The tool said: sunny in ten")


@checks.check("a model by responses: prompt, --no-stream, --schema, --functions")
def _():
    same(llm("-m", "responses", QUESTION), ANSWER)
    same(llm("-m", "responses", "--no-stream", QUESTION), ANSWER)
    same(json.loads(llm("-m", "responses", "--schema", "result int", QUESTION)), {"result": 10})
    same(llm("-m", "responses", "--functions", FUNCTION, "Weather in Rome?"), "The tool said: sunny in ten")


@checks.check("small model: prompt, streamed")
def _():
    assert llm("-m", "small", "-o", "max_tokens", "16", QUESTION)


@checks.check("in process: Countdown")
def _():
    assert llm("-m", "process", "Use 2, 9, 9, 14 to make 10")


write_models()
checks.run()

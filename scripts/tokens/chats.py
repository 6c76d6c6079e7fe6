"""Conversations through real chat templates: by transformers with Jinja2, and by Retort."""

import datetime
import random
from collections import Counter
from dataclasses import dataclass, field
from unittest import mock

from transformers.utils import chat_template_utils

import references
import texts
import tokens

DAY = datetime.datetime(2026, 3, 1)  # programs.py gives Retort the same
THOUGHTS = ["<think>\nFirst.\n</think>\n\n", "<think>\n\n</think>\n\n", "<think>open ", "closed</think> "]

# The templates that belong to a vocabulary: there the ids are compared as well.
OF_VOCABULARY = {
    "llama-bpe": "meta-llama-Llama-3.1-8B-Instruct",
    "qwen2": "Qwen-Qwen2.5-7B-Instruct",
    "gemma-4": "google-gemma-4-31B-it",
    "phi-3": "microsoft-Phi-3.5-mini-instruct",
    "deepseek": "deepseek-ai-DeepSeek-V3.1",
}

# Known differences; what they mean stands in check-tokenizers.py.
CLOSED = "reasoning closed"
NO_TOOLS = "no tools"
WHITE_SPACE = "white space"
# Templates that transformers cannot render without variables of their own: Retort writes nothing for those.
NEEDS_MORE = "needs functions"
NEEDING = {"fireworks-ai-llama-3-firefunction-v2"}
# White space to Python and not to llama.cpp, and what stands for it while a template is tried without it.
UNICODE_SPACE = [chr(code) for code in (*range(0x1C, 0x20), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)]
STAND_INS = {ord(space): chr(0xF0000 + index) for index, space in enumerate(UNICODE_SPACE)}
BACK = {ord(stand_in): chr(space) for space, stand_in in STAND_INS.items()}


class SameDay(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return DAY


def content(rng, drawn, role):
    """A text of any kind, at times with white space around it; what a model wrote may have its thoughts in it."""
    text = rng.choice(drawn)[1]
    if rng.random() < 0.2:
        text = rng.choice(["", " ", "\n", "  \n"]) + text + rng.choice(["", " ", "\n\n"])
    if role == "assistant" and rng.random() < 0.3:
        text = rng.choice(THOUGHTS) + text
    return text


def conversations(count, seed):
    """Each ends with what a user says, as each call of Retort does; one in twenty with two users in a row."""
    drawn = texts.make(2000, f"chats {seed}")
    out = []
    for index in range(count):
        rng = random.Random(f"{seed} {index}")
        roles = ["user"] + ["assistant", "user"] * rng.choice([0, 0, 1, 1, 2, 3])
        if rng.random() < 0.05:
            roles.append("user")
        if rng.random() < 0.5:
            roles.insert(0, "system")
        out.append([{"role": role, "content": content(rng, drawn, role)} for role in roles])
    return out


def asked_of(conversations_):
    return [{"messages": messages, "think": think} for messages in conversations_ for think in (True, False)]


class Template:
    """A template as transformers renders it. For what a template does not take it follows llama.cpp's server, as Retort does:
    contents become lists of parts, and a system message goes to the head of the next one."""

    def __init__(self, source, bos, eos):
        self.source = source
        self.tokens = {"bos_token": bos, "eos_token": eos}
        self.tools = True  # tools and documents are given, as none
        self.parts = False
        self.probe()

    def probe(self):
        self.parts = False
        self.parts = not self.shows([("user", "probe-u")])
        self.takes_system = self.shows([("system", "probe-s"), ("user", "probe-u")])

    def shows(self, said):
        text = self.attempt([{"role": role, "content": what} for role, what in said], True)
        return text is not None and all(what in text for _, what in said)

    def attempt(self, messages, think):
        """The text, or None where the template refuses, which it may do in any way."""
        if self.parts:
            messages = [{**one, "content": [{"type": "text", "text": one["content"]}]} for one in messages]
        given = {"add_generation_prompt": True, "enable_thinking": think, **self.tokens}
        try:
            with mock.patch.object(chat_template_utils, "datetime", SameDay):
                if self.tools:
                    return chat_template_utils.render_jinja_template([messages], chat_template=self.source, **given)[0][0]
                return chat_template_utils._compile_jinja_template(self.source).render(messages=messages, **given)
        except Exception:
            return None

    def render(self, messages, think):
        if not self.takes_system and messages[0]["role"] == "system":
            first, second, *others = messages
            messages = [{**second, "content": first["content"] + "\n" + second["content"]}, *others]
        return self.attempt(messages, think)

    def without_tools(self):
        out = Template(self.source, self.tokens["bos_token"], self.tokens["eos_token"])
        out.tools = False
        out.probe()
        return out


def with_stand_ins(messages):
    return [{**one, "content": one["content"].translate(STAND_INS)} for one in messages]


def closed(text, marks):
    """What Retort makes of a text whose reasoning is open, or not begun."""
    begin, end = marks
    return (f"{text}\n{end}\n\n", f"{text}{begin}\n\n{end}\n\n")


@dataclass
class Finding:
    template: str
    asked: int
    note: str = ""
    same: int = 0
    refused: int = 0  # by both
    known: Counter = field(default_factory=Counter)
    unknown: list = field(default_factory=list)  # what was asked, Python's text or None, ours or the error


class Judge:
    """Says of each answer whether it is what Python makes, or for which known reasons not."""

    def __init__(self, template, marks):
        self.template = template
        self.bare = template.without_tools()
        self.marks = marks

    def reasons(self, asked, ours):
        """None: for no known one."""
        for template, messages, said in self.ways(asked["messages"]):
            text = template.render(messages, asked["think"])
            if text is None:
                continue
            text = text.translate(BACK) if WHITE_SPACE in said else text
            if text == ours:
                return said
            if self.marks and not asked["think"] and ours in closed(text, self.marks):
                return [*said, CLOSED]
        return None

    def ways(self, messages):
        yield self.template, messages, []
        yield self.bare, messages, [NO_TOOLS]
        yield self.template, with_stand_ins(messages), [WHITE_SPACE]
        yield self.bare, with_stand_ins(messages), [NO_TOOLS, WHITE_SPACE]


def compare(name, source, asked, about, answers):
    template = Template(source, about["bos"], about["eos"])
    judge = Judge(template, about.get("marks"))
    out = Finding(name, len(asked), about["note"])
    for one, answer in zip(asked, answers):
        reasons = judge.reasons(one, answer["text"]) if "text" in answer else None
        if reasons is not None:
            out.same += not reasons
            out.known.update(reasons)
            continue
        text = template.render(one["messages"], one["think"])
        if text is None and "error" in answer:
            out.refused += 1
        elif text is None and name in NEEDING:
            out.known[NEEDS_MORE] += 1
        else:
            out.unknown.append((one, text, answer.get("text", answer.get("error"))))
    return out


def fit_for_ids(messages, names):
    """Whether no content has a control token's name, nor ends in white space that is known to be read otherwise."""
    contents = [message["content"] for message in messages]
    spaced = any(text.strip(" \t\n\r\v\f") != text.strip() for text in contents)
    return not spaced and not any(name in text for text in contents for name in names)


def compare_ids(model, reference, source, about, answers, asked):
    """The ids of whole conversations, with BOS where the model wants it, against the reference's of the text that Python renders."""
    names = [*reference.vocabulary.of_kind(references.CONTROL), *reference.vocabulary.of_kind(references.USER_DEFINED), "</s>"]
    template, bos = Template(source, about["bos"], about["eos"]), about["bos"]
    strings, ours = [], []
    for one, answer in zip(asked, answers):
        text = template.render(one["messages"], True)
        if not one["think"] or text is None or "ids" not in answer or not fit_for_ids(one["messages"], names):
            continue
        adds = answer["text"].startswith(bos) and not text.startswith(bos)
        strings.append(("conversation", bos + text if adds else text))
        ours.append(answer["ids"])
    theirs = reference.encode([text for _, text in strings], True)
    return tokens.finding(model, "conversations", reference, strings, ours, theirs, [])

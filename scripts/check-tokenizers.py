#!/usr/bin/env python3
"""Holds what Retort makes of texts and conversations against Python's packages, on real models' vocabularies and templates.

Vocabularies (as GGUF) and chat templates are those that llama.cpp's source has, which the build fetched; DeepSeek's vocabulary
comes with a package. For each of nine models: the ids of 10,000 texts of many scripts and kinds, read as plain text and as a
template's, and whether they come back as the same texts. For each of some 70 templates: 200 conversations, with and without
thinking, byte by byte against transformers; for five of them, whose vocabulary is there, the ids as well. Where the
references come from: scripts/tokens/references.py.

    scripts/check-tokenizers.py                               all of it, 26 minutes beside other work
    scripts/check-tokenizers.py --models qwen2 llama-bpe --templates none
    scripts/check-tokenizers.py --templates Qwen3 --conversations 1000

Needs a build with tests, its source of llama.cpp, Python 3.10 or newer with venv, and a package registry for the packages of
scripts/tokens/requirements.txt, which are installed into a folder of their own. Exits with 1 when something differs for no
known reason. The known ones:

    NFC is left out   Qwen and Command R bring text to Unicode's form NFC, llama.cpp does not. Text in another form, such as
                      decomposed accents, Devanagari letters with a nukta, Hebrew points or Arabic vowels in the order as typed,
                      has other ids here than where the model was trained. Compose it before it is given to Retort.
    </s> is control   an ordinary token of Qwen's vocabulary that no text comes to; llama.cpp takes it for a control token and
                      for an end. It matters where a template writes it, which Qwen's do not.
    space after       Phi-3 drops white space after its control tokens. A GGUF does not say so; llama.cpp knows, as Python's
                      conversion of a GGUF does not.
    reasoning closed  on purpose: without a budget for thinking Retort closes the reasoning where the template does not.
    white space       a template's trim takes away all of Unicode's white space in Python, that of ASCII in llama.cpp: contents
                      that begin or end with such a character keep it.
    no tools          templates for tools alone fail in transformers without tools; Retort renders them without.
    needs functions   one template wants variables of its own and fails in transformers; Retort writes nothing for them.
"""

import argparse
import glob
import os
import subprocess
import sys
import tempfile
import venv

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
REQUIREMENTS = os.path.join(HERE, "tokens", "requirements.txt")
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "retort")
ALL, NONE = "all", "none"
SHOWN = 3


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", default=[ALL], metavar="MODEL", help="their vocabularies (default: all)")
    parser.add_argument("--templates", default=ALL, metavar="TEXT", help="those with this in their name; all or none (default: all)")
    parser.add_argument("--strings", type=int, default=10000, metavar="N", help="for each model (default: %(default)s)")
    parser.add_argument("--conversations", type=int, default=200, metavar="N", help="for each template (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of texts and conversations (default: %(default)s)")
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "bin", "model_dump"), help="of the tests (default: build/bin/model_dump)")
    parser.add_argument("--source", metavar="DIR", help="of llama.cpp (default: what the build fetched last)")
    parser.add_argument("--work", default=os.path.join(CACHE, "tokenizers"), metavar="DIR", help="for the packages (default: %(default)s)")
    return parser.parse_args()


def install(work):
    """The interpreter with the packages; the last file written says that all of them are there."""
    python, done = os.path.join(work, "bin", "python"), os.path.join(work, "installed.txt")
    with open(REQUIREMENTS, encoding="utf-8") as file:
        wanted = file.read()
    if not os.path.exists(done) or open(done, encoding="utf-8").read() != wanted:
        print(f"installing Python's tokenizers into {work}", file=sys.stderr)
        venv.create(work, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement", REQUIREMENTS], check=True)
        with open(done, "w", encoding="utf-8") as file:
            file.write(wanted)
    return python


def llama_source(asked):
    folders = [asked.source] if asked.source else sorted(glob.glob(os.path.join(CACHE, "src", "llama.cpp-*")), key=os.path.getmtime)
    if not folders or not os.path.isdir(os.path.join(folders[-1], "models", "templates")):
        sys.exit("expected llama.cpp's source with its folder models, found none; name it: --source DIR")
    return os.path.join(folders[-1], "models")


def told(counter):
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items())) or "-"


def print_table(head, rows):
    rows = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    for row in rows:
        print(" | ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print(flush=True)


def show(finding, what):
    for one in what[:SHOWN]:
        print(f"    {finding}: {one!a}"[:1200], flush=True)


def token_row(finding):
    show(f"{finding.model}, {finding.reading}", sorted(finding.unknown, key=lambda one: len(one[1])))
    show(f"{finding.model}, {finding.reading}, lost", finding.lost)
    return [finding.model, finding.reading, finding.texts, finding.same, told(finding.known), len(finding.unknown), len(finding.lost)]


def check_models(asked, models, dump, conversations):
    import chats
    import references
    import texts
    import tokens

    strings = texts.make(asked.strings, asked.seed)
    names = references.MODELS if asked.models == [ALL] else [name for name in asked.models if name != NONE]
    findings = []
    with tempfile.TemporaryDirectory(prefix="retort-tokenizers-") as folder:
        for name in names:
            path = os.path.join(folder, name + ".gguf") if name == "deepseek" else os.path.join(models, f"ggml-vocab-{name}.gguf")
            first = references.of(name, path)
            answers = dump.tokens(path, [text for _, text in strings])
            findings += tokens.compare(name, lambda: references.of(name, path), strings, answers)
            if name in chats.OF_VOCABULARY and asked.templates != NONE:
                findings.append(check_ids(name, first, path, template_path(models, chats.OF_VOCABULARY[name]), dump, conversations))
            print(f"{name}: done", file=sys.stderr)
    print_table(["model", "read as", "texts", "same ids", "known differences", "unexplained", "lost"], [token_row(one) for one in findings])
    return findings


def check_ids(name, reference, vocabulary, template, dump, conversations):
    import chats

    about, answers = dump.chats(vocabulary, template, conversations)
    with open(template, encoding="utf-8") as file:
        return chats.compare_ids(name, reference, file.read(), about, answers, conversations)


def template_path(models, name):
    return os.path.join(models, "templates", name + ".jinja")


def template_row(finding):
    show(finding.template, finding.unknown)
    return [finding.template, finding.asked, finding.same, finding.refused, told(finding.known), len(finding.unknown)]


def check_templates(asked, models, dump, conversations):
    import chats

    paths = sorted(glob.glob(template_path(models, "*")))
    names = [os.path.splitext(os.path.basename(path))[0] for path in paths]
    findings = []
    for name, path in zip(names, paths):
        if asked.templates not in (ALL, "") and asked.templates not in name:
            continue
        about, answers = dump.chats(os.path.join(models, "ggml-vocab-qwen2.gguf"), path, conversations)
        with open(path, encoding="utf-8") as file:
            findings.append(chats.compare(name, file.read(), conversations, about, answers))
        print(f"{name}: done", file=sys.stderr)
    print_table(["template", "renderings", "same", "both refuse", "known differences", "unexplained"], [template_row(one) for one in findings])
    return findings


def main():
    asked = arguments()
    if sys.prefix != os.path.abspath(asked.work):
        python = install(os.path.abspath(asked.work))
        os.execv(python, [python, "-B", os.path.abspath(__file__), *sys.argv[1:], "--work", os.path.abspath(asked.work)])
    # One core, no look at a hub, and no word on what is not needed here.
    os.environ.update(RAYON_NUM_THREADS="1", HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", TRANSFORMERS_NO_ADVISORY_WARNINGS="1")
    sys.path.insert(0, os.path.join(HERE, "tokens"))
    import chats
    import programs

    models, dump = llama_source(asked), programs.Dump(os.path.abspath(asked.program))
    conversations = chats.asked_of(chats.conversations(asked.conversations, asked.seed))
    findings = check_models(asked, models, dump, conversations)
    if asked.templates != NONE:
        findings += check_templates(asked, models, dump, conversations)
    failed = sum(bool(one.unknown or getattr(one, "lost", None)) for one in findings)
    print(f"{len(findings) - failed} passed, {failed} failed")
    return 1 if failed or not findings else 0


if __name__ == "__main__":
    sys.exit(main())

"""What a report is made of. Each part writes itself into the page and into the Markdown."""
from dataclasses import dataclass, field
from html import escape


@dataclass
class Text:
    text: str

    def html(self):
        return f"<p>{escape(self.text)}</p>"

    def markdown(self):
        return self.text + "\n"


@dataclass
class Heading:
    text: str

    def html(self):
        return f"<h3>{escape(self.text)}</h3>"

    def markdown(self):
        return f"### {self.text}\n"


@dataclass
class Sentences:
    """A list, one thing said in each."""
    sentences: list

    def html(self):
        return "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in self.sentences) + "</ul>"

    def markdown(self):
        return "\n".join(f"- {one}" for one in self.sentences) + "\n"


@dataclass
class Words:
    """(word, what it means)."""
    pairs: list

    def html(self):
        return "<dl>" + "".join(f"<dt>{escape(word)}</dt><dd>{escape(meaning)}</dd>" for word, meaning in self.pairs) + "</dl>"

    def markdown(self):
        return "\n".join(f"- **{word}**: {meaning}" for word, meaning in self.pairs) + "\n"


@dataclass
class Code:
    text: str

    def html(self):
        return f"<pre>{escape(self.text)}</pre>"

    def markdown(self):
        return f"```\n{self.text}\n```\n"


@dataclass
class Table:
    title: str
    header: list
    rows: list
    note: str = ""
    reference: str = ""  # the first cell of the row that others are compared with
    folded: bool = False  # a detail: opened by who wants it

    def html(self):
        head = "".join(f"<th scope=col>{escape(one)}</th>" for one in self.header)
        body = "".join(self.row_html(row) for row in self.rows)
        note = f"<p class=note>{escape(self.note)}</p>" if self.note else ""
        table = (f"{note}<div class=wide tabindex=0><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>")
        if self.folded:
            return f"<details><summary>{escape(self.title)}</summary>{table}</details>"
        return (f"<h3>{escape(self.title)}</h3>" if self.title else "") + table

    def row_html(self, row):
        first, *others = self.named(row)
        cells = f"<th scope=row>{escape(first)}</th>" + "".join(f"<td>{escape(one)}</td>" for one in others)
        return f"<tr{' class=reference' if row[0] == self.reference else ''}>{cells}</tr>"

    def named(self, row):
        return [f"{row[0]} (reference)", *row[1:]] if row[0] == self.reference else row

    def markdown(self):
        lines = [f"**{self.title}**", ""] if self.title else []
        lines += ["| " + " | ".join(self.header) + " |", "|" + "---|" * len(self.header)]
        lines += ["| " + " | ".join(self.named(row)) + " |" for row in self.rows]
        return "\n".join(lines + (["", self.note] if self.note else [])) + "\n"


@dataclass
class Pictures:
    """(light, dark) SVGs side by side, one below the other where there is no room, with what is to be seen."""
    pictures: list
    caption: str

    def html(self):
        panels = "".join(f"<div class=panel><div class=light>{light}</div><div class=dark>{dark}</div></div>"
                         for light, dark in self.pictures)
        return f"<figure><div class=panels>{panels}</div><figcaption>{escape(self.caption)}</figcaption></figure>"

    def markdown(self):
        return ""


@dataclass
class Section:
    title: str
    found: list = field(default_factory=list)  # the main answers: they also stand at the top of the report
    more: list = field(default_factory=list)  # what else is to be said
    blocks: list = field(default_factory=list)

    def parts(self):
        said = self.found + self.more
        return ([Sentences(said)] if said else []) + (self.blocks or [Text("Not measured yet.")])

    def html(self, number):
        return "\n".join([f"<h2 id=s{number}>{escape(self.title)}</h2>", *(part.html() for part in self.parts())])

    def markdown(self):
        return "\n".join([f"## {self.title}\n", *(part.markdown() for part in self.parts())])


FOUND = ("In brackets: 95 % intervals. A sample is one attempt at one problem. How tokens are counted and what names such as "
         "pdr:16 64 mean stands under \"How to read this report\".")
STYLE = """
:root{color-scheme:light dark;--ink:#1d2126;--soft:#56606a;--line:#d9dee3;--page:#fff;--head:#f2f4f6;--link:#1f5fb8}
@media(prefers-color-scheme:dark){:root{--ink:#e4e7ea;--soft:#a3adb7;--line:#343b42;--page:#15181b;--head:#1e2327;--link:#84b4f2}}
body{font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:1120px;margin:0 auto;padding:1.25rem}
p,ul,dl,figcaption{max-width:46rem}a{color:var(--link)}
h1{font-size:1.7rem;line-height:1.25}h2{font-size:1.3rem;margin-top:2.75rem;border-top:1px solid var(--line);padding-top:1rem}
h3,summary{font-size:1rem;font-weight:600;margin:1.6rem 0 .4rem}summary{cursor:pointer}ul{padding-left:1.2rem}li{margin:.45rem 0}
.note,figcaption,dd{color:var(--soft)}.note,figcaption,dl{font-size:14px}.note{margin:.2rem 0 .5rem}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:14px}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13.5px}
th,td{text-align:right;padding:.28rem .6rem;border-bottom:1px solid var(--line);font-weight:400;vertical-align:top}
td{white-space:nowrap}
thead th{background:var(--head);font-weight:600;vertical-align:bottom;min-width:3rem;max-width:11rem}
tr>th:first-child{text-align:left;min-width:6.5rem;max-width:19rem;position:sticky;left:0;background:var(--page)}
thead tr>th:first-child{background:var(--head)}.reference th,.reference td{font-weight:600}
pre{font-size:13px;line-height:1.45;overflow-x:auto;background:var(--head);padding:.75rem;border-radius:4px}
dl{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.3rem 1rem}dt{font-weight:600}dd{margin:0}
figure{margin:1.2rem 0}.panels{display:flex;flex-wrap:wrap;gap:1rem}.panel{flex:1 1 300px;max-width:520px}
svg{width:100%;height:auto}
.dark{display:none}@media(prefers-color-scheme:dark){.dark{display:block}.light{display:none}}
@media(max-width:600px){body{padding:.9rem}h1{font-size:1.4rem}pre{font-size:11.5px;padding:.6rem}
dl{display:block}dd{margin:0 0 .55rem}tr>th:first-child{max-width:8.5rem}}
"""


def page(title, about, first, sections):
    """`first`: sections before those of the questions. What was found links to where it stands."""
    every = [*first, *sections]
    out = ["<!doctype html><html lang=en><head><meta charset=utf-8>"
           '<meta name=viewport content="width=device-width,initial-scale=1">',
           f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1><p>{escape(about)}</p>",
           f"<h2>What we found</h2><p class=note>{escape(FOUND)}</p><ul>"]
    for number, section in enumerate(every):
        out += [f'<li>{escape(one)} <a href="#s{number}">{escape(place(section))}</a></li>' for one in section.found]
    out.append("</ul><nav>" + "".join(f'<a href="#s{i}">{escape(one.title)}</a>' for i, one in enumerate(every)) + "</nav>")
    out += [section.html(number) for number, section in enumerate(every)]
    return "\n".join(out) + "\n</body></html>\n"


def place(section):
    number = section.title.split(" ")[0]
    return f"Section {number}" if number.isdigit() else section.title


def markdown(title, about, first, sections):
    out = [f"# {title}\n", about + "\n", "## What we found\n", FOUND + "\n",
           Sentences([one for section in sections for one in section.found]).markdown()]
    return "\n".join(out + [section.markdown() for section in [*first, *sections]])

"""A page for each error text: what it means, which rules find its cause, what to write instead, and how to check."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from documentation.links import SITE
from documentation.page import ROOT, Page, read
from sessionlint.commands.symptoms import rules_behind
from sessionlint.commands.synonyms import SYNONYMS
from sessionlint.report.page import user_part
from sessionlint.rules.registry import RegisteredRule, registered_rules

SOURCE = "docs/errors.md"
_SECTION = re.compile(r"^## (?P<title>.+)\n\n(?P<meaning>(?:.+\n)+)\n(?P<texts>(?:- .+\n)+)", re.MULTILINE)
_TEXT = re.compile(r"^- (`+) ?(?P<text>.+?) ?\1$", re.MULTILINE)
_FIELD = """\
<p><label for="error-text">An error, or a whole traceback, with other names and numbers, too:</label></p>
<p><textarea id="error-text" rows="4"></textarea></p>
<ul id="error-found" aria-live="polite"></ul>
"""
_LONGEST = 90  # letters of an address
_MOST = 6  # rules that are shown with their reasons


@dataclass(frozen=True)
class ErrorText:
    """``kind`` is the section that it stands in, ``meaning`` what that says."""

    text: str
    kind: str
    meaning: str

    @property
    def target(self) -> str:
        """Where its page lies on the site: its words."""
        words = re.sub(r"[^a-z0-9]+", "-", self.text.lower()).strip("-")
        short = words if len(words) <= _LONGEST else words[:_LONGEST].rpartition("-")[0]
        return f"errors/{short}.md"

    @property
    def code(self) -> str:
        return f"`` {self.text} ``" if "`" in self.text else f"`{self.text}`"

    @property
    def link(self) -> str:
        return f"[{self.code}]({SITE}{self.target})"


def error_texts() -> dict[str, ErrorText]:
    """Every error text of ``docs/errors.md``, by its words."""
    sections = list(_SECTION.finditer(read(SOURCE)))
    found = [(section, text["text"]) for section in sections for text in _TEXT.finditer(section["texts"])]
    return {text: ErrorText(text, section["title"], section["meaning"].strip()) for section, text in found}


def with_links(markdown: str, errors: Mapping[str, ErrorText]) -> str:
    """The page of all error texts, each of which leads to its own, with a field to paste one into (``errors.js``)."""
    head, _, sections = markdown.partition("\n## ")
    linked = _TEXT.sub(lambda match: f"- {errors[match['text']].link}", sections)
    return f"{head}\n{_FIELD}\n## {linked}"


def error_pages(errors: Mapping[str, ErrorText]) -> Iterator[Page]:
    entries = {entry.rule.code: entry for entry in registered_rules()}
    for error in errors.values():
        found = rules_behind(error.text, [entry.rule for entry in entries.values()])
        causes = [entries[match.rule.code] for match in found]
        origin = causes[0].page.relative_to(ROOT).as_posix()  # its example may have links
        told = f"What it means, what causes it, and how to find the cause: {error.kind}."
        yield Page(error.target, "\n".join(_lines(error, causes, errors)), origin, error.text, told)


def _lines(error: ErrorText, causes: Sequence[RegisteredRule], errors: Mapping[str, ErrorText]) -> Iterator[str]:
    yield f"# {error.code}\n"
    yield f"**{error.kind}.** {error.meaning}\n"
    yield from _causes(causes)
    yield from _check([entry for entry in causes if entry.rule.on])
    yield from _first_cause(causes[0])
    yield from _other_words(error, errors)


def _causes(entries: Sequence[RegisteredRule]) -> Iterator[str]:
    yield "## What causes it\n"
    yield "The likeliest first, as far as the text alone tells; the frames of a traceback tell more.\n"
    for place, entry in enumerate(entries[:_MOST], start=1):
        off = "" if entry.rule.on else " Off by default."
        yield f"{place}. [{entry.rule.code} {entry.rule.name}]({SITE}rules/{entry.rule.name}.md): {entry.rule.why}{off}"
    yield ""
    if entries[_MOST:]:
        yield f"Also: {', '.join(entry.rule.code for entry in entries[_MOST:])}.\n"


def _check(on: Sequence[RegisteredRule]) -> Iterator[str]:
    yield "## Find it in your project\n"
    if on:
        yield f"In the project's folder ([two minutes]({SITE}start.md)); nothing of it is imported or run:\n"
        chosen = f" --select {','.join(entry.rule.code for entry in on)}" if len(on) <= _MOST else ""
        yield f"```\nsessionlint check{chosen}\n```\n"
    yield "With a whole traceback, whose frames decide between causes:\n"
    yield "```\nsessionlint rule - < traceback.txt\n```\n"


def _first_cause(entry: RegisteredRule) -> Iterator[str]:
    """The example of the likeliest rule, and what to write instead."""
    page = user_part(entry.page.read_text(encoding="utf-8"))
    for title, shown in (("Example", f"How it looks: {entry.rule.name}"), ("Use instead", "What to write instead")):
        yield f"## {shown}\n"
        yield _section(page, title)
    yield f"[{entry.rule.code} {entry.rule.name}]({SITE}rules/{entry.rule.name}.md) has the whole story, with proofs.\n"


def _section(page: str, title: str) -> str:
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0].strip("\n") + "\n"


def _other_words(error: ErrorText, errors: Mapping[str, ErrorText]) -> Iterator[str]:
    same = [other for other in errors.values() if other.kind == error.kind and other != error]
    if same:
        yield "## Of the same kind { data-search-exclude }\n"
        yield from (f"- {other.link}" for other in same)
        yield ""


def unknown_texts(errors: Mapping[str, ErrorText]) -> list[str]:
    """The error texts that rules know and ``docs/errors.md`` does not."""
    known = [symptom for entry in registered_rules() for symptom in entry.rule.symptoms]
    synonyms = [synonym for several in SYNONYMS.values() for synonym in several]
    return [text for text in dict.fromkeys([*known, *synonyms]) if text not in errors]

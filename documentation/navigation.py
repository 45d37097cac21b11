"""What stands in the navigation, in which order; the pages of error texts are reached from their list, and by search."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from documentation.rule_pages import FAMILIES, family, target_of
from sessionlint.rules.registry import registered_rules


class Entry(NamedTuple):
    """A page, or a title with entries below it."""

    title: str
    below: "str | Sequence[Entry]"


def navigation() -> tuple[Entry, ...]:
    return (
        Entry("Start", _START),
        Entry("Errors", (Entry("Which error do I have?", "errors.md"),)),
        Entry("Guides", _GUIDES),
        Entry("Rules", (Entry("All rules", "rules.md"), *_families(), *_ABOUT_RULES)),
        Entry("Doors", _DOORS),
        Entry("Reference", _REFERENCE),
        Entry("Project", _PROJECT),
    )


def as_toml(entries: Sequence[Entry]) -> str:
    """The value of Zensical's ``nav``: text is written in TOML as in JSON."""
    return f"[{', '.join(f'{{ {json.dumps(entry.title)} = {_value(entry)} }}' for entry in entries)}]"


def _value(entry: Entry) -> str:
    return json.dumps(entry.below) if isinstance(entry.below, str) else as_toml(entry.below)


def _families() -> Iterator[Entry]:
    for name, title in FAMILIES.items():
        rules = [entry for entry in registered_rules() if family(entry) == name]
        yield Entry(title, [Entry(f"{entry.rule.code} {entry.rule.name}", target_of(entry)) for entry in rules])


_START = (
    Entry("sessionlint", "index.md"),
    Entry("Getting started", "start.md"),
    Entry("How to read the output", "output.md"),
    Entry("Fixes", "fixes.md"),
    Entry("Suppressing a finding", "suppressing.md"),
    Entry("A code base with a past", "past.md"),
    Entry("Configuration", "configuration.md"),
)
_GUIDES = (
    Entry("FastAPI", "guides/fastapi.md"),
    Entry("FastAPI, asynchronous", "guides/fastapi-async.md"),
    Entry("Flask", "guides/flask.md"),
    Entry("Litestar", "guides/litestar.md"),
    Entry("Celery and other workers", "guides/workers.md"),
    Entry("Bots", "guides/bots.md"),
    Entry("pytest", "guides/pytest.md"),
    Entry("Scripts", "guides/scripts.md"),
    Entry("Alembic", "guides/alembic.md"),
    Entry("From sync to async", "guides/sync-to-async.md"),
    Entry("From many providers to one", "guides/one-provider.md"),
)
_ABOUT_RULES = (
    Entry("One problem, one finding", "precedence.md"),
    Entry("How a provider may be used", "consumption.md"),
    Entry("What depends on a version", "versions.md"),
)
_DOORS = (
    Entry("Reports for programs", "reports.md"),
    Entry("In CI and in hooks", "ci.md"),
    Entry("In an editor", "editors.md"),
    Entry("The Python API", "api.md"),
    Entry("Audit", "audit.md"),
    Entry("Map and patterns", "map.md"),
    Entry("Fleets", "fleet.md"),
)
_REFERENCE = (
    Entry("Keys of the configuration", "settings.md"),
    Entry("What is read and reported", "reading.md"),
    Entry("Speed and cache", "speed.md"),
    Entry("Security", "security.md"),
)
_PROJECT = (
    Entry("Comparison", "comparison.md"),
    Entry("Benchmarks", "benchmarks.md"),
    Entry("How it works", "how-it-works.md"),
    Entry("What is asked again", "laziness.md"),
    Entry("Glossary", "glossary.md"),
    Entry("Contributing", "contributing.md"),
    Entry("Changelog", "changelog.md"),
    Entry("Versions, and what may change", "versioning.md"),
)

"""Pages of reference: every key of the configuration, from its schema, and what depends on a library's version."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from documentation.page import Page
from sessionlint.report.page import user_part
from sessionlint.rules.registry import RegisteredRule, registered_rules
from sessionlint.run.settings.schema import configuration_schema

SCHEMA = "src/sessionlint/run/settings/configuration.schema.json"
SETTINGS = "settings.md"
_TABLE = re.compile(r"^\| (?P<library>FastAPI|SQLAlchemy) \|.*\n\|[-|: ]+\|\n(?:\|.*\n)+", re.MULTILINE)
_WORDS = {"string": "a text", "integer": "a number", "boolean": "true or false", "array": "a list", "object": "a table"}


def reference_pages() -> Iterator[Page]:
    yield Page(SETTINGS, "\n".join(_settings()), SCHEMA, "Configuration reference")
    yield Page("versions.md", "\n".join(_versions()), "", "What depends on the version of FastAPI or SQLAlchemy")


def _settings() -> Iterator[str]:
    yield "# Configuration reference\n"
    yield "Every key of `[tool.sessionlint]` in `pyproject.toml`, or of a `sessionlint.toml`, from the schema that"
    yield "`sessionlint config --schema` prints. `sessionlint config KEY` tells the same of one key, and its value here;"
    yield "[how they work together](site:configuration.md) has examples.\n"
    schema = configuration_schema()
    for key, told in schema["properties"].items():
        yield from _key(f"`{key}`", told)
    yield "## In an entry of `overrides`\n"
    for key, told in schema["properties"]["overrides"]["items"]["properties"].items():
        yield f"- `{key}`: {told['description']} {_kind(told).capitalize()}."
    yield ""


def _key(name: str, told: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{_plain(told['description'])}\n"
    default = f"`{json.dumps(told['default'])}`" if "default" in told else "none"
    yield f"Value: {_kind(told)}. Default: {default}.\n"


def _kind(told: Mapping[str, Any]) -> str:
    """What a value may be, in words."""
    if "enum" in told:
        return "one of " + ", ".join(f"`{json.dumps(value)}`" for value in told["enum"])
    if "anyOf" in told:
        return " or ".join(map(_kind, told["anyOf"]))
    word = _WORDS[told["type"]]
    within = told.get("items") if told["type"] == "array" else told.get("additionalProperties")
    return f"{word}, each entry {_kind(within)}" if isinstance(within, Mapping) and within.keys() & {"type", "enum"} else word


def _plain(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*")


def _versions() -> Iterator[str]:
    yield "# What depends on a version\n"
    yield "Some failures happen with some versions of a library only. The versions are read from what the project declares, or"
    yield "from [`fastapi-version` and `sqlalchemy-version`](site:settings.md#fastapi-version)."
    yield "Each table stands on a rule's page with a script that prints the row of the version it runs on; `python -m proofs`"
    yield "runs them on old and new releases.\n"
    for entry in registered_rules():
        for table in _TABLE.finditer(user_part(entry.page.read_text(encoding="utf-8"))):
            yield from _table(entry, table)


def _table(entry: RegisteredRule, table: re.Match[str]) -> Iterator[str]:
    rule = entry.rule
    yield f"## {table['library']}: {rule.name}\n"
    yield f"[{rule.code} {rule.name}](site:rules/{rule.name}.md): {rule.why}\n"
    yield table[0]

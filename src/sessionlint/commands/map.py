"""``sessionlint map``: a project's engines, factories and providers, and who has to do with them."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sessionlint.commands.console import prepare
from sessionlint.commands.project import deliver, linked_project
from sessionlint.commands.surroundings import relative
from sessionlint.questions.inventory.inventory import inventory
from sessionlint.questions.inventory.slices import code_at, narrowed
from sessionlint.report.map.view import Found, View
from sessionlint.run.pipeline import Linked


def run_map(paths: Sequence[str], options: Mapping[str, Any]) -> int:
    """Print the map, or write it, and return the exit code. Raises UsageError."""
    prepare()
    linked = linked_project(paths, options)
    text = _RENDER[options["output_format"]](linked, options)
    return deliver(text, linked, options["output"], quiet=options["quiet"])


def view_of(linked: Linked, shown_path: Callable[[str], str] = str) -> View:
    """What has to do with the files that were asked for."""
    found = narrowed(inventory(linked.project), linked.plan.scope)
    findings = tuple(Found(finding, code_at(linked.project, finding.place)) for finding in linked.outcome.findings)
    return View(linked.plan.root.folder.name, found, findings, linked.outcome.rules, linked.sources, shown_path)


def _text(linked: Linked, options: Mapping[str, Any]) -> str:
    from sessionlint.report.map import text

    view = view_of(linked, lambda path: relative(linked.plan.root.folder / path))
    return text.render(view, every=options["verbose"], ascii_only=not _draws(options["output"]))


def _draws(output: str | None) -> bool:
    """Whether the lines of a drawing can be shown where the text goes."""
    if output not in (None, "-"):
        return True
    try:
        "├└│".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _json(linked: Linked, options: Mapping[str, Any]) -> str:
    from sessionlint.report.map import json

    return json.render(view_of(linked))


def _dot(linked: Linked, options: Mapping[str, Any]) -> str:
    from sessionlint.report.map import dot

    return dot.render(view_of(linked))


def _mermaid(linked: Linked, options: Mapping[str, Any]) -> str:
    from sessionlint.report.map import mermaid

    return mermaid.render(view_of(linked))


def _html(linked: Linked, options: Mapping[str, Any]) -> str:
    from sessionlint.commands.page_assets import assets
    from sessionlint.report.map import html

    return html.render(view_of(linked), assets("map"))


_RENDER: Mapping[str, Callable[[Linked, Mapping[str, Any]], str]] = {
    "text": _text,
    "json": _json,
    "dot": _dot,
    "mermaid": _mermaid,
    "html": _html,
}

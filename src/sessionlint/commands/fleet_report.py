"""``sessionlint fleet report``: a run in the store to a report in some format."""

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sessionlint.commands.console import prepare, say, write_out
from sessionlint.commands.rule_pages import rule_page
from sessionlint.commands.surroundings import warn
from sessionlint.fleet.file_name import file_name
from sessionlint.fleet.history import History
from sessionlint.fleet.review import Review
from sessionlint.fleet.storage import LocalFolder, opened
from sessionlint.fleet.store import Store
from sessionlint.fleet.timeline import compared, timeline
from sessionlint.model.finding import Rule
from sessionlint.report.fleet import told
from sessionlint.report.fleet.summary import summarised
from sessionlint.report.fleet.view import KINDS, Fleet, Summary
from sessionlint.report.look import Look
from sessionlint.run.errors import CLEAN, FOUND, UsageError, suggestion
from sessionlint.run.files.report_file import check_destination, write_report

_ALWAYS = ("owner", "rule")


def run_report(options: Mapping[str, Any]) -> int:
    """Print the report, or write it, and return the exit code. Raises UsageError, OSError."""
    prepare()
    gc.enable()  # the command line has turned it off, for runs that end with what they have made
    _check(options)
    fleet = _fleet(options)
    if options["output_format"] == "sarif":
        _write_files(fleet, options["output"])
    else:
        _deliver(_RENDER[options["output_format"]](fleet), options["output"])
    if not options["quiet"]:
        for line in _closing(fleet, options["output"]):
            say(line)
    return FOUND if any(_FAILS[each](fleet.summary) for each in options["fail_on"]) else CLEAN


def _check(options: Mapping[str, Any]) -> None:
    """What makes no sense is told before anything is read."""
    for kind in options["by"]:
        if kind not in KINDS:
            raise UsageError(f'--by: expected {", ".join(KINDS)}, got "{kind}"{suggestion(kind, KINDS)}')
    output, is_folder = options["output"], options["output_format"] == "sarif"
    if is_folder and (output is None or output == "-"):
        raise UsageError("--output-format sarif: writes a file for each repository; name a folder for them with -o")
    if is_folder and Path(output).exists() and not Path(output).is_dir():
        raise UsageError(f"{output}: a file; SARIF needs a folder")
    if not is_folder and output not in (None, "-"):
        check_destination(output)


def _fleet(options: Mapping[str, Any]) -> Fleet:
    store = Store(opened(options["store"]), warn)
    known = timeline(History(store.storage, warn), options["run"], options["store"])
    against = compared(known.runs, options["against"])
    review = Review(store, known, against.number if against is not None else 0)
    return Fleet(
        known.runs[-1],
        against,
        known.runs,
        summarised(review.services()),
        review.services,
        review.service,
        known.left(against.number) if against is not None else (),
        tuple(dict.fromkeys(options["by"])) or _ALWAYS,
        _rules(),
    )


def _rules() -> Mapping[str, Rule]:
    from sessionlint.rules.registry import registered_rules

    return {entry.rule.code: entry.rule for entry in registered_rules()}


def _deliver(pieces: Iterable[str], output: str | None) -> None:
    if output not in (None, "-"):
        assert output is not None
        write_report(output, pieces, Path.cwd().resolve(), frozenset())
        return
    for piece in pieces:
        write_out(piece)


def _write_files(fleet: Fleet, output: str) -> None:
    from sessionlint.report.fleet import sarif

    look, folder = Look(page=cache(rule_page)), LocalFolder(Path(output))
    others = {name for name in folder.names("") if name.endswith(".sarif")}
    for service in fleet.services():
        name = file_name(service.repository, "sarif")
        folder.write(name, sarif.render(service, fleet, look).encode("ascii"))
        others.discard(name)
    if others:
        warn(f"{output}: {len(others):,} files of repositories that are not in this report lie there, too, as {min(others)}")


def _closing(fleet: Fleet, output: str | None) -> Sequence[str]:
    lines = [told.verdict(fleet.summary), told.incomplete(fleet), told.unanalysed(fleet.summary), *list(told.changes(fleet))[:1]]
    return [*filter(None, lines), *([f"wrote {output}"] if output not in (None, "-") else [])]


_FAILS: Mapping[str, Callable[[Summary], bool]] = {
    "new": lambda summary: bool(summary.recent),
    "any": lambda summary: bool(summary.serious),
    "unanalysed": lambda summary: bool(summary.unanalysed),
}


def _markdown(fleet: Fleet) -> Iterable[str]:
    from sessionlint.report.fleet import markdown

    return markdown.render(fleet)


def _html(fleet: Fleet) -> Iterable[str]:
    from sessionlint.commands.page_assets import assets
    from sessionlint.report.fleet import html

    return html.render(fleet, assets("fleet"))


def _csv(fleet: Fleet) -> Iterable[str]:
    from sessionlint.report.fleet import csv

    return csv.render(fleet)


def _json(fleet: Fleet) -> Iterable[str]:
    from sessionlint.report.fleet import json

    return json.render(fleet)


_RENDER: Mapping[str, Callable[[Fleet], Iterable[str]]] = {"markdown": _markdown, "html": _html, "csv": _csv, "json": _json}

"""The plugin for flake8: what ``sessionlint check`` finds in the project around a file, as far as it lies in that file.

flake8 hands a plugin one file after the other, in processes of its own: in each of these the project is analysed once, with the
cache of facts, and nothing but flake8 loads this module.
"""

import argparse
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from sessionlint import __version__, api
from sessionlint.model.regex import regex
from sessionlint.report.visible import visible
from sessionlint.run.discovery.roots import find_root, repository_of

_UNNAMED = "stdin"  # what flake8 calls a text of which nobody gave the name
_FULL_CODE = regex(r"SES\d{3}")
_FAILURE = "SES000"  # no rule has it: nothing was checked, and why


class Plugin:
    """The findings of one file."""

    name = "sessionlint"
    version = __version__
    _selected: tuple[str, ...] = ()
    _given: tuple[str, ...] = ()
    _is_noqa_off = False

    def __init__(self, tree: object, filename: str, lines: Sequence[str]) -> None:
        self._filename = filename
        self._lines = lines

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """A rule that is off by default is on where flake8 is told its code in full."""
        chosen = [*(options.select or ()), *(getattr(options, "extend_select", None) or ())]
        cls._selected = tuple(code for code in chosen if _FULL_CODE.fullmatch(code))
        cls._given = tuple(options.filenames)
        cls._is_noqa_off = options.disable_noqa

    def run(self) -> Iterator[tuple[int, int, str, type["Plugin"]]]:
        """As flake8 wants it: lines from 1, columns from 0."""
        try:
            report, path = self._report()
        except api.UsageError as error:
            yield 1, 0, visible(f"{_FAILURE} {error}"), Plugin
            return
        for failure in report.errors:
            yield 1, 0, visible(f"{_FAILURE} internal: {failure}"), Plugin
        for finding in self._findings(report):
            if finding.location.path == path:
                place = finding.location
                yield place.line, place.column - 1, visible(f"{finding.code} {finding.message}"), Plugin

    def _findings(self, report: api.Report) -> Iterator[api.Finding]:
        yield from report.findings
        if self._is_noqa_off:
            yield from (hidden.finding for hidden in report.suppressed if hidden.style == "noqa")

    def _report(self) -> tuple[api.Report, str | None]:
        """What is found around the file, and what the project calls that."""
        if "-" not in self._given:
            file = Path(self._filename).resolve()
            report = _checked(_project_around(file.parent, self._given) or file, self._selected)
            return report, file.relative_to(report.project).as_posix()
        name = None if self._filename == _UNNAMED else self._filename
        report = api.check_text("".join(self._lines), name, settings=_settings(self._selected))
        return report, report.text_path


@cache
def _checked(path: Path, selected: tuple[str, ...]) -> api.Report:
    return api.check(path, settings=_settings(selected))


def _settings(selected: Sequence[str]) -> dict[str, object]:
    return {"extend-select": [*selected]} if selected else {}


@cache
def _project_around(folder: Path, given: tuple[str, ...]) -> Path | None:
    """The project that a file in ``folder`` belongs to, as told by a configuration or by git, else by what flake8 was given; None
    where that is a folder that cannot be a project."""
    file = folder / _UNNAMED
    root = find_root([file])
    if root.config is None and repository_of(folder) is None:
        root = find_root([file, *(Path(path).resolve() for path in given)])
    return root.part

"""sessionlint as the properties see it: cases become folders, and go in by every door there is."""

import json
import os
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from click.testing import CliRunner

from pages.markers import Seen
from pages.properties import Check
from sessionlint.cli import sessionlint as command
from sessionlint.extract.module import lower_by_libcst
from sessionlint.model import codec, outcome_codec
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.finding import Finding
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.run import pipeline
from sessionlint.run.analysis import Analysis, Checked
from sessionlint.run.cache.cache_place import place_of
from sessionlint.run.cache.store import Store
from sessionlint.run.extraction.extractor import Extractor
from sessionlint.run.files.reading import decoded
from sessionlint.run.looking import Result
from sessionlint.run.planning import plan
from sessionlint.run.request import FixLevel, Request

T = TypeVar("T")


class Tool:
    """The project of every call lies in one folder below ``folder``: to make and remove files takes longer than most checks."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / "project"
        self._caches = folder / "caches"
        self._written: dict[str, str] = {}

    @property
    def ways(self) -> Mapping[str, Check]:
        """Other ways to the same findings; another one is one more line."""
        return {
            "serialisation": self._analysed(_from_stored_facts),
            "order": self._analysed(lambda analysis, sources: analysis.check(dict(reversed(sources.items())))),
            "no_prefilter": self._analysed(lambda analysis, sources: replace(analysis, prefilter=False).check(sources)),
            "libcst": self._analysed(_by_libcst),
            "cache": self._analysed(self._cold_then_warm),
            "command_line": self._on_the_command_line,
        }

    def check(self, files: Mapping[str, str], codes: Collection[str]) -> Sequence[Seen]:
        return _once(("none", *_key(files, codes)), lambda: self._checked(files, codes))

    def fix(self, files: Mapping[str, str], codes: Collection[str], *, unsafe: bool) -> dict[str, str]:
        level: FixLevel = "unsafe" if unsafe else "safe"
        return dict(_once((level, *_key(files, codes)), lambda: self._fixed(files, codes, level)))

    def _checked(self, files: Mapping[str, str], codes: Collection[str]) -> Sequence[Seen]:
        result = self._run(files, codes, "none")
        return seen_of(result.outcome, result.sources)

    def _fixed(self, files: Mapping[str, str], codes: Collection[str], level: FixLevel) -> dict[str, str]:
        result = self._run(files, codes, level)
        return {path: result.sources[path].text if path in result.sources else text for path, text in files.items()}

    def _run(self, files: Mapping[str, str], codes: Collection[str], level: FixLevel) -> Result:
        result = pipeline.check(self._request(files, codes, level), _no_warning)
        assert not result.outcome.errors, result.outcome.errors
        found = replace(result.outcome, rules={})  # the rules are the same in every run, and have a test of their own
        dumped = outcome_codec.dump(found)
        kept = outcome_codec.load(json.loads(json.dumps(dumped)))
        # what the cache gives back is what was found; suppressions compare by identity, so all is compared as data, too
        assert (kept.findings, outcome_codec.dump(kept)) == (found.findings, dumped)
        return result

    def _request(self, files: Mapping[str, str], codes: Collection[str], level: FixLevel = "none") -> Request:
        root = self._project(files)
        options = () if not codes or _selects(files) else (("select", sorted(codes)),)
        return Request(paths=(str(root),), options=options, project_root=root, fix=level)

    def _project(self, files: Mapping[str, str]) -> Path:
        """The folder, with these files in it and nothing else; what it has already, is left. (The tool writes nothing there.)"""
        if files.keys() != self._written.keys():
            shutil.rmtree(self._root, ignore_errors=True)
            self._written.clear()
        for path, text in files.items():
            if self._written.get(path) != text:
                (self._root / path).parent.mkdir(parents=True, exist_ok=True)
                (self._root / path).write_bytes(text.encode("utf-8"))
                self._written[path] = text
        return self._root

    def _analysed(self, analyse: Callable[[Analysis, dict[str, Source]], Checked]) -> Check:
        """A check that takes the project's plan from the pipeline and goes its own way from there."""

        def check(files: Mapping[str, str], codes: Collection[str]) -> Sequence[Seen]:
            planned = plan(self._request(files, codes), _no_warning)
            sources = {path: decoded(path, (planned.root.folder / path).read_bytes())[0] for path in planned.files}
            outcome = analyse(Analysis(planned.settings, planned.targets, planned.scope), sources).outcome
            assert not outcome.errors, outcome.errors
            return seen_of(outcome, sources)

        return check

    def _cold_then_warm(self, analysis: Analysis, sources: dict[str, Source]) -> Checked:
        """With what a run before has kept."""
        shutil.rmtree(self._caches, ignore_errors=True)
        place = place_of(self._root, self._caches, None)
        assert place is not None
        for _ in range(2):
            store = Store(place, "test", _no_warning, _no_warning)
            checked = replace(analysis, extractor=Extractor(store)).check(sources)
            store.close()
        return checked

    def _on_the_command_line(self, files: Mapping[str, str], codes: Collection[str]) -> Sequence[Seen]:
        root = self._project(files)
        select = [] if _selects(files) else ["--select", ",".join(sorted(codes))]
        arguments = ["check", str(root), "--project-root", str(root), "--output-format", "json", *select]
        result = CliRunner().invoke(command, [*arguments, "--no-cache"])
        assert result.exit_code in (0, 1), result.output
        found = json.loads(result.stdout)["findings"]
        assert result.exit_code == any(one["severity"] != "info" for one in found)
        return [_seen_in_json(one, root) for one in found]


_RECENT: dict[tuple[object, ...], Any] = {}
_MOST_RECENT = 64


def _key(files: Mapping[str, str], codes: Collection[str]) -> tuple[object, ...]:
    return tuple(files.items()), frozenset(codes)


def _once(key: tuple[object, ...], answer: Callable[[], T]) -> T:
    """The answer to a question, remembered for a while: each property of a case asks for the same ones again."""
    if key not in _RECENT:
        if len(_RECENT) >= _MOST_RECENT:
            del _RECENT[next(iter(_RECENT))]
        _RECENT[key] = answer()
    found: T = _RECENT[key]
    return found


def _from_stored_facts(analysis: Analysis, sources: dict[str, Source]) -> Checked:
    """From facts that made a journey through JSON text."""
    facts = analysis.check(sources).facts
    return analysis.check(sources, {path: codec.load(json.loads(json.dumps(codec.dump(facts[path])))) for path in facts})


def _by_libcst(analysis: Analysis, sources: dict[str, Source]) -> Checked:
    """From facts of which libcst gave every tree, and ``ast`` none."""
    facts = analysis.check(sources).facts
    return analysis.check(sources, {path: _reread(sources[path], facts[path]) for path in facts})


def _reread(source: Source, facts: ModuleFacts) -> ModuleFacts:
    unread = facts.problem is not None or facts.skipped is not None or facts.outline
    return facts if unread else replace(facts, body=lower_by_libcst(source.text))


def seen_of(outcome: Outcome, sources: Mapping[str, Source]) -> list[Seen]:
    return [_seen(finding, sources[finding.place.path]) for finding in outcome.findings]


def _seen(finding: Finding, source: Source) -> Seen:
    line, column = source.position(finding.place.span.start)
    return Seen(finding.place.path, line, column, finding.severity.value, finding.code, finding.message)


def _seen_in_json(one: Mapping[str, Any], root: Path) -> Seen:
    path = Path(os.path.relpath(Path(one["filename"]).absolute(), root)).as_posix()
    return Seen(path, one["location"]["row"], one["location"]["column"], one["severity"], one["code"], one["message"])


def _selects(files: Mapping[str, str]) -> bool:
    """Whether the case says itself which rules it is linted with."""
    return any(line.startswith("select") for line in files.get("pyproject.toml", "").splitlines())


def _no_warning(text: str) -> None:
    raise AssertionError(text)

"""A project that stays in memory: checked again after each change, and asked again only where that matters.

The texts of open files count instead of what is on the disk. Nothing is written, and no cache is used: what is typed is not
worth keeping.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sessionlint.link.project import Project
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.finding import Finding
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis, Checked
from sessionlint.run.extraction.extractor import Extractor
from sessionlint.run.files.bounded import RefusedError
from sessionlint.run.files.inputs import Warn
from sessionlint.run.files.reading import decoded, read_bytes
from sessionlint.run.fixing.fixpoint import fix_all
from sessionlint.run.parts.apart import partition_of
from sessionlint.run.past import Past
from sessionlint.run.pipeline import read_sources
from sessionlint.run.planning import Plan, check_rules, plan
from sessionlint.run.request import Request
from sessionlint.run.timings import Timings
from sessionlint.sift.baseline import identities
from sessionlint.sift.identity import Identity


class Resident:
    """The project of a request. Paths are relative to its root, with forward slashes.

    ``load`` comes first, and again when the configuration changed or files came and went.
    """

    def __init__(self, request: Request, warn: Warn) -> None:
        self._request = replace(request, cache=False, stdin=None, fix="none")
        self._warn = warn
        self._plan: Plan | None = None
        self._analysis: Analysis | None = None
        self._on_disk: dict[str, Source] = {}
        self._open: dict[str, Source] = {}
        self._broken: dict[str, ModuleFacts] = {}
        self._checked: Checked | None = None
        self._was: Mapping[str, Source] = {}
        self._entries: Sequence[Identity] | None = None
        self._sifted: Outcome | None = None
        self._is_stale = True

    @property
    def plan(self) -> Plan:
        assert self._plan is not None, "load comes first"
        return self._plan

    @property
    def folder(self) -> Path:
        """The root of the project."""
        return self.plan.root.folder

    @property
    def sources(self) -> Mapping[str, Source]:
        """The texts that ``outcome`` speaks of."""
        return {**self._on_disk, **{path: source for path, source in self._open.items() if self._is_ours(path)}}

    def project_of(self, path: str) -> Project:
        """The project as it is linked now, or the part of it that a file belongs to."""
        project = self._current().project_of(path)
        assert project is not None
        return project

    def load(self, timings: Timings | None = None) -> None:
        """Find the settings and the files anew, and read them. Raises UsageError, and then stays as it was."""
        planned = plan(self._request, self._warn)
        check_rules(planned)
        sources, broken = read_sources(planned, self._warn, timings or Timings())
        told = (planned.settings, planned.targets, planned.root)
        if self._plan is None or told != (self._plan.settings, self._plan.targets, self._plan.root):
            self._checked = None
        extractor = self._analysis.extractor if self._analysis is not None else Extractor(jobs=self._request.jobs)
        extractor.timings = timings or Timings()
        self._plan = planned
        self._analysis = Analysis(
            planned.settings,
            planned.targets,
            planned.scope,
            planned.root.package,
            extractor=extractor,
            partition=partition_of(planned),
        )
        self._on_disk = {path: _same(self._on_disk.get(path), source) for path, source in sources.items()}
        self._broken = broken
        self._entries = planned.baseline.read() if planned.baseline is not None else None
        self._is_stale = True

    def reread(self, path: str) -> bool:
        """Read a file of the project again; whether it is one, and still there."""
        if path not in self._on_disk:
            return False
        data = read_bytes(self.folder, path)
        if isinstance(data, OSError | RefusedError):
            return False
        source, problem = decoded(path, data)
        if problem is not None:
            return False
        self._broken.pop(path, None)
        self._on_disk[path] = _same(self._on_disk[path], source)
        self._is_stale = True
        return True

    def refresh(self, paths: Iterable[str]) -> bool:
        """Read files of the disk again; whether that is enough, and not others came or went, or the configuration changed."""
        return all(self.reread(path) for path in paths)

    def put(self, path: str, text: str | None) -> None:
        """An open file's text, as typed; None when it is closed."""
        if text is None:
            self._open.pop(path, None)
        else:
            self._open[path] = _same(self._open.get(path) or self._on_disk.get(path), Source(path, text))
        self._is_stale = True

    def outcome(self) -> Outcome:
        """What is found in the project as it is now, and is not in its baseline."""
        checked = self._current()
        if self._entries is None:
            return checked.outcome
        if self._sifted is None:
            self._sifted = Past(self._entries).sifted(checked.outcome, self.sources, self.plan)
        return self._sifted

    @property
    def has_baseline(self) -> bool:
        """Whether there is a file of findings that are known."""
        return self._entries is not None

    def add_to_baseline(self, finding: Finding) -> None:
        """Take a finding for known from now on. Raises UsageError."""
        baseline = self.plan.baseline
        if baseline is not None:
            baseline.add(identities([finding], self.sources))
            self._entries, self._sifted = baseline.read(), None

    def fixed(self, path: str) -> str | None:
        """The text of a file with all its safe fixes that change no other file; None if there is nothing to do."""
        checked, sources = self._current(), self.sources
        if self._analysis is None or path not in sources:
            return None
        found = fix_all(self._analysis, sources, checked, unsafe=False, only=path)
        self._is_stale = True  # the project was linked with other texts on the way
        text = found.sources[path].text
        return text if text != sources[path].text else None

    def _is_ours(self, path: str) -> bool:
        """An open file that is not on the disk yet counts; one that is left out does not."""
        return path in self._on_disk or not (self.folder / path).exists()

    def _current(self) -> Checked:
        if self._checked is None or self._is_stale:
            assert self._analysis is not None, "load comes first"
            sources, before = self.sources, self._checked
            known = {path: facts for path, facts in self._broken.items() if path not in self._open}
            if before is not None:
                known |= {path: facts for path, facts in before.facts.items() if self._was.get(path) is sources.get(path)}
            self._checked = self._analysis.check(sources, known, before)
            self._was = sources
            self._is_stale, self._sifted = False, None
        return self._checked


def _same(before: Source | None, now: Source) -> Source:
    """The object that is known already where it says the same."""
    return before if before is not None and before == now else now

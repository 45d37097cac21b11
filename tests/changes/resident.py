"""A project that stays: checked again after each change, with what it remembers."""

from collections.abc import Mapping

from sessionlint.link.project import Project
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis, Checked
from sessionlint.run.extraction.rounds import link
from sessionlint.run.settings.selectors import Layer
from sessionlint.run.settings.settings import Settings

ALL = Settings(layers=(Layer(select=("ALL",)),))


class Resident:
    """Checks files by path, and only what they changed."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._sources: Mapping[str, Source] = {}
        self._checked: Checked | None = None

    @property
    def project(self) -> Project:
        assert self._checked is not None
        assert self._checked.project is not None
        return self._checked.project

    def check(self, files: Mapping[str, str]) -> Outcome:
        known = {path: source for path, source in self._sources.items() if files.get(path) == source.text}
        sources = {path: known.get(path) or Source(path, text) for path, text in files.items()}
        before = self._checked
        facts = {path: module for path, module in before.facts.items() if path in known} if before else {}
        self._sources = sources
        self._checked = self._analysis.check(sources, facts, before)
        return self._checked.outcome

    def link(self, files: Mapping[str, str]) -> None:
        """As ``check``, before any rule is asked."""
        sources = {path: Source(path, text) for path, text in files.items()}
        facts = {path: module for path, module in self.project.facts.items() if files.get(path) == self._sources[path].text}
        link(self.project, sources, facts, self._analysis.extractor)

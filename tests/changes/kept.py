"""A project of which claims are kept from run to run, as the command line does it; here nothing is written to a disk."""

from collections.abc import Mapping
from hashlib import blake2b

from sessionlint.model.facts import ModuleFacts
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis, Checked
from sessionlint.run.kept import claims
from sessionlint.run.kept.keeping import claims_of
from sessionlint.run.kept.resuming import NoWayError, Resuming


class Kept:
    """Checks files by path; ``resumed`` counts the runs that went on from the one before, ``made`` holds the modules that the
    last one looked into."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._files: Mapping[str, str] = {}
        self._facts: dict[str, ModuleFacts] = {}
        self._words: frozenset[str] = frozenset()
        self._kept = ""
        self.resumed = 0
        self.made: frozenset[str] = frozenset()

    def check(self, files: Mapping[str, str]) -> Outcome:
        sources = {path: Source(path, text) for path, text in files.items()}
        checked = self._goes_on(files, sources) or self._afresh(files, sources)
        self._files = dict(files)
        return checked.outcome

    def _afresh(self, files: Mapping[str, str], sources: Mapping[str, Source]) -> Checked:
        checked = self._analysis.check(sources)
        assert checked.project is not None
        assert checked.found is not None
        self._facts = {path: checked.project.facts[path] for path in checked.project.modules}
        self._words = frozenset(checked.project.searched | checked.project.asked)
        self._kept = claims.dump(claims_of(checked.project, checked.found, lambda path: _digest(files[path])))
        self.made = frozenset(checked.project.modules)
        return checked

    def _goes_on(self, files: Mapping[str, str], sources: Mapping[str, Source]) -> Checked | None:
        """As the command line: only where all that changed are files that were parsed."""
        changed = {path for path, text in files.items() if self._files.get(path) != text}
        if not self._kept or files.keys() != self._files.keys() or not changed <= self._facts.keys():
            return None
        before = {path: self._facts[path] for path in changed}
        known = claims.load(self._kept)
        resuming = Resuming(self._analysis, known, sources, before, frozenset(), lambda path: _digest(files[path]), self._words)
        try:
            checked, kept = resuming.checked()
        except NoWayError:
            return None
        assert checked.project is not None
        self._kept = claims.dump(kept)
        self._facts |= {path: checked.project.facts[path] for path in changed}
        self.resumed += bool(changed)
        self.made = checked.project.made
        return checked


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

"""From what a run came to to what the Python API gives back."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sessionlint.api import records
from sessionlint.model.finding import Edit, Finding, Fix, Rule
from sessionlint.model.outcome import Outcome, Suppressed
from sessionlint.model.source import Place, Source


class _Teller:
    """Tells what was found in these texts."""

    def __init__(self, rules: Mapping[str, Rule], sources: Mapping[str, Source]) -> None:
        self._rules = rules
        self._sources = sources
        self._known: dict[str, Source] = {}  # those of a known outcome are decoded each time that they are asked for

    def finding(self, finding: Finding) -> records.Finding:
        rule = self._rules[finding.code]
        return records.Finding(
            finding.code,
            rule.name,
            finding.severity.value,
            finding.message,
            self._location(finding.place),
            tuple(records.Related(self._location(related.place), related.message) for related in finding.related),
            rule.why,
            finding.help,
            self._fix(finding.fix) if finding.fix is not None else None,
        )

    def suppressed(self, entry: Suppressed) -> records.Suppressed:
        comment = entry.suppression
        return records.Suppressed(self.finding(entry.finding), entry.path, comment.style, comment.reason)

    def _fix(self, fix: Fix) -> records.Fix:
        return records.Fix(fix.title, fix.applicability.value, tuple(map(self._edit, fix.edits)))

    def _edit(self, edit: Edit) -> records.Edit:
        return records.Edit(self._location(edit.place), edit.text)

    def _location(self, place: Place) -> records.Location:
        source = self._known.get(place.path) or self._known.setdefault(place.path, self._sources[place.path])
        start, end = source.position(place.span.start), source.position(place.span.end)
        return records.Location(place.path, start.line, start.column, end.line, end.column)


def told(
    folder: Path, outcome: Outcome, sources: Mapping[str, Source], warnings: Sequence[str], text_path: str | None = None
) -> records.Report:
    """The report of a run on the project in ``folder``."""
    teller = _Teller(outcome.rules, sources)
    return records.Report(
        project=folder,
        findings=tuple(map(teller.finding, outcome.findings)),
        suppressed=tuple(map(teller.suppressed, outcome.suppressed)),
        skipped=tuple(records.Skipped(each.path, each.reason) for each in outcome.skipped),
        notes=outcome.notes,
        warnings=tuple(warnings),
        errors=outcome.errors,
        checked=outcome.checked,
        text_path=text_path,
    )

"""Findings as an editor shows them."""

from collections.abc import Mapping
from pathlib import Path

from lsprotocol.types import Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location

from sessionlint.model.finding import Finding, Severity
from sessionlint.model.source import Place, Source
from sessionlint.server.positions import Positions

SOURCE = "sessionlint"
_SEVERITIES = {
    Severity.ERROR: DiagnosticSeverity.Error,
    Severity.WARNING: DiagnosticSeverity.Warning,
    Severity.INFO: DiagnosticSeverity.Information,
}


class Shown:
    """How a project's findings look to one client: ``uris`` are what it calls its open files, by path."""

    def __init__(self, folder: Path, sources: Mapping[str, Source], positions: Positions, uris: Mapping[str, str]) -> None:
        self._folder = folder
        self._sources = sources
        self.positions = positions
        self._uris = uris

    def uri(self, path: str) -> str:
        """What the client calls a file."""
        return self._uris.get(path) or (self._folder / path).as_uri()

    def location(self, place: Place) -> Location:
        """A place in whichever file."""
        return Location(self.uri(place.path), self.positions.range(self._sources[place.path], place.span))

    def diagnostic(self, finding: Finding) -> Diagnostic:
        """A finding, with the other places of its story."""
        return Diagnostic(
            range=self.location(finding.place).range,
            message=f"{finding.message}\n{finding.help}" if finding.help else finding.message,
            severity=_SEVERITIES[finding.severity],
            code=finding.code,
            source=SOURCE,
            related_information=[
                DiagnosticRelatedInformation(self.location(related.place), related.message) for related in finding.related
            ],
        )

"""What a check comes to: its exit code, and the warnings that it may have."""

from collections.abc import Iterator, Sequence

from sessionlint.model.finding import Finding, Severity
from sessionlint.run.settings.settings import Settings


def fails(findings: Sequence[Finding], settings: Settings) -> bool:
    """Whether ``findings`` are worse than ``fail-on`` and ``max-warnings`` let pass."""
    if settings.fail_on == "never":
        return False
    bar = Severity(settings.fail_on).rank
    failing = {finding.severity for finding in findings if finding.severity.rank <= bar}
    if settings.max_warnings is not None:
        failing.discard(Severity.WARNING)
    return bool(failing) or any(too_many_warnings(findings, settings))


def too_many_warnings(findings: Sequence[Finding], settings: Settings) -> Iterator[str]:
    """A line that says so, if there are."""
    warnings = sum(finding.severity is Severity.WARNING for finding in findings)
    if settings.max_warnings is not None and warnings > settings.max_warnings and settings.fail_on != "never":
        yield f"{warnings} warning{'' if warnings == 1 else 's'}, and max-warnings is {settings.max_warnings}."

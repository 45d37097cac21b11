"""What other programs may import, by way of ``sessionlint`` itself: what is here keeps its name and its meaning."""

from sessionlint.api.checking import check, check_text, fix
from sessionlint.api.project import Project
from sessionlint.api.records import Change, Edit, Finding, Fix, Fixed, Location, Related, Report, Skipped, Suppressed
from sessionlint.run.errors import UsageError

__all__ = [
    "Change",
    "Edit",
    "Finding",
    "Fix",
    "Fixed",
    "Location",
    "Project",
    "Related",
    "Report",
    "Skipped",
    "Suppressed",
    "UsageError",
    "check",
    "check_text",
    "fix",
]

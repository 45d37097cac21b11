"""sessionlint: finds the ways in which SQLAlchemy sessions are opened, shared, leaked, mistyped and closed wrongly.

``docs/api.md`` tells what of this other programs may use; it is imported with the first name that is asked for.
"""

__version__ = "0.1.0"

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

TYPE_CHECKING = False  # to ask typing for it would cost more than all that is imported here

if TYPE_CHECKING:
    from sessionlint.api import (
        Change,
        Edit,
        Finding,
        Fix,
        Fixed,
        Location,
        Project,
        Related,
        Report,
        Skipped,
        Suppressed,
        UsageError,
        check,
        check_text,
        fix,
    )
else:

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from sessionlint import api

        return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""SES004: a ``sessionlint:`` comment that cannot be understood.

Why: it looks like a suppression and does nothing. Fix safety: there is no fix.
"""

from collections.abc import Iterator

from sessionlint.model.finding import Finding
from sessionlint.model.source import Place
from sessionlint.rules.linter.malformed_suppression import RULE
from sessionlint.sift.comments import Comments, expiry

_HELP = "Write `# sessionlint: ignore[SES301] until=2027-01-31 -- reason`; `until` and the reason may be left out."


def check_comments(comments: Comments) -> Iterator[Finding]:
    for path, suppression in comments:
        problem = suppression.problem
        if problem is None and suppression.until is not None and expiry(suppression) is None:
            problem = f"`until={suppression.until}` is not a date"
        if problem is not None:
            yield RULE.finding(Place(path, suppression.span), problem, help=_HELP)

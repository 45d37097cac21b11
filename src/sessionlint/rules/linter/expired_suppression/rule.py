"""SES005: the ``until=`` date of a suppression is past, so it hides nothing any more.

Why: whoever wrote the date promised to be done by then. Fix safety: there is no fix; mend the finding or move the date.
"""

from collections.abc import Iterator

from sessionlint.model.finding import Finding
from sessionlint.model.source import Place
from sessionlint.rules.linter.expired_suppression import RULE
from sessionlint.sift.comments import Comments, expiry, holds


def check_comments(comments: Comments) -> Iterator[Finding]:
    for path, suppression in comments:
        if suppression.problem is None and not holds(suppression, comments.today):
            yield RULE.finding(
                Place(path, suppression.span),
                f"this suppression expired on {expiry(suppression)} and hides nothing any more",
                help="Mend what it hid, then remove the comment; or give it a new date.",
            )

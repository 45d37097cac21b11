"""SES006: a suppression without a reason, where the project asks for one (``require-reason = true``).

Why: a year later nobody knows whether it may go. Fix safety: there is no fix; only the author knows the reason.
"""

from collections.abc import Iterator

from sessionlint.model.facts import Suppression
from sessionlint.model.finding import Finding
from sessionlint.model.source import Place
from sessionlint.rules.linter.missing_suppression_reason import RULE
from sessionlint.sift.comments import Comments, is_ours


def check_comments(comments: Comments) -> Iterator[Finding]:
    if not comments.require_reason:
        return
    for path, suppression in comments:
        if suppression.problem is None and not suppression.reason and _names_our_rules(suppression):
            yield RULE.finding(
                Place(path, suppression.span),
                "this suppression gives no reason",
                help="Write `# sessionlint: ignore[SES301] -- reason`; a `noqa` has no place for one.",
            )


def _names_our_rules(suppression: Suppression) -> bool:
    """Whether the comment is for us: a ``noqa`` without codes, or with those of others, is not."""
    return suppression.style != "noqa" or any(is_ours(suppression, code) for code in suppression.codes)

"""SES003: a suppression names a rule that does not exist.

Why: a misspelt code hides nothing, and the finding it was meant for stays. Fix safety: there is no fix; which rule was
meant is for the author to say.
"""

from collections.abc import Iterator
from functools import lru_cache

from sessionlint.model.finding import Finding, Rule, Severity
from sessionlint.model.source import Place
from sessionlint.rules.comments import Comments, is_ours

RULE = Rule(
    code="SES003",
    name="unknown-suppression",
    severity=Severity.WARNING,
    why="A suppression that names no rule hides nothing.",
)


def check_comments(comments: Comments) -> Iterator[Finding]:
    known = tuple(word for rule in comments.rules for word in (rule.code, rule.name))
    for path, suppression in comments:
        if suppression.problem is not None:
            continue
        for code, span in zip(suppression.codes, suppression.code_spans, strict=True):
            if is_ours(suppression, code) and not comments.named(code):
                yield Finding(RULE.code, Place(path, span), f"there is no rule {code}", RULE.severity, help=_help(code, known))


@lru_cache(maxsize=1024)
def _help(code: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(code.upper() if code.upper().startswith("SES") else code.lower(), known, n=1)
    return f"Did you mean {close[0]}?" if close else "`sessionlint rule --all` lists the rules."

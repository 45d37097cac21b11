"""SES003: a suppression names a rule that does not exist, or that is called otherwise now.

Why: a misspelt code hides nothing, and the finding it was meant for stays. Fix safety: there is no fix; which rule was
meant is for the author to say.
"""

from collections.abc import Iterator

from sessionlint.model.finding import Finding, Severity
from sessionlint.model.source import Place
from sessionlint.rules.linter.unknown_suppression import RULE
from sessionlint.sift.comments import Comments, is_ours
from sessionlint.sift.naming import is_former, renamed

_NO_HINT = "`sessionlint rule --all` lists the rules."
# to look for a name that is close takes long, and nobody mistypes more than these
_MOST_HINTS = 200


def check_comments(comments: Comments) -> Iterator[Finding]:
    known = [word for rule in comments.rules for word in (rule.code, rule.name)]
    hints: dict[str, str] = {}
    for path, suppression in comments:
        if suppression.problem is not None:
            continue
        for code, span in zip(suppression.codes, suppression.code_spans, strict=True):
            if not is_ours(suppression, code):
                continue
            if not (named := comments.named(code)):
                if code not in hints and len(hints) < _MOST_HINTS:
                    hints[code] = _help(code, known)
                yield RULE.finding(Place(path, span), f"there is no rule {code}", help=hints.get(code, _NO_HINT))
            elif is_former(code, named[0]):
                told = renamed(code, named[0])
                yield RULE.finding(Place(path, span), told, severity=Severity.INFO, help=f"Write {named[0].code}.")


def _help(code: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(code.upper() if code.upper().startswith("SES") else code.lower(), known, n=1)
    return f"Did you mean {close[0]}?" if close else _NO_HINT

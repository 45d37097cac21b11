"""SES002: a comment that suppresses nothing.

Why: it hides the next real finding on its line. Fix safety: safe, only the comment changes.
"""

from collections.abc import Iterator

from sessionlint.model.facts import Suppression
from sessionlint.model.finding import Applicability, Edit, Finding, Fix
from sessionlint.model.source import Place, Source, Span
from sessionlint.rules.linter.unused_suppression import RULE
from sessionlint.sift.comments import WHOLE, Comments, holds


def check_comments(comments: Comments) -> Iterator[Finding]:
    for path, suppression in comments:
        if not holds(suppression, comments.today):
            continue
        unused = comments.unused(path, suppression)
        if unused:
            yield RULE.finding(
                Place(path, suppression.span),
                _message(suppression, unused),
                fix=_removal(comments.sources[path], suppression, unused),
            )


def _message(suppression: Suppression, unused: tuple[int, ...]) -> str:
    if WHOLE in unused:
        return "this comment suppresses nothing"
    codes = ", ".join(suppression.codes[index] for index in unused)
    return f"this comment suppresses no {codes}"


def _removal(source: Source, suppression: Suppression, unused: tuple[int, ...]) -> Fix:
    if WHOLE in unused or len(unused) == len(suppression.codes):
        return Fix("Remove the comment", (_without_comment(source, suppression.span),), Applicability.SAFE)
    kept = [code for index, code in enumerate(suppression.codes) if index not in unused]
    first, second, last = suppression.code_spans[0], suppression.code_spans[1], suppression.code_spans[-1]
    separator = source.text[first.end : second.start]
    edit = Edit(Place(source.path, Span(first.start, last.end)), separator.join(kept))
    return Fix(f"Remove {', '.join(suppression.codes[index] for index in unused)}", (edit,), Applicability.SAFE)


def _without_comment(source: Source, span: Span) -> Edit:
    """Removes the comment with the blanks before it, and its line too when nothing else stands there.

    A comment that says more (``# noqa: SES301 and # type: ignore``) keeps the rest.
    """
    line = source.line_span(source.position(span.start).line)
    before, after = source.text[line.start : span.start], source.text[span.end : line.end]
    if after.strip():
        rest = after.lstrip()
        return Edit(Place(source.path, Span(span.start, line.end)), rest if rest.startswith("#") else f"# {rest}")
    if before.strip():
        return Edit(Place(source.path, Span(line.start + len(before.rstrip()), line.end)), "")
    return Edit(Place(source.path, Span(line.start, _behind_newline(source, line.end))), "")


def _behind_newline(source: Source, end: int) -> int:
    newline = source.text[end : end + 2]
    return end + (2 if newline == "\r\n" else len(newline[:1]))

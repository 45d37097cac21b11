"""Comments that hide findings, put where they cover the statements of these."""

from collections import defaultdict
from collections.abc import Iterable

from sessionlint.edits.apply import apply_edits
from sessionlint.model.finding import Edit, Finding
from sessionlint.model.source import Place, Source, Span
from sessionlint.text.lines import lines_of
from sessionlint.text.logical_lines import LogicalLines

_LONGEST = 100  # characters of a line that gets the comment at its end


def with_comments(source: Source, findings: Iterable[Finding], reason: str) -> str:
    """The text with a comment for each statement in which one of ``findings`` has its place."""
    logical = LogicalLines(source.text)
    codes: defaultdict[Span, set[str]] = defaultdict(set)
    for finding in findings:
        if (statement := logical.holding(finding.place.span.start)) is not None:
            codes[statement].add(finding.code)
    return apply_edits(source.text, [_comment(source, line, sorted(codes[line]), reason) for line in sorted(codes)])


def _comment(source: Source, statement: Span, codes: list[str], reason: str) -> Edit:
    """At the end of the statement; above it where there is a comment already, which may be for others, or too little room."""
    comment = f"# sessionlint: ignore[{', '.join(codes)}]{f' -- {reason}' if reason else ''}"
    lines = lines_of(source.text)
    start, end = lines.start(statement.end), lines.end(statement.end)
    is_free = not source.text[statement.end : end].strip()
    if is_free and statement.end - start + len(f"  {comment}") <= _LONGEST:
        return Edit(Place(source.path, Span(statement.end, end)), f"  {comment}")
    above = f"{comment}{lines.newline}{lines.indent(statement.start)}"
    return Edit(Place(source.path, Span(statement.start, statement.start)), above)

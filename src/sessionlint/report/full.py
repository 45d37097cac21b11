"""The default format: each finding with its excerpt, the related places with theirs, why it matters, help, and the fix.

::

    SES301 bare-session [error] [*]: Nothing closes the session that SessionLocal() opens.
      --> src/app/users.py:12:10
       |
    12 |     db = SessionLocal()
       |          ^^^^^^^^^^^^^^
    note: the factory is built here
      --> src/app/db.py:8:16
       |
     8 | SessionLocal = sessionmaker(bind=engine)
       |                -------------------------
    why: ...
    help: ...
    fix (safe): Open the session in a with block
       |
       | -     db = SessionLocal()
    12 | +     with SessionLocal() as db:

What a rule says is printed once: its later findings leave out the reason, and the help and the change where they are the same.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from sessionlint.edits.apply import OverlapError
from sessionlint.model.finding import Applicability, Finding, Fix
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Place, Source
from sessionlint.report.colour import Style
from sessionlint.report.excerpt import Excerpt, clip, excerpt_of, excerpt_rows, first_shown, row
from sessionlint.report.look import Look
from sessionlint.report.places import start_of
from sessionlint.report.proposal import ChangedLine, proposed_changes
from sessionlint.report.visible import visible, wrap

_MOST_CHANGED_LINES = 40

_Proposal = list[tuple[str, list[ChangedLine]]]


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    told = _Told()
    return "".join("\n".join(_finding(finding, outcome, sources, look, told)) + "\n\n" for finding in outcome.findings)


class _Told:
    """What was printed so far, and need not be again."""

    def __init__(self) -> None:
        self._told: set[tuple[Hashable, ...]] = set()

    def is_new(self, *what: Hashable) -> bool:
        """Whether this is the first time that somebody asks."""
        is_new = what not in self._told
        self._told.add(what)
        return is_new


def _finding(finding: Finding, outcome: Outcome, sources: Mapping[str, Source], look: Look, told: _Told) -> Iterator[str]:
    primary = _excerpt(finding.place, sources, 1, "^", finding.severity.value)
    related = [_excerpt(related.place, sources, 0, "-", "info") for related in finding.related]
    is_new_fix = finding.fix is not None and told.is_new(finding.code, finding.fix)
    proposal = _proposal(finding.fix, sources) if is_new_fix else []
    gutter = _gutter([primary, *related], proposal)
    rule = outcome.rules.get(finding.code)
    yield from _headline(finding, rule.name if rule else "", look)
    yield from _place(finding.place, primary, sources, gutter, look)
    for note, excerpt in zip(finding.related, related, strict=True):
        yield from _prose("note", note.message, "info", look)
        yield from _place(note.place, excerpt, sources, gutter, look)
    if rule and rule.why and told.is_new(finding.code, "why"):
        yield from _prose("why", rule.why, "strong", look)
    if finding.help and told.is_new(finding.code, "help", finding.help):
        yield from _prose("help", finding.help, "info", look)
    if finding.fix:
        title = finding.fix.title if is_new_fix else f"{finding.fix.title}, as shown above"
        yield from _prose(_fix_label(finding.fix, look), title, "strong", look)
        yield from _changes(proposal, gutter, look)


def _headline(finding: Finding, name: str, look: Look) -> Iterator[str]:
    mark = " [*]" if look.fixable(finding.fix) else ""
    label = " ".join(filter(None, [finding.code, name, f"[{finding.severity.value}]{mark}"]))
    first, *rest = wrap(finding.message, look.width, f"{label}: ", "    ")
    yield look.paint(label, finding.severity.value) + look.paint(first[len(label) :], "strong")
    yield from (f"    {look.paint(line[4:], 'strong')}" for line in rest)


def _prose(label: str, text: str, style: Style, look: Look) -> Iterator[str]:
    first, *rest = wrap(text, look.width, f"{label}: ", "    ")
    yield look.paint(label, style) + first[len(label) :]
    yield from rest


def _excerpt(place: Place, sources: Mapping[str, Source], context: int, marker: str, style: Style) -> Excerpt | None:
    source = sources.get(place.path)
    return excerpt_of(source, place.span, context, marker, style) if source else None


def _gutter(excerpts: Sequence[Excerpt | None], proposal: _Proposal) -> int:
    """The width of the longest line number, so that all bars of a finding stand in one column."""
    numbers = [str(excerpt.last) for excerpt in excerpts if excerpt]
    numbers += [line.number for _, lines in proposal for line in lines]
    return max(map(len, numbers), default=1)


def _place(place: Place, excerpt: Excerpt | None, sources: Mapping[str, Source], gutter: int, look: Look) -> Iterator[str]:
    start = start_of(place, sources)
    yield f"{_arrow(gutter, look)} {visible(look.shown_path(place.path))}:{start.line}:{start.column}"
    if excerpt:
        yield row("", "", gutter, look)
        yield from excerpt_rows(excerpt, gutter, look)


def _arrow(gutter: int, look: Look) -> str:
    return look.paint(" " * gutter + "-->", "gutter")


def _proposal(fix: Fix | None, sources: Mapping[str, Source]) -> _Proposal:
    try:
        return proposed_changes(fix, sources) if fix else []
    except OverlapError:  # a rule's mistake; the pipeline reports it when it tries the fix
        return []


def _fix_label(fix: Fix, look: Look) -> str:
    if fix.applicability is Applicability.DISPLAY:
        return "suggestion (yours to make)"
    if fix.applicability is Applicability.UNSAFE and not look.unsafe_fixes:
        return "fix (unsafe, needs --unsafe-fixes)"
    return f"fix ({fix.applicability.value})"


def _changes(proposal: _Proposal, gutter: int, look: Look) -> Iterator[str]:
    left = _MOST_CHANGED_LINES
    for path, lines in proposal:
        if len(proposal) > 1:
            yield f"{_arrow(gutter, look)} {visible(look.shown_path(path))}"
        yield row("", "", gutter, look)
        yield from (_changed(line, gutter, look) for line in lines[:left])
        left = max(0, left - len(lines))
    hidden = sum(len(lines) for _, lines in proposal) - _MOST_CHANGED_LINES
    if hidden > 0:
        yield row("", f"... {hidden} more lines; --diff shows all", gutter, look)


def _changed(line: ChangedLine, gutter: int, look: Look) -> str:
    styles: dict[str, Style] = {"+": "added", "-": "removed"}
    columns = look.source_width - gutter - len(" | ") - 2
    text = f"{line.sign} {clip(line.text, columns, _first_shown(line, columns))}".rstrip()
    style = styles.get(line.sign)
    return row(line.number, look.paint(text, style) if style else text, gutter, look)


def _first_shown(line: ChangedLine, columns: int) -> int:
    """Where the line has to begin for the change to be seen, in it and in the one that it stands against."""
    if line.other is None:
        return 0
    other = replace(line, text=line.other, other=line.text)
    return max(first_shown(each.text, *each.changed, columns) for each in (line, other))

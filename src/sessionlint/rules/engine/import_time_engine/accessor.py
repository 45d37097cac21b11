"""A module-level value becomes a function that builds it once: ``@cache def get_engine(): return create_engine(...)``."""

from collections.abc import Iterable, Sequence

from sessionlint.edits.apply import apply_edits
from sessionlint.edits.removal import CannotError, Cut, without_blank_lines_before
from sessionlint.model.facts import Assign, Call, Name, Statement
from sessionlint.model.finding import Edit
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place, Source, Span
from sessionlint.text.lines import Lines, lines_of


@dataclass(frozen=True, slots=True, eq=False)
class Accessor:
    """What is to be written: ``statement`` and the ``settings`` it alone needs become the function ``name``.

    ``cache`` and ``returns`` are the spellings of the decorator and of the annotation (None: none); ``inside`` are the
    edits of others that lie in the statements.
    """

    name: str
    statement: Assign
    settings: Sequence[Statement]
    cache: str
    returns: str | None
    inside: Sequence[Edit]


def accessor_edits(source: Source, accessors: Sequence[Accessor]) -> list[Edit]:
    """The edits that turn statements of a module's own level into functions. Raises CannotError."""
    lines = lines_of(source.text)
    cuts = [_cut(lines, each) for one in accessors for each in one.settings]
    edits = [Edit(Place(source.path, Span(cut.start, cut.end)), cut.text) for cut in cuts]
    starts = {_top(lines, one.statement) for one in accessors}
    for one in accessors:
        if not lines.stands_alone(one.statement.span):
            raise CannotError
        edits += _edits(source, lines, one, cuts, starts)
    return edits


def _cut(lines: Lines, statement: Statement) -> Cut:
    """The lines of a statement with the comments right above it. Raises CannotError."""
    if not lines.stands_alone(statement.span):
        raise CannotError
    return without_blank_lines_before(lines, Cut(_top(lines, statement), lines.next(statement.span.end)))


def _edits(source: Source, lines: Lines, one: Accessor, cuts: Sequence[Cut], starts: set[int]) -> Iterable[Edit]:
    span, top = one.statement.span, _top(lines, one.statement)
    before = lines.newline * _missing_above(lines, top, cuts)
    text = _function(source, lines, one)
    if top == span.start:
        yield Edit(Place(source.path, span), before + text)
    else:
        yield Edit(Place(source.path, Span(top, top)), before)
        yield Edit(Place(source.path, span), text)
    end = lines.next(span.end)
    missing = _missing_below(lines, end, starts)
    if missing:
        yield Edit(Place(source.path, Span(end, end)), lines.newline * missing)


def _top(lines: Lines, statement: Statement) -> int:
    """Where the comments right above a statement begin, or the statement itself."""
    top = lines.start(statement.span.start)
    while top and lines.text.startswith("#", lines.margin(above := lines.start(top - 1))):
        top = above
    return top


def _missing_above(lines: Lines, top: int, cuts: Sequence[Cut]) -> int:
    """How many blank lines of two are missing above ``top``, once ``cuts`` are gone."""
    found, at = 0, top
    while at:
        at = lines.start(at - 1)
        if any(cut.start <= at < cut.end for cut in cuts):
            continue
        if not lines.is_blank(at):
            return max(0, 2 - found)
        found += 1
    return 0


def _missing_below(lines: Lines, end: int, starts: set[int]) -> int:
    """How many are missing below; those above another accessor are its own business."""
    found, at = 0, end
    while at < len(lines.text) and lines.is_blank(at):
        found, at = found + 1, lines.next(at)
    return 0 if at >= len(lines.text) or at in starts else max(0, 2 - found)


def _function(source: Source, lines: Lines, one: Accessor) -> str:
    unit, newline = lines.indent_unit, lines.newline
    arrow = f" -> {one.returns}" if one.returns else ""
    head = [f"@{one.cache}", f"def {one.name}(){arrow}:"]
    inlined = _inlined(source, lines, one)
    if inlined is not None:
        return newline.join([*head, f"{unit}return {inlined}"])
    lines_of_settings = [Span(lines.margin(_top(lines, each)), lines.end(each.span.end)) for each in one.settings]
    prepared = [unit + _moved(source, lines, span, unit, one.inside) for span in lines_of_settings]
    value = _moved(source, lines, _value_span(source, one.statement), unit, one.inside)
    return newline.join([*head, *prepared, f"{unit}return {value}"])


def _value_span(source: Source, statement: Assign) -> Span:
    """The value with the parentheses around it."""
    assert statement.value is not None
    known = statement.annotation or statement.targets[-1]
    gap = source.text[known.span.end : statement.value.span.start]
    start = known.span.end + gap.index("=") + 1
    between = source.text[start : statement.value.span.start]
    return Span(start + len(between) - len(between.lstrip(" \t\\\r\n")), statement.span.end)


def _moved(source: Source, lines: Lines, span: Span, unit: str, inside: Sequence[Edit]) -> str:
    """The text of ``span`` for a place that is ``unit`` deeper, with the edits that lie in it."""
    edits = [
        Edit(Place("", Span(one.place.span.start, one.place.span.end)), one.text)
        for one in inside
        if span.contains(one.place.span)
    ]
    start = lines.next(span.start)
    while start < span.end:
        if not lines.is_blank(start) and not lines.inside_string(start):
            margin = lines.margin(start)
            edits.append(Edit(Place("", Span(margin, margin)), unit))
        start = lines.next(start)
    moved = [Edit(Place("", Span(one.place.span.start - span.start, one.place.span.end - span.start)), one.text) for one in edits]
    return apply_edits(source.text[slice(*span)], moved)


def _inlined(source: Source, lines: Lines, one: Accessor) -> str | None:
    """``create_engine(URL)`` with ``URL = os.environ["URL"]`` written in its place, where that is all there is to it."""
    value = one.statement.value
    if len(one.settings) != 1 or not isinstance(one.settings[0], Assign) or not isinstance(value, Call):
        return None
    setting = one.settings[0]
    span = _value_span(source, setting)
    given = [each.term for each in value.args if not each.star]
    places = [each.span for each in given if isinstance(each, Name) and each.id == getattr(setting.targets[0], "id", None)]
    name = source.text[slice(*setting.targets[0].span)]
    uses = [token for token in lines.tokens_in(value.span) if token.text == name]
    text = source.text[slice(*span)]
    commented = _top(lines, setting) != setting.span.start or lines.comment_behind(setting.span.end)
    if len(places) != 1 or len(uses) != 1 or "\n" in text or commented:
        return None
    edit = Edit(Place(source.path, places[0]), text)
    return _moved(source, lines, _value_span(source, one.statement), lines.indent_unit, [*one.inside, edit])

"""From ``create_engine("sqlite://")`` to one that all threads share."""

from sessionlint.edits.arguments import add_arguments
from sessionlint.edits.imports import import_name
from sessionlint.link.names.scopes import Site
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Call, Constant, Mapping
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Source, Span
from sessionlint.text.lines import lines_of

_OTHER_POOLS = frozenset({"pool", "poolclass", "pool_size", "max_overflow", "pool_timeout", "pool_use_lifo", "pool_recycle"})
_SAME_THREAD = "check_same_thread"


def static_pool_fix(project: Project, site: Site) -> Fix | None:
    """Give the engine built at ``site`` a StaticPool; None where its arguments speak of another pool or cannot be seen."""
    call, module = site.term, site.scope.module
    assert isinstance(call, Call)
    if any(given.star or given.keyword in _OTHER_POOLS for given in call.args):
        return None
    source = project.source(site.scope)
    shared = _shared_by_threads(source, call)
    if shared is None:
        return None
    alternatives = (("sqlalchemy", "StaticPool"), ("sqlmodel.pool", "StaticPool"))
    imported = import_name(module.facts, source, "sqlalchemy.pool", "StaticPool", call.span, alternatives=alternatives)
    if imported is None:
        return None
    written, edits = shared
    added = add_arguments(source, call, [*written, f"poolclass={imported.spelling}"])
    if added is None:
        return None
    return Fix("share one connection: `poolclass=StaticPool`", (*edits, *added, *imported.edits), Applicability.UNSAFE)


def _shared_by_threads(source: Source, call: Call) -> tuple[list[str], list[Edit]] | None:
    """What lets all threads use the connection: arguments to add, or edits of ``connect_args``; None when that cannot be done."""
    given = walk.argument(call, None, "connect_args")
    if given is None:
        return ['connect_args={"check_same_thread": False}'], []
    if not isinstance(given, Mapping) or any(not isinstance(key, Constant) for key, _ in given.items):
        return None
    chosen = next((value for key, value in given.items if isinstance(key, Constant) and key.value == _SAME_THREAD), None)
    if chosen is not None:
        return ([], []) if isinstance(chosen, Constant) and chosen.value is False else None
    return [], [_first_entry(source, given, f'"{_SAME_THREAD}": False')]


def _first_entry(source: Source, mapping: Mapping, entry: str) -> Edit:
    """Put ``entry`` ahead of the others: whatever stands behind them (a comma, a comment) stays."""
    lines, inside = lines_of(source.text), mapping.span.start + 1
    key = mapping.items[0][0] if mapping.items else None
    if key is None:
        text = entry
    elif source.text[inside : lines.end(inside)].strip():
        text = f"{entry}, "
    else:
        text = f"{lines.newline}{lines.indent(key.span.start)}{entry},"
    return Edit(Place(source.path, Span(inside, inside)), text)

"""A query that loads a relationship together with its objects."""

from sessionlint.edits.arguments import add_arguments
from sessionlint.edits.imports import change_imports
from sessionlint.edits.wanted import Wanted
from sessionlint.link.names.scopes import FunctionScope, ValueBinding
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Name, Term
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Span

_GETS = frozenset({"get", "get_one"})


def load_eagerly(project: Project, origin: Call | None, where: FunctionScope | None, written: str, attribute: str) -> Fix | None:
    """Put ``selectinload(written.attribute)`` among the options of the query that ``origin``, in ``where``, runs."""
    if origin is None or where is None or not origin.args:
        return None
    wanted = Wanted("sqlalchemy.orm", "selectinload", at=origin.span)
    imports = change_imports(where.module.facts, project.source(where), add=[wanted])
    if imports is None:
        return None
    option = f"{imports.spellings[wanted]}({written}.{attribute})"
    edits = _in_get(project, origin, where, option) if _is_get(origin) else _in_query(origin, where, written, option)
    if edits is None:
        return None
    return Fix(f"load `{attribute}` with the query", (*edits, *imports.edits), Applicability.UNSAFE)


def _is_get(call: Call) -> bool:
    return isinstance(call.func, Attribute) and call.func.attr in _GETS


def _in_get(project: Project, call: Call, where: FunctionScope, option: str) -> tuple[Edit, ...] | None:
    if walk.argument(call, None, "options") is not None or any(given.star for given in call.args):
        return None
    return add_arguments(project.source(where), call, [f"options=[{option}]"])


def _in_query(origin: Call, where: FunctionScope, written: str, option: str) -> tuple[Edit, ...] | None:
    """Behind ``select(Shop)`` or ``db.query(Shop)``."""
    is_query = isinstance(origin.func, Attribute) and origin.func.attr == "query"
    begins = origin if is_query else _select(origin.args[0].term, where)
    if begins is None or not begins.args or walk.dotted(begins.args[0].term) != written:
        return None
    return (Edit(Place(where.module.path, Span(begins.span.end, begins.span.end)), f".options({option})"),)


def _select(statement: Term, where: FunctionScope) -> Call | None:
    """The ``select(...)`` that a statement begins with, there or where its only name is bound."""
    if isinstance(statement, Name):
        match where.bindings.get(statement.id, ()):
            case [ValueBinding(value=Call() as built)]:
                statement = built
            case _:
                return None
    while isinstance(statement, Call) and isinstance(statement.func, Attribute) and isinstance(statement.func.value, Call):
        statement = statement.func.value
    return statement if isinstance(statement, Call) else None

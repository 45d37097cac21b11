"""DDL on a second connection while a session of the same engine holds a transaction in the same body."""

import re
from collections.abc import Iterator, Sequence

from sessionlint.link.names.scopes import EnteredBinding, ModuleScope, Scope, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Constant, Name, Term
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.model.source import Place
from sessionlint.questions.engines.urls import engine_urls
from sessionlint.questions.references.definitions import written_for
from sessionlint.questions.sessions.handed import events_around
from sessionlint.questions.sessions.makers import makers_of
from sessionlint.questions.sessions.open_transactions import OPEN, asks, sessions_in, standings_at

_DROPPING = frozenset({"drop_all", "drop"})
_RUNNING = frozenset({"execute", "exec_driver_sql"})
_CONNECTING = frozenset({"connect", "begin"})
_DDL = regex(r"\s*(?:drop|truncate|alter)\s+(?:table|schema|type|index|view|sequence|\w)", re.IGNORECASE)
_WORDS = ("drop", "truncate", "alter", "DROP", "TRUNCATE", "ALTER", "Drop", "Truncate", "Alter")


@dataclass(frozen=True, slots=True, eq=False)
class Blocked:
    """``site`` drops or changes tables through another connection than that of the session ``name``, whose transaction ``since``
    has begun."""

    site: Site
    does: str
    name: str
    since: Place


def blocked_ddl(project: Project, module: ModuleScope) -> Iterator[Blocked]:
    """Each such call of a module, with the first session that holds it up."""
    sessions = sessions_in(project, module)
    if not sessions or not any(project.mentions(module, word) for word in _WORDS):
        return
    for scope, names in sessions.items():
        found = list(_ddl(project, scope))
        for name in sorted(names) if found else ():
            standings = standings_at(project, scope, name, [site.statement for site, _, _ in found])
            for site, does, engine in found:
                if standings[site.statement] == OPEN and _is_of(project, scope, name, engine):
                    since = _since(project, scope, name, site)
                    if since is not None:
                        yield Blocked(site, does, name, since)


def _since(project: Project, scope: Scope, name: str, site: Site) -> Place | None:
    asking = [event.place for event in events_around(project, scope, name) if asks(event)]
    return next((place for place in reversed(asking) if place.span.start < site.term.span.start), None)


# --- DDL --------------------------------------------------------------------------------------------------------------


def _ddl(project: Project, scope: Scope) -> Iterator[tuple[Site, str, Term]]:
    """What drops or changes tables in a body, and the engine (or the session that tells it) through which it does."""
    for site in project.calls_in(scope):
        call = site.term
        if not isinstance(call, Call) or not isinstance(call.func, Attribute) or site.in_lambda:
            continue
        found = _of_call(project, call, call.func, scope)
        if found is not None and (engine := _engine(project, found[1], scope)) is not None:
            yield site, found[0], engine


def _of_call(project: Project, call: Call, func: Attribute, scope: Scope) -> tuple[str, Term] | None:
    given = walk.argument(call, 0, "bind")
    if func.attr in _DROPPING and given is not None:
        return f"`{func.attr}()`", given
    if func.attr == "run_sync" and isinstance(given, Attribute) and given.attr in _DROPPING:
        return f"`{given.attr}()`", func.value
    if func.attr in _RUNNING and call.args and (text := _text(project, call.args[0].term, scope)) is not None:
        return (f"`{text.split()[0].upper()}`", func.value) if _DDL.match(text) else None
    return None


def _text(project: Project, term: Term, scope: Scope) -> str | None:
    if isinstance(term, Call) and (walk.dotted(term.func) or "").rpartition(".")[2] in ("text", "DDL") and term.args:
        term = term.args[0].term
    found = written_for(project, term, scope)
    value = found[0].value if found is not None and isinstance(found[0], Constant) else None
    return value if isinstance(value, str) and value.strip() else None


def _engine(project: Project, term: Term, scope: Scope) -> Term | None:
    """The engine behind what DDL is given: itself, that of a connection which was taken from one, or ``session.get_bind()``."""
    match project.kind(term, scope), term:
        case kinds.Engine(), _:
            return term
        case kinds.Connection(), Name(id=name):
            opened = (binding.value for binding in scope.bindings.get(name, ()) if isinstance(binding, EnteredBinding))
            funcs = [call.func for call in opened if isinstance(call, Call) and isinstance(call.func, Attribute)]
            return funcs[0].value if len(funcs) == 1 and funcs[0].attr in _CONNECTING else None
        case _, Call(func=Attribute(value=session, attr="get_bind"), args=()) | Attribute(value=session, attr="bind"):
            return session if isinstance(project.kind(session, scope), kinds.Session) else None
        case _:
            return None


# --- the same engine --------------------------------------------------------------------------------------------------


def _is_of(project: Project, scope: Scope, name: str, engine: Term) -> bool:
    """Whether the session ``name`` is surely one of ``engine``, which locks tables as PostgreSQL and MySQL do."""
    if walk.dotted(engine) == name:
        return True
    found = project.kind(engine, scope)
    if not isinstance(found, kinds.Engine) or _is_sqlite(project, found.origin):
        return False
    binds = _binds(project, scope, name)
    return bool(binds) and all(_is_same(project, (engine, scope), bind) for bind in binds)


def _binds(project: Project, scope: Scope, name: str) -> Sequence[tuple[Term, Scope]]:
    """What the session's maker binds it to."""
    found = []
    for binding in scope.bindings.get(name, ()):
        value = binding.value if isinstance(binding, ValueBinding | EnteredBinding) else None
        kind = project.kind(value, scope) if value is not None else None
        origin = kind.origin if isinstance(kind, kinds.Session) else None
        home = project.modules.get(origin.path) if origin is not None else None
        maker = next((one for one in makers_of(project, home) if one.place == origin), None) if home is not None else None
        if maker is None or maker.bind is None:
            return ()
        found.append((maker.bind, maker.site.scope))
    return found


def _is_same(project: Project, one: tuple[Term, Scope], other: tuple[Term, Scope]) -> bool:
    if one[1] is other[1] and walk.dotted(one[0]) is not None and walk.dotted(one[0]) == walk.dotted(other[0]):
        return True
    first, second = project.kind(*one), project.kind(*other)
    if not isinstance(first, kinds.Engine) or not isinstance(second, kinds.Engine):
        return False
    return first.origin is not None and first.origin == second.origin


def _is_sqlite(project: Project, origin: Place | None) -> bool:
    home = project.modules.get(origin.path) if origin is not None else None
    urls = [url for url in engine_urls(project, home) if url.site.place == origin] if home is not None else []
    return any((url.drivername or "").startswith("sqlite") for url in urls)

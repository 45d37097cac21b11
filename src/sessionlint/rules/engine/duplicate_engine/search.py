"""Engines for one and the same URL: each has a pool of its own, and the limits of the pools add up."""

from collections import defaultdict
from collections.abc import Iterator

from sessionlint.link.names.scopes import ImportBinding, ModuleScope, ParameterBinding, Scope, Site, ValueBinding
from sessionlint.link.project import Project
from sessionlint.link.question import by_module, gathered
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Attribute, Call, Constant, Name, Subscript, Term
from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.engines.engines import is_engine_builder
from sessionlint.questions.references.literals import literal_text

_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get"})
_DEPTH = 6


@dataclass(frozen=True, slots=True, eq=False)
class DuplicateEngine:
    """``site`` builds another engine for the URL (``url``, as a person would say it) of the one that ``first`` builds."""

    site: Site
    first: Site
    url: str

    @property
    def place(self) -> Place:
        return self.site.place


@by_module
def duplicate_engines(project: Project) -> Iterator[DuplicateEngine]:
    """Every engine of the applications but the first of its URL and kind, in order of files."""
    groups: dict[tuple[str, bool], list[Site]] = defaultdict(list)
    for identity, is_async, site in _identified(project):
        groups[identity, is_async].append(site)
    for (identity, _), found in sorted(groups.items(), key=lambda group: group[0]):
        for site in found[1:]:
            if _owner(site) != _owner(found[0]):
                yield DuplicateEngine(site, found[0], identity.partition(" ")[0])


@gathered
def _identified(project: Project, module: ModuleScope) -> Iterator[tuple[str, bool, Site]]:
    """The engines of an application of which it can be told whether their URLs are the same, each with what tells."""
    for site in project.calls_giving(kinds.Engine, within=module) if project.role(module) is Role.APPLICATION else ():
        call = site.term
        if not isinstance(call, Call) or site.in_lambda:
            continue
        if not is_engine_builder(project, call, site) or any(given.keyword == "poolclass" for given in call.args):
            continue
        engine = project.kind(call, site.scope)
        url = walk.argument(call, 0, "url")
        identity = _identity(project, url, site.scope, _DEPTH) if url is not None else None
        if identity is not None and isinstance(engine, kinds.Engine) and engine.is_async is not None:
            yield identity, engine.is_async, site


def _owner(site: Site) -> tuple[object, ...]:
    """Two builds that are bound to one name in one scope are alternatives, as in the branches of an ``if``."""
    statement = site.statement
    name = walk.dotted(statement.targets[0]) if isinstance(statement, Assign) else None
    return (site.scope, name or "")


def _identity(project: Project, term: Term, scope: Scope, depth: int) -> str | None:
    """The same text for URLs that are surely the same, None where that cannot be told."""
    if (text := literal_text(term, scope, project.evaluator)) is not None:
        return None if text.endswith("://") or ":memory:" in text else text.partition("?")[0]
    match term:
        case Name(id=name) if depth:
            return _of_name(project, name, scope, depth)
        case Attribute(value=value, attr=attr) if depth:
            owner = _identity(project, value, scope, depth - 1)
            written, _, home = owner.partition(" ") if owner is not None else ("", "", "")
            return f"{written}.{attr} {home}" if home else None
        case Call() | Subscript():
            return _of_environment(project, term, scope)
        case _:
            return None


def _of_name(project: Project, name: str, scope: Scope, depth: int) -> str | None:
    home = project.evaluator.home(name, scope)
    bindings = home.bindings[name] if home is not None else []
    if home is None or len(bindings) != 1 or isinstance(bindings[0], ParameterBinding):
        return None
    match bindings[0]:
        case ImportBinding(importer=importer, module=module, level=level, name=str() as imported):
            path = project.layout.resolve(importer.path, module, level)
            return f"{imported} of {path or module}" if path is not None or level == 0 else None
        case ValueBinding(value=value, path=(), scope=inner) if value is not None:
            found = _identity(project, value, inner, depth - 1)
            return found if found is not None else f"{name} of {home.module.path}" if home is home.module else None
        case _:
            return None


def _of_environment(project: Project, term: Call | Subscript, scope: Scope) -> str | None:
    """The variable that ``os.getenv("X")`` or ``os.environ["X"]`` reads."""
    if isinstance(term, Call):
        callee, key = project.kind(term.func, scope), walk.argument(term, 0, "key")
        known = isinstance(callee, kinds.External) and callee.name in _ENVIRONMENT
    else:
        known = project.kind(term.value, scope) == kinds.External("os.environ")
        key = term.items[0] if term.items else None
    return f"${key.value} of environment" if known and isinstance(key, Constant) else None

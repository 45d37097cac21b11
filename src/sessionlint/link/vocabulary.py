"""The names under which a project's engines, factories, sessions and providers travel from module to module."""

import posixpath
from collections import defaultdict
from collections.abc import Iterator

from sessionlint.link import kinds
from sessionlint.link.answers import answered_once
from sessionlint.link.bringers import bringers
from sessionlint.link.engines import builds_engine, called_function
from sessionlint.link.evaluate import Evaluator
from sessionlint.link.event_loops import loop_helpers
from sessionlint.link.import_io import DatabaseSearch, database_calls
from sessionlint.link.kinds import Kind
from sessionlint.link.project import Project
from sessionlint.link.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.model.facts import Call


def session_names(project: Project) -> frozenset[str]:
    """Every name by which another file can come by what leads to a session, an engine or a connection, and by functions that
    build an engine, ask a database, bring a session as a dependency or run a coroutine that they are given; and the names that
    the configuration vouches for."""
    found = set(project.evaluator.trust.vocabulary.words)
    found.update(name for module, name in _module_names(project) if _hands_out_names(project, module))
    found.update(_member_names(project))
    return frozenset(found)


def _hands_out_names(project: Project, module: ModuleScope) -> bool:
    """Whether another file can have the names of ``module``: somebody imports it, or pytest knows them as fixtures."""
    return bool(project.importers.of_module(module.path)) or posixpath.basename(module.path) == "conftest.py"


def _module_names(project: Project) -> Iterator[tuple[ModuleScope, str]]:
    evaluator, search = project.evaluator, DatabaseSearch(project)
    yield from loop_helpers(project)
    yield from bringers(project)
    for module in project.modules.values():
        for name in module.bindings:
            if _leads_to_session(evaluator.name_kind(name, module), evaluator):
                yield module, name
    for function in _near_database(project):
        if _reaches_database(project, function, search):
            is_init = function.owner is not None and function.node.name == "__init__"
            yield function.module, function.owner.node.name if is_init and function.owner else function.node.name


def _member_names(project: Project) -> Iterator[str]:
    """An instance may get anywhere, and its class need not be named there."""
    evaluator, search = project.evaluator, DatabaseSearch(project)
    for module in project.modules.values():
        for cls in module.classes:
            names = (*cls.attributes, *cls.methods)
            yield from (name for name in cls.bindings if _leads_to_session(evaluator.name_kind(name, cls), evaluator))
            yield from (name for name in names if _leads_to_session(evaluator.instance_attribute(cls, name), evaluator))
    for function in _near_database(project):
        if function.owner is not None and function.node.name != "__init__" and _reaches_database(project, function, search):
            yield function.node.name


@answered_once
def _near_database(project: Project) -> Iterator[FunctionScope]:
    """The functions that may build an engine or ask a database when they run: those whose own calls may, and who calls them."""
    waiting = [site.scope for site in (*project.calls_giving(kinds.Engine), *database_calls(project))]
    callers: dict[FunctionScope, list[Scope]] = defaultdict(list)
    for site in project.calls_of(kinds.FunctionKind, kinds.ClassKind) if waiting else ():
        function = called_function(project, site.term, site) if isinstance(site.term, Call) else None
        if function is not None:
            callers[function].append(site.scope)
    seen: set[Scope] = set()
    while waiting:
        scope = waiting.pop()
        if scope not in seen and isinstance(scope, FunctionScope):
            yield scope
            waiting += callers[scope]
        seen.add(scope)


def _reaches_database(project: Project, function: FunctionScope, search: DatabaseSearch) -> bool:
    return builds_engine(project, function) is not None or search.inside(function) is not None


def _leads_to_session(kind: Kind, evaluator: Evaluator) -> bool:
    match kind:
        case kinds.Engine() | kinds.Connection() | kinds.Factory() | kinds.Session() | kinds.SessionType() | kinds.Method():
            return True
        case kinds.FunctionKind():
            return _leads_to_session(evaluator.result(kind), evaluator)
        case kinds.ClassKind():
            return evaluator.session_type(kind) is not None
        case kinds.Partial(func=inner) | kinds.Container(element=inner):
            return _leads_to_session(inner, evaluator)
        case kinds.Tuple(items=items):
            return any(_leads_to_session(item, evaluator) for item in items)
        case kinds.ContextManager() | kinds.Generator() | kinds.Awaitable() | kinds.Dependency() | kinds.Callback():
            return _leads_to_session(kind.value, evaluator)
        case _:
            return False

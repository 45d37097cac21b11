"""The names under which a project's engines, factories, sessions and providers travel from module to module."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Mapping
from typing import TypeAlias

from sessionlint.link.names.roles import is_test
from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import collected
from sessionlint.link.values import kinds
from sessionlint.link.values.evaluate import Evaluator
from sessionlint.link.values.kinds import Kind
from sessionlint.questions.engines.engines import builds_engine, possible_engine_builds
from sessionlint.questions.engines.import_io import DatabaseSearch, database_calls
from sessionlint.questions.requests.bringers import bringers
from sessionlint.questions.running.call_graph import calls_by_function
from sessionlint.questions.running.event_loops import loop_helpers

Homes: TypeAlias = frozenset[str]
"""The paths of the modules that a name comes from; empty: it may come from anywhere."""


def session_names(project: Project, read: Collection[str] | None = None) -> Mapping[str, Homes]:
    """Every name by which another file can come by what leads to a session, an engine or a connection, and by functions that
    build an engine, ask a database, bring a session as a dependency or run a coroutine that they are given; and the names that
    the configuration vouches for. Each with the modules that it comes from.

    ``read``: only what can be new since these files were read, that is their own names and those of whoever imports them.
    """
    found: dict[str, set[str]] = defaultdict(set)
    modules = _told_by(project, read)
    for module, name in (*_module_names(project, modules), *_member_names(project, modules)):
        found[name].add(module.path)
    anywhere = dict.fromkeys(project.evaluator.trust.vocabulary.words, frozenset[str]())
    return {**{name: frozenset(paths) for name, paths in found.items()}, **anywhere}


def in_reach(project: Project, homes: Homes) -> Container[str]:
    """The files that can have a name of ``homes``: they import one, or what imports one, and so on; and tests, which get modules
    and sessions as fixtures."""
    if not homes:
        return project.sources.keys()
    return project.importers.transitively(homes) | {path for path in project.sources if is_test(path)}


def _told_by(project: Project, read: Collection[str] | None) -> Mapping[ModuleScope, None]:
    """The modules whose names mean what they mean because of the files ``read``, in order of their paths."""
    paths = None if read is None else {*read, *project.importers.transitively(read)}
    return dict.fromkeys(module for path, module in project.modules.items() if paths is None or path in paths)


def _module_names(project: Project, modules: Mapping[ModuleScope, None]) -> Iterator[tuple[ModuleScope, str]]:
    evaluator, search = project.evaluator, DatabaseSearch(project)
    yield from ((module, name) for module, name in loop_helpers(project) if module in modules)
    yield from bringers(project, modules)
    for module in modules:
        for name in module.bindings:
            if _leads_to_session(evaluator.name_kind(name, module), evaluator):
                yield module, name
    for function in _near_database(project):
        if function.module in modules and _reaches_database(project, function, search):
            is_init = function.owner is not None and function.node.name == "__init__"
            yield function.module, function.owner.node.name if is_init and function.owner else function.node.name


def _member_names(project: Project, modules: Mapping[ModuleScope, None]) -> Iterator[tuple[ModuleScope, str]]:
    evaluator, search = project.evaluator, DatabaseSearch(project)
    for module in modules:
        for cls in module.classes:
            names = (*cls.attributes, *cls.methods)
            for name in cls.bindings:
                if _leads_to_session(evaluator.name_kind(name, cls), evaluator):
                    yield module, name
            for name in names:
                if _leads_to_session(evaluator.instance_attribute(cls, name), evaluator):
                    yield module, name
    for function in _near_database(project):
        if function.module not in modules or function.owner is None or function.node.name == "__init__":
            continue
        if _reaches_database(project, function, search):
            yield function.module, function.node.name


@collected
def _near_database(project: Project) -> Iterator[FunctionScope]:
    """The functions that may build an engine or ask a database when they run: those whose own calls may, and who calls them."""
    waiting = [site.scope for site in (*possible_engine_builds(project), *database_calls(project))]
    calls = calls_by_function(project) if waiting else {}
    seen: set[Scope] = set()
    while waiting:
        scope = waiting.pop()
        if scope not in seen and isinstance(scope, FunctionScope):
            yield scope
            waiting += [site.scope for site in calls.get(scope, ())]
        seen.add(scope)


def _reaches_database(project: Project, function: FunctionScope, search: DatabaseSearch) -> bool:
    return builds_engine(project, function) is not None or search.inside(function) is not None


_DEPTH = 8  # functions that return functions
_SESSION_LIKE = (kinds.Engine, kinds.Connection, kinds.Factory, kinds.Session, kinds.SessionType, kinds.Method)


def _leads_to_session(kind: Kind, evaluator: Evaluator) -> bool:
    waiting, called = [kind], set[kinds.FunctionKind]()
    while waiting:
        found = waiting.pop()
        if isinstance(found, _SESSION_LIKE):
            return True
        if isinstance(found, kinds.ClassKind):
            if evaluator.session_type(found) is not None:
                return True
        elif not isinstance(found, kinds.FunctionKind):
            waiting += kinds.inside(found)
        elif found not in called and len(called) < _DEPTH:
            called.add(found)
            waiting.append(evaluator.result(found))
    return False

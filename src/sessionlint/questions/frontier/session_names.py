"""The names under which a project's engines, factories, sessions and providers travel from module to module."""

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from typing import TypeAlias

from sessionlint.link.names.roles import is_test
from sessionlint.link.names.scopes import FunctionScope, ImportBinding, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.question import collected, gathered, question, remembered
from sessionlint.link.values import kinds
from sessionlint.link.values.evaluate import Evaluator
from sessionlint.link.values.kinds import Kind
from sessionlint.link.values.state import state_key
from sessionlint.questions.engines.engines import builds_engine, possible_engine_builds
from sessionlint.questions.engines.import_io import QUERIES, DatabaseSearch, database_calls
from sessionlint.questions.references.call_graph import functions_called
from sessionlint.questions.requests.bringers import bringers
from sessionlint.questions.running.event_loops import loop_helpers

Homes: TypeAlias = frozenset[str]
"""The paths of the modules that a name comes from; empty: it may come from anywhere."""


def session_names(project: Project) -> Mapping[str, Homes]:
    """Every name by which another file can come by what leads to a session, an engine or a connection, and by functions that
    build an engine, ask a database, bring a session as a dependency or run a coroutine that they are given; and the names that
    the configuration vouches for. Each with the modules that it comes from."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, name in (*_bound_names(project), *_bringing_names(project), *_reaching_names(project), *loop_helpers(project)):
        found[name].add(path)
    anywhere = dict.fromkeys((*project.evaluator.trust.vocabulary.words, *_state_names(project)), frozenset[str]())
    return {**{name: frozenset(paths) for name, paths in found.items()}, **anywhere}


def in_reach(project: Project, homes: Homes) -> Container[str]:
    """The files that can have a name of ``homes``: they import one, or what imports one, and so on; and tests, which get modules
    and sessions as fixtures."""
    if not homes:
        return project.sources.keys()
    return project.importers.transitively(homes) | {path for path in project.sources if is_test(project.layout.full_path(path))}


# Questions of their own, because they are made of different things: with each file that is read, the last is asked again of all.


@gathered
def _state_names(project: Project, module: ModuleScope) -> Iterator[str]:
    """The names under which a module puts what leads to a session on a state; whoever has the request has it."""
    evaluator = project.evaluator
    keys = ((state_key(evaluator, target, bound.scope), bound) for target, bound in module.states)
    values = ((key.name, project.kind(bound.value, bound.scope)) for key, bound in keys if key and bound.value)
    return (name for name, kind in values if _leads_to_session(kind, evaluator))


@gathered
def _bringing_names(project: Project, module: ModuleScope) -> Iterator[tuple[str, str]]:
    return ((module.path, name) for name in bringers(project, module))


@gathered
def _bound_names(project: Project, module: ModuleScope) -> Iterator[tuple[str, str]]:
    evaluator = project.evaluator
    for name in module.bindings:
        if _leads_to_session(evaluator.name_kind(name, module), evaluator):
            yield module.path, name
    yield from ((module.path, name) for name in dict.fromkeys(_member_names(project, module)))


@gathered
def _reaching_names(project: Project, module: ModuleScope) -> Iterator[tuple[str, str]]:
    """The functions, and classes by their ``__init__``, that build an engine or ask a database in another way than by queries."""
    return ((module.path, name) for name, does in _reaching_database(project, module) if does != QUERIES)


def _member_names(project: Project, module: ModuleScope) -> Iterator[str]:
    evaluator = project.evaluator
    for cls in module.classes:
        for name in cls.bindings:
            if _leads_to_session(evaluator.name_kind(name, cls), evaluator):
                yield name
        for name in (*cls.attributes, *cls.methods):
            if _leads_to_session(evaluator.instance_attribute(cls, name), evaluator):
                yield name


@collected
def _reaching_database(project: Project, module: ModuleScope) -> Iterator[tuple[str, str]]:
    """The names of the functions and classes of a module that build an engine or ask a database when they are called, with what
    they do."""
    search = DatabaseSearch(project)
    for function in module.functions:
        if not _is_near_database(project, function):
            continue
        asks = search.inside(function)
        if asks is not None or builds_engine(project, function) is not None:
            is_init = function.owner is not None and function.node.name == "__init__"
            does = asks.does if asks is not None and builds_engine(project, function) is None else ""
            yield function.owner.node.name if is_init and function.owner else function.node.name, does


@gathered
def unread_importers(project: Project, module: ModuleScope) -> Iterator[str]:
    """The files without facts that call a function which queries a database, or make an object that does, when they are imported.

    Everybody calls such functions, so their names alone are no reason to read a file.
    """
    asking = {name for name, does in _reaching_database(project, module) if does == QUERIES}
    project.asked |= asking
    for name in sorted(asking):
        for path in project.importers.directly(module.path, name):
            outline = project.outline(path)
            if outline is not None and _calls_what_it_imports(project, outline, module, name):
                yield path


def _calls_what_it_imports(project: Project, outline: ModuleScope, home: ModuleScope, name: str) -> bool:
    """Whether a file without facts calls at import what it imports from ``home`` as ``name``, by whichever name it has there."""
    names = (
        local
        for local, bindings in outline.bindings.items()
        for binding in bindings
        if isinstance(binding, ImportBinding)
        and binding.name == name
        and project.layout.resolve(outline.path, binding.module, binding.level) == home.path
    )
    return any(_calls_at_import(project.source(outline).text, local) for local in names)


def _calls_at_import(text: str, name: str) -> bool:
    """Whether a line that is not indented calls ``name``."""
    return re.search(rf"^[^\s#@](?:[^\n#]*\W)?(?<!def ){re.escape(name)}\(|^{re.escape(name)}\(", text, re.MULTILINE) is not None


def _is_near_database(project: Project, function: FunctionScope) -> bool:
    """Whether a function may build an engine or ask a database when it runs: its own calls may, or what it calls."""
    return remembered(project, ("near a database", function), False, _comes_near, project, function)


def _comes_near(project: Project, function: FunctionScope) -> bool:
    return function in _asking(project, function.module) or any(
        _is_near_database(project, called) for called in functions_called(project, function)
    )


@question(frozenset[Scope]())
def _asking(project: Project, module: ModuleScope) -> frozenset[Scope]:
    """The bodies of a module that may do so by their own calls."""
    sites = (*possible_engine_builds(project, module), *database_calls(project, module))
    return frozenset(site.scope for site in sites)


_DEPTH = 8  # functions that return functions
_LEADING_NOWHERE = frozenset({kinds.Unknown, kinds.External, kinds.ModuleKind, kinds.Instance})
_SESSION_LIKE = (kinds.Engine, kinds.Connection, kinds.Factory, kinds.Session, kinds.Extension, kinds.SessionType, kinds.Method)


def _leads_to_session(kind: Kind, evaluator: Evaluator) -> bool:
    if type(kind) in _LEADING_NOWHERE:
        return False
    waiting, called = [kind], set[tuple[FunctionScope, str]]()
    while waiting:
        found = waiting.pop()
        if isinstance(found, _SESSION_LIKE):
            return True
        if isinstance(found, kinds.ClassKind):
            if evaluator.session_type(found) is not None:
                return True
        elif not isinstance(found, kinds.FunctionKind):
            waiting += kinds.inside(found)
        elif (key := (found.function, found.wrapped)) not in called and len(called) < _DEPTH:
            called.add(key)
            waiting.append(evaluator.result(found))
    return False

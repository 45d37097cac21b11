"""The names under which a project's engines, factories, sessions and providers travel from module to module."""

from sessionlint.link import kinds
from sessionlint.link.bringers import bringers
from sessionlint.link.engines import builds_engine
from sessionlint.link.evaluate import Evaluator
from sessionlint.link.event_loops import loop_helpers
from sessionlint.link.import_io import DatabaseSearch
from sessionlint.link.kinds import Kind
from sessionlint.link.project import Project
from sessionlint.link.scopes import Scope


def session_names(project: Project) -> frozenset[str]:
    """Every name that a module or a class of ``project`` binds to what leads to a session, an engine or a connection, and the
    functions that build an engine, ask a database, bring a session as a dependency or run a coroutine that they are given; and
    the names that the configuration vouches for."""
    evaluator, search = project.evaluator, DatabaseSearch(project)
    found = {*evaluator.trust.vocabulary.words, *loop_helpers(project), *bringers(project)}
    for module in project.modules.values():
        scopes: tuple[Scope, ...] = (module, *module.classes)
        for scope in scopes:
            found.update(name for name in scope.bindings if _leads_to_session(evaluator.name_kind(name, scope), evaluator))
        found.update(function.node.name for function in module.functions if builds_engine(project, function) is not None)
        found.update(function.node.name for function in module.functions if search.inside(function) is not None)
        for cls in module.classes:
            init = cls.methods.get("__init__")
            if init is not None and (builds_engine(project, init) is not None or search.inside(init) is not None):
                found.add(cls.node.name)
            names = (*cls.attributes, *cls.methods)
            found.update(name for name in names if _leads_to_session(evaluator.instance_attribute(cls, name), evaluator))
    return frozenset(found)


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

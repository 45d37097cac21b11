"""Whether the helper can be imported where a session is opened."""

from sessionlint.link.names.scopes import FunctionScope, ImportBinding
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Call
from sessionlint.model.source import Place
from sessionlint.questions.providers.helper import Helper
from sessionlint.questions.sessions.lives import Life


def _is_lazy(project: Project, place: Place) -> bool:
    """Whether an import runs only when a function does."""
    module = project.modules.get(place.path)
    return module is not None and any(function.node.span.contains(place.span) for function in module.functions)


def imports_back(project: Project, life: Life, helper: Helper) -> bool:
    """Whether a module-level import of the helper would close a circle."""
    module, call = life.scope.module, life.opening.term
    if helper.home is None or helper.home[0] == module.path:
        return False
    name = (walk.dotted(call.func) or "").partition(".")[0] if isinstance(call, Call) else ""
    home = project.evaluator.home(name, life.scope)
    bindings = home.bindings[name] if home is not None else []
    if isinstance(home, FunctionScope) and any(isinstance(binding, ImportBinding) for binding in bindings):
        return False  # imported when the function runs, and so will the helper be
    waiting, seen = [module.path], {module.path}
    while waiting:
        for importer, place in project.importers.of_module(waiting.pop()).items():
            if importer in seen or _is_lazy(project, place):
                continue
            if importer == helper.home[0]:
                return True
            seen.add(importer)
            waiting.append(importer)
    return False

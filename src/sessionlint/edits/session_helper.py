"""From ``SessionLocal()`` to the project's own helper, with its import."""

from collections.abc import Iterator, Sequence

from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.edits.with_block import covered_by, opened_in_with
from sessionlint.link import kinds, walk
from sessionlint.link.direct import DirectSession, entered_item
from sessionlint.link.helper import Helper
from sessionlint.link.project import Project
from sessionlint.link.scopes import FunctionScope, ImportBinding, ModuleScope, Scope
from sessionlint.model.facts import Assign
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Span


def session_helper_fixes(project: Project, found: Sequence[DirectSession]) -> dict[DirectSession, Fix]:
    """The fixes of sessions that have no obstacle; what is not in the answer stands on lines that cannot be changed.

    An import that all fixes of a file together make superfluous goes with the last of them, which waits for the others.
    """
    free = [direct for direct in found if direct.obstacle is None]
    fixes = {direct: fix for direct in free if (fix := _fix(project, direct, drops=False)) is not None}
    last = {(direct.life.scope.module.path, _factory_home(project, direct)): direct for direct in fixes}
    for direct in last.values():
        if (fix := _fix(project, direct, drops=True)) is not None:
            fixes[direct] = fix
    return fixes


def _factory(direct: DirectSession) -> str:
    """The name in this file through which the factory is reached."""
    return (walk.dotted(direct.call.func) or "").partition(".")[0]


def _factory_home(project: Project, direct: DirectSession) -> Scope | None:
    return project.evaluator.home(_factory(direct), direct.life.scope)


def _fix(project: Project, direct: DirectSession, *, drops: bool) -> Fix | None:
    module, source, call = direct.life.scope.module, project.source(direct.life.scope), direct.call
    if direct.helper.home == (module.path, direct.helper.name):
        edits = _own_edits(project, direct)
        return _titled(direct, edits) if edits is not None else None
    wanted = _wanted(project, direct)
    factory = _factory(direct)
    is_local = isinstance(_factory_home(project, direct), FunctionScope)  # so that nobody else can import it
    unused = [factory] if drops and (is_local or not project.importers.of_name(module.path, factory)) else []
    imports = change_imports(module.facts, source, [wanted], unused, [call.span], call.span)
    edits = _opening_edits(project, direct, f"{imports.spellings[wanted]}()") if imports is not None else None
    return _titled(direct, (*edits, *imports.edits)) if imports is not None and edits is not None else None


def _titled(direct: DirectSession, edits: tuple[Edit, ...]) -> Fix:
    return Fix(f"open the session with `{direct.helper.name}`", edits, Applicability.UNSAFE)


def _own_edits(project: Project, direct: DirectSession) -> tuple[Edit, ...] | None:
    """In the helper's own module its name is there, for code that runs when the module has been imported."""
    scope = direct.life.scope
    if not isinstance(scope, FunctionScope) or not isinstance(project.evaluator.home(direct.helper.name, scope), ModuleScope):
        return None
    return _opening_edits(project, direct, f"{direct.helper.name}()")


def _opening_edits(project: Project, direct: DirectSession, opened: str) -> tuple[Edit, ...] | None:
    statement = direct.life.opening.statement
    if entered_item(direct.life.opening) is not None:
        return (Edit(Place(direct.life.scope.module.path, direct.call.span), opened),)
    if not isinstance(statement, Assign):
        return None
    covered = covered_by(project, direct.life, direct.life.names)
    return opened_in_with(project, direct.life, covered, opened, keep_closes=False)


def _wanted(project: Project, direct: DirectSession) -> Wanted:
    """The helper, spelled as the factory's import spells its module when that has the helper, too."""
    helper, scope = direct.helper, direct.life.scope
    factory, home = _factory(direct), _factory_home(project, direct)
    binding = next((one for one in (home.bindings[factory] if home else ()) if isinstance(one, ImportBinding)), None)
    beside: Span | None = binding.statement.span if binding is not None and isinstance(home, FunctionScope) else None
    module = helper.module
    if binding is not None and binding.name is not None:
        path = project.layout.resolve(scope.module.path, binding.module, binding.level)
        if path is not None and _offers(project, path, helper):
            module = "." * binding.level + binding.module
    there = [(spelling, helper.name) for spelling in _spellings(project, helper, scope.module)]
    return Wanted(module, helper.name, tuple(there), at=direct.call.span, beside=beside)


def _spellings(project: Project, helper: Helper, module: ModuleScope) -> Iterator[str]:
    """The modules from which the file imports the helper already, as it spells them."""
    for scope in module.scopes:
        for binding in scope.bindings.get(helper.name, ()):
            if isinstance(binding, ImportBinding) and binding.name == helper.name:
                path = project.layout.resolve(module.path, binding.module, binding.level)
                if path is not None and _offers(project, path, helper):
                    yield "." * binding.level + binding.module


def _offers(project: Project, path: str, helper: Helper) -> bool:
    """Whether the module at ``path`` defines the helper or passes it on under its name."""
    module = project.modules.get(path)
    kind = project.evaluator.member(module, helper.name) if module is not None else None
    same = isinstance(kind, kinds.FunctionKind) and kind.function is helper.function and not kind.wrapped
    return same or (helper.home is not None and path == helper.home[0])

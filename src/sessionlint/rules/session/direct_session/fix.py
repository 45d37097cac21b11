"""From ``SessionLocal()`` to the project's own helper, with its import."""

from collections.abc import Iterator, Sequence, Set

from sessionlint.edits.bindings import ImportSite, import_sites
from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.edits.with_block import covered_by, opened_in_with
from sessionlint.link.names.scopes import FunctionScope, ImportBinding, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Assign
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Place, Span
from sessionlint.questions.providers.helper import Helper
from sessionlint.rules.session.direct_session.search import DirectSession, entered_item


def session_helper_fixes(project: Project, found: Sequence[DirectSession]) -> dict[DirectSession, Fix]:
    """The fixes of a module's sessions that have no obstacle; what is not in the answer stands on lines that cannot be changed.

    An import that all fixes of the file together make superfluous goes with the last of them, which waits for the others.
    """
    free = [_Rewriting(project, direct) for direct in found if direct.obstacle is None]
    binding = {each.home for each in free if isinstance(each.home, FunctionScope)}
    possible = [each for each in free if each.is_unshadowed(binding)]
    fixes = {each: fix for each in possible if (fix := each.fix(drops=False)) is not None}
    last = {each.source_of_factory: each for each in fixes}
    for each in last.values():
        if (fix := each.fix(drops=True)) is not None:
            fixes[each] = fix
    return {each.direct: fix for each, fix in fixes.items()}


class _Rewriting:
    """One session on its way to the helper: how its file knows the factory, and how it will know the helper."""

    def __init__(self, project: Project, direct: DirectSession) -> None:
        self.project = project
        self.direct = direct
        self.scope = direct.life.scope
        self.module = self.scope.module
        self.factory = (walk.dotted(direct.call.func) or "").partition(".")[0]
        self.home = project.evaluator.home(self.factory, self.scope)
        self.local = self._local_import() if isinstance(self.home, FunctionScope) else None

    @property
    def source_of_factory(self) -> tuple[str, Span | None]:
        """The file, and the import inside a function from which the factory comes."""
        return self.module.path, self.local.statement.span if self.local is not None else None

    def _local_import(self) -> ImportSite | None:
        """The nearest import of the factory that has certainly run in the function when the session is opened."""
        sites = import_sites(self.module.facts.body)
        seen = [site for site in sites if site.parents and site.binds(self.factory) and site.is_seen_from(self.direct.call.span)]
        return seen[-1] if seen else None

    def is_unshadowed(self, binding: Set[Scope | None]) -> bool:
        """Whether the helper's name will mean the helper here. ``binding``: functions that are going to import it themselves."""
        if isinstance(self.home, FunctionScope) and self.local is None:
            return False
        scope: Scope | None = self.scope
        while scope is not None and scope is not self.home and not isinstance(scope, ModuleScope):
            if scope in binding or self.direct.helper.name in scope.bindings:
                return False
            scope = scope.parent
        return True

    def fix(self, *, drops: bool) -> Fix | None:
        helper, call = self.direct.helper, self.direct.call
        if helper.home == (self.module.path, helper.name):
            edits = _own_edits(self.project, self.direct)
            return _titled(self.direct, edits) if edits is not None else None
        wanted = self._wanted()
        kept = self.local is None and self.project.importers_of_name(self.module.path, self.factory)
        unused = [self.factory] if drops and not kept else []
        source = self.project.source(self.module)
        imports = change_imports(self.module.facts, source, [wanted], unused, [call.span], call.span)
        if imports is None:
            return None
        edits = _opening_edits(self.project, self.direct, f"{imports.spellings[wanted]}()")
        return _titled(self.direct, (*edits, *imports.edits)) if edits is not None else None

    def _wanted(self) -> Wanted:
        """The helper, spelled as the factory's import spells its module when that has the helper, too."""
        helper, module = self.direct.helper, self.direct.helper.module
        beside = self.local.statement.span if self.local is not None else None
        bindings = self.home.bindings[self.factory] if self.home is not None else []
        for binding in bindings:
            if isinstance(binding, ImportBinding) and binding.name is not None and beside in (None, binding.statement.span):
                path = self.project.layout.resolve(self.module.path, binding.module, binding.level)
                if path is not None and _offers(self.project, path, helper):
                    module = "." * binding.level + binding.module
        there = tuple((spelling, helper.name) for spelling in _spellings(self.project, helper, self.module))
        own = self.home is not None and not isinstance(self.home, ModuleScope) and helper.name in self.home.bindings
        inside = self.local is not None and (own or helper.name not in self.module.bindings)
        return Wanted(module, helper.name, there, at=self.direct.call.span, beside=beside, inside=inside)


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

"""From ``SessionLocal()`` to the project's own helper, with its import."""

from collections.abc import Iterator, Sequence, Set

from sessionlint.edits.bindings import ImportSite, imports_of_file
from sessionlint.edits.imports import Wanted, change_imports
from sessionlint.link.names.scopes import FunctionScope, ImportBinding, ModuleScope, Scope
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.finding import Applicability, Edit, Fix
from sessionlint.model.source import Span
from sessionlint.questions.providers.helper import Helper
from sessionlint.rules.session.direct_session.opening import opening_edits
from sessionlint.rules.session.direct_session.search import DirectSession


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
        sites = imports_of_file(self.module.facts)
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
        own = helper.home == (self.module.path, helper.name)
        if own and not self._is_seen_here():
            return None
        source = self.project.source(self.module)
        wanted = self._wanted()
        owned = Wanted("contextlib", "nullcontext", at=call.span) if self.direct.ownership is not None else None
        add = [*([] if own else [wanted]), *([owned] if owned is not None else [])]
        kept = own or (self.local is None and self.project.importers_of_name(self.module.path, self.factory))
        unused = [self.factory] if drops and not kept else []
        imports = change_imports(self.module.facts, source, add, unused, [call.span], call.span)
        if imports is None:
            return None
        opened = helper.name if own else imports.spellings[wanted]
        edits = opening_edits(self.project, self.direct, f"{opened}()", imports.spellings[owned] if owned is not None else None)
        return _titled(self.project, self.direct, (*edits, *imports.edits)) if edits is not None else None

    def _is_seen_here(self) -> bool:
        """In the helper's own module its name is there, for code that runs when the module has been imported."""
        home = self.project.evaluator.home(self.direct.helper.name, self.scope)
        return isinstance(self.scope, FunctionScope) and isinstance(home, ModuleScope)

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


def _titled(project: Project, direct: DirectSession, edits: tuple[Edit, ...]) -> Fix:
    title = f"open the session with `{direct.helper.name}`"
    if direct.kept:
        title += f", whose commit begins to keep what {_lines(project, direct)}"
    return Fix(title, edits, Applicability.UNSAFE)


def _lines(project: Project, direct: DirectSession) -> str:
    """``line 7 may write``, ``lines 7, 9 and 12 may write``."""
    source = project.source(direct.life.scope)
    lines = [str(one) for one in dict.fromkeys(source.position(span.start).line for span in direct.kept)]
    if len(lines) == 1:
        return f"line {lines[0]} may write"
    return f"lines {', '.join(lines[:-1])} and {lines[-1]} may write"


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

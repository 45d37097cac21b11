"""Which engines are disposed somewhere, or may be where it cannot be seen."""

from collections.abc import Iterator

from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.names.sites import sites
from sessionlint.link.project import Project
from sessionlint.link.question import gathered, question
from sessionlint.link.values import kinds
from sessionlint.model.facts import Attribute, Call, Name
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.model.role import Role
from sessionlint.model.source import Place
from sessionlint.questions.inventory.engines import built_at
from sessionlint.questions.references.outlines import outlines_with

_DISPOSES = regex(r"\.\s*dispose\b")
# these use the engine that they are given, and leave it to whoever built it
_BORROWERS = ("sqlalchemy", "sqlmodel", "alembic", "sqladmin", "pandas", "opentelemetry", "builtins")


@dataclass(frozen=True, slots=True)
class Disposals:
    """``engines`` are disposed, or given to a library that may do so; ``is_any``: what is disposed may be any engine."""

    engines: frozenset[Place]
    is_any: bool

    def may_end(self, engine: Place) -> bool:
        return self.is_any or engine in self.engines


@question(Disposals(frozenset(), True))
def disposals(project: Project) -> Disposals:
    """Of the whole project; what tests and migrations dispose is theirs."""
    found = _disposed(project)
    outlines = (outline for path in outlines_with(project, "dispose") if (outline := project.outline(path)) is not None)
    is_any = None in found or any(_counts(project, outline) and _mentions(project, outline) for outline in outlines)
    given = () if is_any else _given_away(project)
    return Disposals(frozenset({*(each for each in found if each is not None), *given}), is_any)


def _counts(project: Project, module: ModuleScope) -> bool:
    return project.role(module) not in (Role.TEST, Role.MIGRATION, Role.STUB)


def _mentions(project: Project, module: ModuleScope) -> bool:
    return project.mentions(module, "dispose") and _DISPOSES.search(project.sources[module.path].text) is not None


@gathered
def _disposed(project: Project, module: ModuleScope) -> Iterator[Place | None]:
    """What the module disposes, or hands the ``dispose`` of to somebody; None for what cannot be followed."""
    if not _counts(project, module) or not _mentions(project, module):
        return
    for scope in module.scopes:
        for site in sites(scope):
            if isinstance(site.term, Attribute) and site.term.attr == "dispose":
                yield built_at(project, site.term.value, site.scope)


@gathered
def _given_away(project: Project, module: ModuleScope) -> Iterator[Place]:
    """The engines that the module gives to a library which may dispose them: those of tools around SQLAlchemy do."""
    for site in project.calls_of(kinds.External, kinds.Unknown, within=module):
        call = site.term
        callee = project.kind(call.func, site.scope) if isinstance(call, Call) else None
        if not isinstance(call, Call) or (isinstance(callee, kinds.External) and _borrows(callee.name)):
            continue
        for given in call.args:
            if isinstance(given.term, Name | Attribute):
                kind = project.kind(given.term, site.scope)
                origin = built_at(project, given.term, site.scope) if isinstance(kind, kinds.Engine) else None
                if origin is not None:
                    yield origin


def _borrows(name: str) -> bool:
    """Whether a library object is one of SQLAlchemy's, which go by their own names, or of who is known to leave engines alone."""
    return "." not in name or name.partition(".")[0] in _BORROWERS

"""Who uses a provider other than FastAPI: what a change of the provider's protocol would break."""

from sessionlint.link.names.scopes import FunctionScope, ModuleScope, Site
from sessionlint.link.project import Project
from sessionlint.model import walk
from sessionlint.model.facts import Assign, Call, Mapping, Subscript
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.providers.returned_uses import calls_of
from sessionlint.questions.references.references import references
from sessionlint.questions.requests.depends import is_depends

_OVERRIDES = "dependency_overrides"
_OF_OVERRIDES = frozenset({f"{_OVERRIDES}.pop", f"{_OVERRIDES}.get", f"{_OVERRIDES}.setdefault"})


@dataclass(frozen=True, slots=True, eq=False)
class OtherUses:
    """``mentions`` stand outside every ``Depends``; ``unclear`` is where a use cannot be followed, if there is one."""

    mentions: tuple[Site, ...]
    unclear: Place | None

    @property
    def are_none(self) -> bool:
        return not self.mentions and self.unclear is None

    @property
    def first(self) -> Place | None:
        """What is in the way of a change, if anything is."""
        return self.mentions[0].place if self.mentions else self.unclear


def other_uses(project: Project, function: FunctionScope) -> OtherUses:
    """Every use of ``function`` that is no ``Depends(function)`` and no key or value of ``dependency_overrides``.

    Only the functions of a module can be followed; of those of classes and of other functions the calls are known, the rest is
    unclear.
    """
    home = function.parent
    if not isinstance(home, ModuleScope) or len(home.bindings[function.node.name]) != 1:
        return OtherUses(tuple(calls_of(project, function)), function.place)
    found = references(project, home, function.node.name)
    mentions = tuple(one.site for one in found.mentions if not _is_for_fastapi(project, one.site))
    unclear = [one.place for one in found.obstacles]
    unclear += [Place(one.site.scope.module.path, one.span) for one in found.strings if not one.in_all]
    return OtherUses(mentions, unclear[0] if unclear else None)


def _is_for_fastapi(project: Project, site: Site) -> bool:
    """Whether FastAPI calls what stands there, or takes it for a key."""
    outer = site.path[0] if site.path else None
    match outer:
        case Call():
            named = walk.dotted(outer.func) or ""
            if any(named.endswith(f".{method}") or named == method for method in _OF_OVERRIDES):
                return True
            return outer.func is not site.term and is_depends(project, outer, site.scope)
        case Subscript(value=value):
            return (walk.dotted(value) or "").endswith(_OVERRIDES)
        case Mapping():
            return isinstance(site.statement, Assign) and _sets_overrides(site.statement)
        case None:
            return isinstance(site.statement, Assign) and _sets_overrides(site.statement)
        case _:
            return False


def _sets_overrides(statement: Assign) -> bool:
    """``app.dependency_overrides[get_db] = get_test_db``, ``app.dependency_overrides = {get_db: get_test_db}``."""
    targets = (target.value if isinstance(target, Subscript) else target for target in statement.targets)
    return all((walk.dotted(target) or "").endswith(_OVERRIDES) for target in targets)

"""Where a module's own code reads, declares and deletes the names that it binds or imports."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from sessionlint.link.names.scopes import ImportBinding, ModuleScope, Scope
from sessionlint.link.names.sites import Placed, placed
from sessionlint.link.project import Project
from sessionlint.link.question import question
from sessionlint.model import walk
from sessionlint.model.facts import Delete, Name, Scoping


class OwnNames:
    """One module; all in source order, scope by scope."""

    def __init__(self, module: ModuleScope) -> None:
        self._module = module

    @cached_property
    def imports(self) -> Mapping[str, Sequence[tuple[Scope, str]]]:
        """The scopes that import something of a name, each with what it calls it."""
        found: dict[str, list[tuple[Scope, str]]] = defaultdict(list)
        for scope in self._module.scopes:
            for local, bindings in scope.bindings.items():
                for name in dict.fromkeys(each.name for each in bindings if isinstance(each, ImportBinding)):
                    if name is not None:
                        found[name].append((scope, local))
        return found

    @cached_property
    def reads(self) -> Mapping[str, Sequence[Placed]]:
        """The statements that hold a name."""
        found: dict[str, list[Placed]] = defaultdict(list)
        for place in self._places():
            terms = (inner for term in walk.own_terms(place.statement) for inner, _ in walk.descend(term))
            for name in {term.id for term in terms if isinstance(term, Name)} & self._names:
                found[name].append(place)
        return found

    @cached_property
    def disturbing(self) -> Mapping[str, Sequence[Placed]]:
        """The statements that declare or delete a name."""
        found: dict[str, list[Placed]] = defaultdict(list)
        for place in self._places():
            for name in self._names.intersection(_disturbed(place)):
                found[name].append(place)
        return found

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset((*self._module.bindings, *(local for imports in self.imports.values() for _, local in imports)))

    def _places(self) -> Iterator[Placed]:
        return (place for scope in self._module.scopes for place in placed(scope))


def _disturbed(place: Placed) -> Sequence[str | None]:
    match place.statement:
        case Scoping(names=names):
            return names
        case Delete(targets=targets):
            return [walk.dotted(each) for each in targets]
        case _:
            return ()


@question(None)
def own_names(project: Project, module: ModuleScope) -> OwnNames:
    """Those of a module."""
    return OwnNames(module)

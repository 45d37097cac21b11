"""Where a module's own code reads, declares and deletes the names that it binds or imports."""

from collections import defaultdict
from collections.abc import Sequence

from sessionlint.link.names.scopes import ImportBinding, ModuleScope, Scope
from sessionlint.link.names.sites import Placed, placed
from sessionlint.model import walk
from sessionlint.model.facts import Delete, Name, Scoping


class OwnNames:
    """One module. ``reads`` are the statements that hold the name, ``disturbing`` those that declare or delete it; ``imports``
    are the scopes that import something of a name, with what they call it. All in source order, scope by scope."""

    def __init__(self, module: ModuleScope) -> None:
        self.reads: dict[str, list[Placed]] = defaultdict(list)
        self.disturbing: dict[str, list[Placed]] = defaultdict(list)
        self.imports: dict[str, list[tuple[Scope, str]]] = defaultdict(list)
        for scope in module.scopes:
            for local, bindings in scope.bindings.items():
                for name in dict.fromkeys(each.name for each in bindings if isinstance(each, ImportBinding)):
                    if name is not None:
                        self.imports[name].append((scope, local))
        names = {*module.bindings, *(local for imports in self.imports.values() for _, local in imports)}
        for scope in module.scopes:
            for place in placed(scope):
                self._note(place, names)

    def _note(self, place: Placed, names: set[str]) -> None:
        for name in names.intersection(_disturbed(place)):
            self.disturbing[name].append(place)
        terms = (inner for term in walk.own_terms(place.statement) for inner, _ in walk.descend(term))
        for name in {term.id for term in terms if isinstance(term, Name)} & names:
            self.reads[name].append(place)


def _disturbed(place: Placed) -> Sequence[str | None]:
    match place.statement:
        case Scoping(names=names):
            return names
        case Delete(targets=targets):
            return [walk.dotted(each) for each in targets]
        case _:
            return ()

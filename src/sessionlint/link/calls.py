"""The calls of a module, by what they call and by what they give."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from sessionlint.link.names.scopes import ModuleScope, Scope, Site
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call, Term


class ModuleCalls:
    """Groups of the calls of one module, each in source order. Most calls are of something unknown."""

    def __init__(self, module: ModuleScope, kind: Callable[[Term, Scope], kinds.Kind]) -> None:
        self._module = module
        self._kind = kind

    def of(self, *callees: type[kinds.Kind]) -> Sequence[Site]:
        """The calls of things of these kinds."""
        return self.in_order(*(self._by_callee.get(callee, ()) for callee in callees))

    def giving(self, *results: type[kinds.Kind]) -> Sequence[Site]:
        """The calls that give things of these kinds."""
        return self.in_order(*(self._by_result.get(result, ()) for result in results))

    def of_external(self, *names: str) -> Sequence[Site]:
        """The calls of the library objects of these names."""
        return self.in_order(*(self._by_library_name.get(name, ()) for name in names))

    def of_package(self, prefix: str) -> Sequence[Site]:
        """The calls of library objects whose names begin with ``prefix``."""
        return self.in_order(*(calls for name, calls in self._by_library_name.items() if name.startswith(prefix)))

    def named(self, *names: str) -> Sequence[Site]:
        """The calls of what goes by one of these names, ``name(...)`` and ``anything.name(...)``; "()" is what a call gives."""
        return self._module.calls_named(names)

    def in_order(self, *some: Sequence[Site]) -> Sequence[Site]:
        """Groups of calls, each in source order, as one of that order; each call once."""
        told = [sites for sites in some if sites]
        if len(told) < 2:
            return tuple(told[0]) if told else ()
        return sorted({site for sites in told for site in sites}, key=self._positions.__getitem__)

    @cached_property
    def _positions(self) -> Mapping[Site, int]:
        return {site: position for position, site in enumerate(self._module.calls)}

    @cached_property
    def _by_callee(self) -> Mapping[type, Sequence[Site]]:
        return self._grouped(lambda site: self._kind(site.term.func, site.scope) if isinstance(site.term, Call) else None)

    @cached_property
    def _by_result(self) -> Mapping[type, Sequence[Site]]:
        return self._grouped(lambda site: self._kind(site.term, site.scope))

    def _grouped(self, kind: Callable[[Site], object]) -> Mapping[type, Sequence[Site]]:
        """The calls by the type of their ``kind``."""
        found: dict[type, list[Site]] = defaultdict(list)
        for site in self._module.calls:
            found[type(kind(site))].append(site)
        return found

    @cached_property
    def _by_library_name(self) -> Mapping[str, Sequence[Site]]:
        found: dict[str, list[Site]] = defaultdict(list)
        for site in self._by_callee.get(kinds.External, ()):
            callee = self._kind(site.term.func, site.scope) if isinstance(site.term, Call) else None
            if isinstance(callee, kinds.External):
                found[callee.name].append(site)
        return found

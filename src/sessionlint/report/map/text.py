"""The map as a tree: below each engine its factories, below these their providers, below these who uses them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.inventory.records import (
    Code,
    Engine,
    Factory,
    Handle,
    Inventory,
    Opening,
    Part,
    Provider,
    Standing,
    Use,
)
from sessionlint.report.map.data import shape_of
from sessionlint.report.map.graph import count
from sessionlint.report.map.tree import DRAWN, PLAIN, Tree, draw
from sessionlint.report.map.view import View
from sessionlint.report.visible import visible

_MANY = {"factory": "factories"}
_FEW = 4  # users of a kind, of more there is only the number
_LAST = (Part.SCRIPT, Part.MIGRATION, Part.TEST)
_DEEPEST = 8  # a tree that is deeper cannot be read


def render(view: View, *, every: bool = False, ascii_only: bool = False) -> str:
    """``every``: all who use something by name, and what tests build. ``ascii_only``: for what cannot show a drawing's lines."""
    if not view.inventory.codes and not view.inventory.openings:
        return "No engine, factory or provider of sessions was found.\n"
    shown = view if every else replace(view, inventory=_without_tests(view.inventory))
    trees = list(_Text(shown, every, _parents(shown.inventory)).trees())
    if shown.inventory.codes != view.inventory.codes:
        trees.append(Tree((f"for tests alone: {_left_out(view.inventory)} (-v shows them)",)))
    return draw(trees, PLAIN if ascii_only else DRAWN)


def _without_tests(inventory: Inventory) -> Inventory:
    return replace(
        inventory,
        engines=tuple(one for one in inventory.engines if one.code.part is not Part.TEST),
        factories=tuple(one for one in inventory.factories if one.code.part is not Part.TEST),
        providers=tuple(one for one in inventory.providers if one.code.part is not Part.TEST),
        openings=tuple(one for one in inventory.openings if one.by.part is not Part.TEST),
    )


def _left_out(inventory: Inventory) -> str:
    groups: tuple[tuple[str, Sequence[Engine | Factory | Provider]], ...] = (
        ("engine", inventory.engines),
        ("factory", inventory.factories),
        ("provider", inventory.providers),
    )
    counts = [(name, sum(one.code.part is Part.TEST for one in group)) for name, group in groups]
    return ", ".join(f"{number} {name if number == 1 else _MANY.get(name, f'{name}s')}" for name, number in counts if number)


def _parents(inventory: Inventory) -> Mapping[Place, Place]:
    """Below what each provider is shown: the provider that it has its sessions from, else its factory, or its engine."""
    things = {code.place for code in inventory.codes}
    found: dict[Place, Place] = {}
    for one in inventory.providers:
        behind = one.delegates_to[0] if one.delegates_to and not one.opens else one.source
        if behind in things and behind is not None:
            found[one.code.place] = behind
    return {place: above[min(len(above), _DEEPEST) - 1] for place in found if (above := _above(place, found))}


def _above(place: Place, parents: Mapping[Place, Place]) -> list[Place]:
    """What a provider stands below, from the top down; nothing for one of a circle, which has no top."""
    found = [place]
    while found[-1] in parents:
        found.append(parents[found[-1]])
        if len(found) > len(parents) + 1:
            return []
    return found[:0:-1]


@dataclass(frozen=True, slots=True)
class _Text:
    view: View
    every: bool
    parents: Mapping[Place, Place]

    def trees(self) -> Iterator[Tree]:
        inventory = self.view.inventory
        for engine in sorted(inventory.engines, key=lambda one: _LAST.index(one.code.part) + 1 if one.code.part in _LAST else 0):
            factories = [one for one in inventory.factories if one.engine == engine.code.place]
            below = [*self._factories(factories), *self._providers_of(engine.code.place), *self._openings_of(engine.code.place)]
            yield Tree((self._title("engine", engine.code), *self._about_engine(engine)), tuple(below))
        yield from self._factories([one for one in inventory.factories if not self._is_engine(one.engine)])
        others = [one for one in inventory.providers if one.code.place not in self.parents]
        if others:
            yield Tree(("providers whose sessions come from where they cannot be followed",), tuple(map(self._provider, others)))
        places = {code.place for code in inventory.codes}
        unknown = [one for one in inventory.openings if one.source not in places]
        if unknown:
            yield Tree(("sessions without a factory or an engine that is known",), tuple(self._grouped_openings(unknown)))

    def _is_engine(self, place: Place | None) -> bool:
        return any(one.code.place == place for one in self.view.inventory.engines)

    # --- what there is ------------------------------------------------------------------------------------------------

    def _title(self, what: str, code: Code) -> str:
        part = "" if code.part in (Part.SERVICE, Part.DEPENDENCY, Part.ROUTE) else f" [{code.part.value}]"
        return f"{what} {visible(code.full_name)}{part}  {visible(self.view.at(code.place))}"

    def _about_engine(self, engine: Engine) -> Iterator[str]:
        kind = {True: "async", False: "sync", None: "sync or async, as a setting says"}[engine.is_async]
        url = f"URL from {engine.url}" if engine.url else ""
        yield visible(", ".join(filter(None, (kind, *engine.driver, url))))
        if engine.options:
            yield visible(", ".join(f"{one.name}={one.written}" for one in engine.options))
        built = "built when its module is imported" if engine.at_import else "built when its function runs"
        disposed = ", ".join(self.view.at(place) for place in engine.disposed)
        yield visible(f"{built}; {f'disposed in {disposed}' if disposed else 'nothing disposes it'}")
        yield from self._handles(engine.code.place)

    def _factories(self, factories: Iterable[Factory]) -> Iterator[Tree]:
        for factory in factories:
            what = f"{'async ' if factory.is_async else ''}{'registry' if factory.is_scoped else 'factory'}"
            options = visible(", ".join(f"{one.name}={one.written}" for one in factory.options))
            place = factory.code.place
            below = (*self._providers_of(place), *self._openings_of(place))
            yield Tree((self._title(what, factory.code), *([options] if options else []), *self._handles(place)), below)

    def _providers_of(self, place: Place) -> Iterator[Tree]:
        return (self._provider(one) for one in self.view.inventory.providers if self.parents.get(one.code.place) == place)

    def _provider(self, provider: Provider) -> Tree:
        place = provider.code.place
        about = [provider.standing.value, shape_of(provider), *(["commits on success"] if provider.commits else [])]
        if provider.standing is Standing.DUPLICATE:
            about[0] = f"duplicate of {self._names([provider.of])}"
        elif provider.standing is Standing.DELEGATE:
            about[0] = f"delegates to {self._names(provider.delegates_to)}"
        lines = (self._title("provider", provider.code), "; ".join(about), *self._handles(place))
        return Tree(lines, (*self._users(self.view.inventory.uses_of(place)), *self._providers_of(place)))

    def _names(self, providers: Iterable[Place | None]) -> str:
        found = (self.view.inventory.provider_at(place) for place in providers)
        return visible(", ".join(one.code.full_name for one in found if one is not None))

    # --- who --------------------------------------------------------------------------------------------------------

    def _handles(self, place: Place) -> Iterator[str]:
        handles = self.view.inventory.handles_of(place)
        for what, found in (("imported", handles.imports), ("overridden", handles.overrides), ("patched", handles.patches)):
            if found:
                by = " by" if what == "imported" else " in"
                yield f"{what}{by} {_counted(found)}" + (f": {self._files(found)}" if self.every else "")

    def _files(self, found: Iterable[Handle]) -> str:
        return ", ".join(dict.fromkeys(visible(self.view.at(one.place)) for one in found))

    def _users(self, uses: Iterable[Use]) -> Iterator[Tree]:
        groups: dict[Part, dict[Code, Use]] = defaultdict(dict)
        for use in uses:
            groups[use.by.part].setdefault(use.by, use)
        for part, users in sorted(groups.items(), key=lambda group: [*Part].index(group[0])):
            yield self._group(count(len(users), part), [self._user(use) for use in users.values()])

    def _user(self, use: Use) -> str:
        via = f" through {', '.join(use.via)}" if use.via else ""
        how = "" if use.how == "Depends" else f" ({use.how})"
        route = f"{use.route}  " if use.route else ""
        return visible(f"{route}{use.by.full_name}{how}{via}  {self.view.at(use.place)}")

    def _openings_of(self, place: Place) -> Iterator[Tree]:
        found = [one for one in self.view.inventory.openings if one.source == place]
        if found:
            yield Tree(("opened without a provider",), tuple(self._grouped_openings(found)))

    def _grouped_openings(self, openings: Sequence[Opening]) -> Iterator[Tree]:
        groups: dict[Part, list[Opening]] = defaultdict(list)
        for one in openings:
            groups[one.by.part].append(one)
        for part, found in sorted(groups.items(), key=lambda group: [*Part].index(group[0])):
            shown = [visible(f"{one.by.full_name} ({one.ending})  {self.view.at(one.place)}") for one in found]
            yield self._group(f"in {count(len({one.by for one in found}), part)}", shown)

    def _group(self, title: str, shown: Sequence[str]) -> Tree:
        few = shown if self.every or len(shown) <= _FEW else shown[: _FEW - 1]
        rest = [f"and {len(shown) - len(few)} more"] if len(few) < len(shown) else []
        return Tree((title,), tuple(Tree((line,)) for line in (*few, *rest)))


def _counted(found: Iterable[Handle]) -> str:
    files: dict[Part, set[str]] = defaultdict(set)
    for one in found:
        files[one.part].add(one.place.path)
    return ", ".join(_number(part, files) for part in Part if part in files)


def _number(part: Part, files: Mapping[Part, set[str]]) -> str:
    number = len(files[part])
    word = {Part.SERVICE: "file", Part.TEST: "test file"}.get(part, part.value)
    return f"{number} {word}{'' if number == 1 else 's'}"

"""The map as a graph: engines, factories and providers, and for each provider how many of which kind use it."""

from collections import Counter
from collections.abc import Iterator, Mapping

from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.inventory.records import Part, Provider, Standing
from sessionlint.report.map.view import View
from sessionlint.report.visible import visible

_MANY = {Part.DEPENDENCY: "dependencies"}


@dataclass(frozen=True, slots=True)
class Node:
    """``kind`` is "engine", "factory", "provider", "duplicate" (a provider, too) or "users"."""

    id: str
    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """From what gives to what gets."""

    start: str
    end: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(view: View) -> Graph:
    """The graph of a map; what is built for tests alone is left out with its users."""
    ids = _ids(view)
    nodes = [*_things(view, ids), *_users(view, ids)]
    edges = [edge for edge in _edges(view, ids) if edge.start != edge.end]
    return Graph(tuple(nodes), tuple(dict.fromkeys(edges)))


def count(number: int, part: Part) -> str:
    """``3 routes``"""
    return f"{number} {part.value if number == 1 else _MANY.get(part, f'{part.value}s')}"


def _ids(view: View) -> Mapping[Place, str]:
    places = [code.place for code in view.inventory.codes if code.part is not Part.TEST]
    return {place: f"n{number}" for number, place in enumerate(places, start=1)}


def _things(view: View, ids: Mapping[Place, str]) -> Iterator[Node]:
    inventory = view.inventory
    for engine in inventory.engines:
        if engine.code.place in ids:
            what = ", ".join(filter(None, (*engine.driver, engine.url)))
            yield Node(ids[engine.code.place], "engine", _lines(f"engine {engine.code.full_name}", what))
    for factory in inventory.factories:
        if factory.code.place in ids:
            what = "registry" if factory.is_scoped else "factory"
            yield Node(ids[factory.code.place], "factory", _lines(f"{what} {factory.code.full_name}"))
    for provider in inventory.providers:
        if provider.code.place in ids:
            kind = "duplicate" if provider.standing is Standing.DUPLICATE else "provider"
            yield Node(ids[provider.code.place], kind, _lines(provider.code.full_name, provider.standing.value))


def _lines(*texts: str) -> tuple[str, ...]:
    return tuple(visible(text) for text in texts if text)


def _users(view: View, ids: Mapping[Place, str]) -> Iterator[Node]:
    for provider, counted in _counted(view, ids).items():
        if counted:
            lines = tuple(count(counted[part], part) for part in Part if counted[part])
            yield Node(f"{ids[provider]}u", "users", lines)


def _counted(view: View, ids: Mapping[Place, str]) -> Mapping[Place, "Counter[Part]"]:
    """By provider, how many use it; each user once, and no provider."""
    users = {(use.provider, use.by) for use in view.inventory.uses if use.provider in ids and use.by.place not in ids}
    counted: dict[Place, Counter[Part]] = {one.code.place: Counter() for one in view.inventory.providers if one.code.place in ids}
    for provider, by in users:
        counted[provider][by.part] += 1
    return counted


def _edges(view: View, ids: Mapping[Place, str]) -> Iterator[Edge]:
    for factory in view.inventory.factories:
        yield from _edge(factory.engine, factory.code.place, ids)
    for provider in view.inventory.providers:
        yield from _of_provider(provider, ids)
    for place, counted in _counted(view, ids).items():
        if counted:
            yield Edge(ids[place], f"{ids[place]}u")


def _of_provider(provider: Provider, ids: Mapping[Place, str]) -> Iterator[Edge]:
    if provider.opens or not provider.delegates_to:
        yield from _edge(provider.source, provider.code.place, ids, "opens" if provider.opens else "")
        return
    for behind in provider.delegates_to:
        yield from _edge(behind, provider.code.place, ids, "delegates")


def _edge(start: Place | None, end: Place, ids: Mapping[Place, str], label: str = "") -> Iterator[Edge]:
    if start in ids and end in ids and start is not None:
        yield Edge(ids[start], ids[end], label)

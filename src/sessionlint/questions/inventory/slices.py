"""A part of an inventory: what has to do with some of the files; and the code that something stands in."""

from collections.abc import Container, Iterator
from dataclasses import replace

from sessionlint.link.project import Project
from sessionlint.model.source import Place
from sessionlint.questions.inventory.parts import code_of, function_at
from sessionlint.questions.inventory.records import Code, Inventory, Provider
from sessionlint.questions.inventory.standing import databases


def narrowed(whole: Inventory, scope: Container[str]) -> Inventory:
    """What lies in the files of ``scope``, or is used there, with everything that this rests on."""
    kept = set(_rested_on(whole, scope))
    uses = tuple(use for use in whole.uses if use.place.path in scope or use.provider.path in scope)
    openings = tuple(one for one in whole.openings if one.place.path in scope)
    providers = tuple(one for one in whole.providers if one.code.place in kept)
    kept |= {place for one in providers for place in (one.source, one.database) if place is not None}
    kept |= {one.source for one in openings if one.source is not None}
    factories = tuple(one for one in whole.factories if one.code.place in kept or one.code.place.path in scope)
    kept |= {one.engine for one in factories if one.engine is not None}
    engines = tuple(one for one in whole.engines if one.code.place in kept or one.code.place.path in scope)
    return replace(
        whole,
        engines=engines,
        factories=factories,
        providers=providers,
        databases=tuple(databases(providers)),
        openings=openings,
        uses=uses,
    )


def _rested_on(whole: Inventory, scope: Container[str]) -> Iterator[Place]:
    """The providers in ``scope``, those that are used there, and those behind them."""
    known = {one.code.place: one for one in whole.providers}
    waiting = [place for place in known if place.path in scope]
    waiting += [use.provider for use in whole.uses if use.place.path in scope]
    seen: set[Place] = set()
    while waiting:
        place = waiting.pop()
        if place in known and place not in seen:
            seen.add(place)
            yield place
            waiting += _behind(known[place])


def _behind(provider: Provider) -> list[Place]:
    return [*provider.delegates_to, *([provider.of] if provider.of is not None else [])]


def code_at(project: Project, place: Place) -> Code | None:
    """The function that a place lies in, else its module; None for a file that was not read."""
    module = project.modules.get(place.path)
    if module is None:
        return None
    return code_of(project, function_at(module, place) or module)

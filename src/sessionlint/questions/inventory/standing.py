"""Which provider is the one of its database, which of the others have their sessions from it, and which duplicate it.

A provider duplicates another when it opens sessions of the same database itself. The one is what the configuration says
(``session-provider``); else whoever is used most, its delegates counted in; else who stands beside the factory; else the first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sessionlint.link.project import Project
from sessionlint.link.question import question
from sessionlint.model.source import Place
from sessionlint.questions.inventory.givers import is_apart, providers
from sessionlint.questions.inventory.records import Database, Part, Provider, Standing
from sessionlint.questions.inventory.uses import uses
from sessionlint.questions.providers.helper import configured_helper


@question(tuple[Provider, ...]())
def ranked_providers(project: Project) -> tuple[Provider, ...]:
    """Every provider of the project, with its standing."""
    found = {one.code.place: one for one in providers(project)}
    chosen = _chosen(project, found)
    return tuple(_ranked(one, found, chosen) for one in found.values())


def _ranked(provider: Provider, found: Mapping[Place, Provider], chosen: Mapping[Place, Place]) -> Provider:
    database = _database(provider, found)
    first = chosen.get(database) if database is not None else None
    known = replace(provider, database=database, of=first)
    if is_apart(provider):
        return replace(known, standing=Standing.APART)
    if not provider.opens:
        return replace(known, standing=Standing.DELEGATE if provider.delegates_to else Standing.HANDS_ON)
    if first is None:
        return known
    return replace(known, standing=Standing.SOURCE if first == provider.code.place else Standing.DUPLICATE)


def _database(provider: Provider, found: Mapping[Place, Provider]) -> Place | None:
    """That of its own sessions; else that of the provider which it has them from."""
    behind = chain_of(provider, found)
    return next((one.database for one in behind if one.database is not None), None)


def chain_of(provider: Provider, found: Mapping[Place, Provider]) -> Sequence[Provider]:
    """The provider and those behind it, nearest first."""
    waiting, known = [provider.code.place], {provider.code.place}
    for place in waiting:  # grows on the way
        behind = found[place].delegates_to if place in found else ()
        new = [one for one in behind if one not in known]
        known.update(new)
        waiting += new
    return [found[place] for place in waiting if place in found]


def _chosen(project: Project, found: Mapping[Place, Provider]) -> Mapping[Place, Place]:
    """The one provider of each database."""
    groups: dict[Place, list[Provider]] = defaultdict(list)
    for one in found.values():
        if one.database is not None and one.opens and not is_apart(one):
            groups[one.database].append(one)
    is_contested = any(len(group) > 1 for group in groups.values())
    users = users_through(project, found) if is_contested else {}
    helper = configured_helper(project)
    wanted = helper.place if helper is not None else None
    return {database: _first(group, wanted, users) for database, group in groups.items()}


def _first(group: Sequence[Provider], wanted: Place | None, users: Mapping[Place, int]) -> Place:
    def worth(one: Provider) -> tuple[bool, int, bool]:
        place = one.code.place
        return place == wanted, users.get(place, 0), one.source is not None and one.source.path == place.path

    return max(group, key=worth).code.place


def users_through(project: Project, found: Mapping[Place, Provider]) -> Mapping[Place, int]:
    """How many use each provider, itself or through those that delegate to it; tests and providers do not count."""
    own = Counter(use.provider for use in uses(project) if use.by.part is not Part.TEST and use.by.place not in found)
    counted: Counter[Place] = Counter()
    for one in found.values():
        for behind in chain_of(one, found):
            counted[behind.code.place] += own[one.code.place]
    return counted


def databases(ranked: Iterable[Provider]) -> Iterator[Database]:
    """The providers by database, in the order in which they are met."""
    groups: dict[Place, list[Provider]] = defaultdict(list)
    for one in ranked:
        if one.database is not None:
            groups[one.database].append(one)
    for place, group in groups.items():
        yield Database(
            place,
            next((one for one in group if one.standing is Standing.SOURCE), None),
            tuple(one for one in group if one.standing is Standing.DELEGATE),
            tuple(one for one in group if one.standing is Standing.DUPLICATE),
            tuple(one for one in group if one.standing is Standing.APART),
        )

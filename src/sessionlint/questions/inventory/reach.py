"""Whom it meets when something at a place goes wrong: what rests on the thing there, and who imports its file."""

from collections.abc import Iterator, Sequence

from sessionlint.link.project import Project
from sessionlint.model.records import dataclass
from sessionlint.model.source import Place
from sessionlint.questions.inventory.files import FileRecord
from sessionlint.questions.inventory.records import Code, Engine, Factory, Handle, Inventory
from sessionlint.questions.inventory.slices import code_at


@dataclass(frozen=True, slots=True)
class Reach:
    """``things``: the engines, factories and providers that are concerned, those that rest on others behind them. ``users``: the
    code that has sessions of theirs. ``importers``: the files that fail where importing this one fails, ``direct`` ones first.
    """

    by: Code | None
    things: tuple[Code, ...]
    users: tuple[Code, ...]
    importers: tuple[Handle, ...]
    direct: int

    @property
    def size(self) -> int:
        return len(self.users) + len(self.importers)


def reach_of(project: Project, whole: Inventory, place: Place, file: FileRecord | None) -> Reach:
    """``file``: the record of the file that ``place`` lies in, where there is one."""
    by = code_at(project, place)
    concerned = [code.place for code in whole.codes if _is_concerned(project, code, place, by)]
    resting = list(_resting_on(whole, concerned))
    users = [use.by for use in whole.uses if use.provider in resting]
    users += [one.by for one in whole.openings if one.source in resting]
    things = tuple(code for code in whole.codes if code.place in resting)
    own = [by] if by is not None and by.name and by not in things else []
    is_at_import = by is None or not by.name or any(_is_built_at_import(whole, at) for at in concerned)
    importers = (*file.importers, *file.reached) if file is not None and is_at_import else ()
    direct = len(file.importers) if file is not None and is_at_import else 0
    others = dict.fromkeys(code for code in (*own, *users) if code not in things)
    return Reach(by, things, tuple(others), importers, direct)


def _is_concerned(project: Project, code: Code, place: Place, by: Code | None) -> bool:
    """Whether the place is where the thing is built or defined, or lies in the statement that does so."""
    if code.place.path != place.path:
        return False
    if code.place.span.contains(place.span) or place.span.contains(code.place.span):
        return True
    return by is not None and by.place == code.place


def _is_built_at_import(whole: Inventory, place: Place) -> bool:
    built: Sequence[Engine | Factory] = (*whole.engines, *whole.factories)
    return any(one.at_import for one in built if one.code.place == place)


def _resting_on(whole: Inventory, concerned: Sequence[Place]) -> Iterator[Place]:
    """The things themselves, and the factories and providers that have their sessions of them."""
    found: set[Place] = set()
    waiting = [*concerned]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            yield place
            waiting += [one.code.place for one in whole.factories if one.engine == place]
            waiting += [one.code.place for one in whole.providers if place in (one.source, *one.delegates_to)]

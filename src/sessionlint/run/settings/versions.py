"""The SQLAlchemy, FastAPI and Python versions that the checked project declares; its files are read, nothing is run."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from pathlib import Path

from sessionlint.model.targets import LoopScopes, Targets
from sessionlint.run.files.inputs import Inputs
from sessionlint.run.settings.declared.declaration import PYTHON, SQLMODEL, Declaration
from sessionlint.run.settings.declared.folder import folders_below, read_declarations
from sessionlint.run.settings.declared.pytest_loops import read_loops
from sessionlint.run.settings.settings import Settings
from sessionlint.run.settings.specifiers import Bound, Range, newest_minor, oldest_minor, parse_specifiers

_LAST_MINORS: Mapping[str, Mapping[int, int]] = {"sqlalchemy": {0: 9, 1: 4}, "fastapi": {}}
# sqlmodel 0.0.12 went from SQLAlchemy 1.4 to 2.0 (its release notes); whoever declares sqlmodel often declares nothing else
_SQLMODEL_ON_2 = Range(Bound((0, 0, 12), True))
_BELOW_2 = Range(None, Bound((2,), False))


def read_targets(root: Path, settings: Settings, inputs: Inputs) -> tuple[Targets, list[Declaration]]:
    """What the settings say, else what the project declares; and all declarations found."""
    declared = read_declarations(root, inputs)
    targets = Targets(
        settings.sqlalchemy_version or _newest("sqlalchemy", declared),
        settings.fastapi_version or _newest("fastapi", declared),
        settings.python_version or _oldest(PYTHON, declared),
        settings.fastapi_version or _oldest_of_all("fastapi", declared),
        read_test_loops(root, inputs),
    )
    return targets, declared


def read_test_loops(root: Path, inputs: Inputs) -> LoopScopes:
    """What pytest is told in the root, else in the first folder below that tells it something."""
    found = (read_loops(folder, inputs) for folder in (root, *folders_below(root)))
    return next((loops for loops in found if loops is not None), LoopScopes())


def _newest(name: str, declared: Sequence[Declaration]) -> tuple[int, int] | None:
    """The newest version that is locked, else the newest that the declared ranges admit; None is the newest there is."""
    locked = [declaration for declaration in declared if declaration.locked and declaration.name == name]
    ranges = list(_ranges(name, locked or declared))
    meeting = reduce(Range.meet, ranges, Range())
    if not meeting.empty:
        return _minor(name, meeting)
    apart = [_minor(name, one) for one in ranges]
    return max((one for one in apart if one), default=None) if all(apart) else None


def _minor(name: str, admitted: Range) -> tuple[int, int] | None:
    return newest_minor(admitted.newest, _LAST_MINORS[name]) if admitted.newest else None


def _ranges(name: str, declared: Iterable[Declaration]) -> Iterable[Range]:
    for declaration in declared:
        admitted = parse_specifiers(declaration.specifier) or Range()
        if declaration.name == name:
            yield admitted
        elif (name, declaration.name) == ("sqlalchemy", SQLMODEL) and admitted.meet(_SQLMODEL_ON_2).empty:
            yield _BELOW_2


def _oldest(name: str, declared: Iterable[Declaration]) -> tuple[int, int] | None:
    ranges = [parse_specifiers(declaration.specifier) for declaration in declared if declaration.name == name]
    return min((oldest_minor(found.oldest) for found in ranges if found and found.oldest), default=None)


def _oldest_of_all(name: str, declared: Iterable[Declaration]) -> tuple[int, int] | None:
    """As ``_oldest``; None also when one declaration of the name has no lower bound."""
    ours = [declaration for declaration in declared if declaration.name == name]
    bounded = all((found := parse_specifiers(one.specifier)) is not None and found.oldest is not None for one in ours)
    return _oldest(name, ours) if bounded else None

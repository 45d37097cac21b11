"""The environments that the proofs have to hold in."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_NAME = re.compile(r"fastapi-(newest|\d+\.\d+)|sqlalchemy-2\.0")
_PROJECT = re.compile(r"[\w-]+")


class Environment(NamedTuple):
    """``pins`` replace what the project's dependency groups ask of the same packages; ``marker`` chooses the proofs."""

    name: str
    pins: tuple[str, ...]
    marker: str

    def requirements(self, group: Iterable[str]) -> Iterator[str]:
        """What to install: the group as far as nothing is pinned, and the pins."""
        pinned = {_project(pin) for pin in self.pins}
        yield from (requirement for requirement in group if _project(requirement) not in pinned)
        yield from self.pins


def environment(name: str) -> Environment:
    """``sqlalchemy-2.0``, ``fastapi-newest`` or ``fastapi-0.115`` (any minor version). Raises ValueError for another name."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is neither 'sqlalchemy-2.0', 'fastapi-newest' nor such as 'fastapi-0.115'")
    if not found[1]:
        return Environment(name, ("sqlalchemy[asyncio]==2.0.*",), "proof")
    if found[1] == "newest":
        return Environment(name, (), "fastapi")
    # Starlette's TestClient of those days passes an argument to httpx that httpx 0.28 does not know any more
    return Environment(name, (f"fastapi=={found[1]}.*", "httpx<0.28"), "fastapi")


# Each row of each page's table holds in one of these: tests/proofs sees to that
ENVIRONMENTS = tuple(
    environment(name)
    for name in (
        "sqlalchemy-2.0",
        "fastapi-0.105",
        "fastapi-0.109",
        "fastapi-0.115",
        "fastapi-0.120",
        "fastapi-0.128",
        "fastapi-newest",
    )
)


def _project(requirement: str) -> str:
    found = _PROJECT.match(requirement)
    return found[0].lower() if found else requirement

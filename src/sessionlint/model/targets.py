"""What the checked project says of itself: the versions it runs on, and the event loops of its tests."""

from sessionlint.model.records import dataclass


@dataclass(frozen=True, slots=True)
class LoopScopes:
    """What pytest-asyncio's settings say: the scope of the event loop of fixtures (None: each fixture's own scope) and of tests;
    ``auto``: also of those that no mark or decorator speaks of."""

    fixtures: str | None = None
    tests: str = "function"
    auto: bool = False


@dataclass(frozen=True, slots=True)
class Targets:
    """Newest version that each declaration admits, as (major, minor); None when nothing is declared (then: the newest there is).

    ``python`` and ``fastapi_oldest`` are the *oldest* versions the project supports, because a fix must run there.
    """

    sqlalchemy: tuple[int, int] | None = None
    fastapi: tuple[int, int] | None = None
    python: tuple[int, int] | None = None
    fastapi_oldest: tuple[int, int] | None = None
    loops: LoopScopes = LoopScopes()

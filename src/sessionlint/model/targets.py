"""What the checked project says of itself: the versions it runs on."""

from typing import NamedTuple


class Targets(NamedTuple):
    """Newest version that each declaration admits, as (major, minor); None when nothing is declared (then: the newest there is).

    ``python`` and ``fastapi_oldest`` are the *oldest* versions the project supports, because a fix must run there.
    """

    sqlalchemy: tuple[int, int] | None = None
    fastapi: tuple[int, int] | None = None
    python: tuple[int, int] | None = None
    fastapi_oldest: tuple[int, int] | None = None

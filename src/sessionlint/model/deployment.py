"""How many processes and threads a project is started with, as far as its files say so."""

from sessionlint.model.records import dataclass


@dataclass(frozen=True, slots=True)
class Concurrency:
    """``what`` is "workers" or "threads"; ``line`` of the file at ``path`` says ``number`` in the words ``written``."""

    what: str
    number: int
    path: str
    line: int
    written: str

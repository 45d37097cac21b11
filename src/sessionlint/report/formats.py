"""The output formats: what ``--output-format`` chooses among. A new one is a module of this package and a line here."""

from collections.abc import Mapping
from typing import NamedTuple


class Format(NamedTuple):
    """``told`` says in the README what it prints; ``commands``: some of its lines are commands to the CI that runs it."""

    told: str
    commands: bool = False


FORMATS: Mapping[str, Format] = {
    "full": Format("findings with the code, the places behind them, and the fix (the default, above)"),
    "concise": Format("one line per finding"),
    "json": Format("one object, for programs (below)"),
    "github": Format("annotations on a pull request", commands=True),
}

"""Fixing generated modules with the tool itself, and running them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import sessionmaker

from meaning import witness
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis
from sessionlint.run.fixing.fixpoint import fix_all
from sessionlint.run.settings.selectors import Layer
from sessionlint.run.settings.settings import Settings

PATH = "app.py"


@dataclass(frozen=True)
class Run:
    """What one call did: everything the witness saw, how it ended, and what is stored then."""

    trace: tuple[object, ...]
    ending: str
    stored: tuple[str, ...]
    left_open: int


def fixed(text: str, codes: Sequence[str], *, unsafe: bool) -> str:
    """``text`` as the rules ``codes`` leave it. The tool must have nothing to complain of."""
    analysis = Analysis(Settings(layers=(Layer(select=tuple(codes)),)))
    sources = {PATH: Source(PATH, text)}
    result = fix_all(analysis, sources, analysis.check(sources), unsafe)
    assert not result.outcome.errors, f"{result.outcome.errors}\n{text}"
    return result.sources[PATH].text


def run(module: str, flags: Sequence[bool], engine: Engine) -> Run:
    """Call ``work(flags)`` of a module on the rows that ``engine`` starts with, and put these back."""
    namespace: dict[str, Any] = {"__name__": "app"}
    exec(compile(module, PATH, "exec"), namespace)
    namespace["SessionLocal"] = sessionmaker(engine, class_=witness.Watched)
    namespace["engine"] = witness.WatchedEngine(engine)
    witness.forget()
    try:
        ending = f"returns {_plain(namespace['work'](flags))}"
    except Exception as error:
        ending = f"raises {type(error).__name__}"
    seen = tuple(witness.trace)
    left_open = sum(session.in_transaction() for session in witness.Watched.opened)
    left_open += sum(connection.in_transaction() for connection in witness.WatchedEngine.taken)
    witness.forget()
    return Run(seen, ending, _restored(engine), left_open)


def _restored(engine: Engine) -> tuple[str, ...]:
    """The rows that are stored; afterwards they are those of the beginning again."""
    with engine.begin() as connection:
        stored = tuple(connection.scalars(text("select name from row order by name")))
        connection.execute(text("delete from row"))
        connection.execute(text("insert into row values ('there')"))
    return stored


def _plain(value: object) -> object:
    """A returned value without what may be detached in it."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return "a row" if isinstance(value, witness.Row) else value


def differences(before: Run, after: Run) -> Mapping[str, tuple[object, object]]:
    """What the repaired function does otherwise; that it closes what was left open is what it was repaired for."""
    names = ("trace", "ending", "stored")
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in names}
    pairs["trace"] = (before.trace, _without_more_closes(before.trace, after.trace))
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _without_more_closes(before: Sequence[object], after: Sequence[object]) -> tuple[object, ...]:
    """``after`` without the closes that have none beside them in ``before``."""
    kept: list[object] = []
    for one in after:
        expected = before[len(kept)] if len(kept) < len(before) else None
        if one != "close" or expected == "close":
            kept.append(one)
    return tuple(kept)

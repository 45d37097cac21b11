"""What SES311 rewrites does the same afterwards: generated bodies, executed on SQLite before and after the fix."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis
from sessionlint.run.fixing.fixpoint import fix_all
from sessionlint.run.settings.config import merged, read_inline

pytestmark = pytest.mark.thorough

HEAD = """\
from contextlib import contextmanager

from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker
from sqlalchemy.pool import StaticPool

engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
SessionLocal = sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


@contextmanager
def get_db_session():
    db = SessionLocal()
    try:
        yield db
        db.commit()
    except Exception:
        db.rollback()
        raise
    finally:
        db.close()


def plant(db):
    db.add(Item(name="planted"))


def plant_at_once(db):
    plant(db)
    db.commit()


class Desk:
    def __init__(self, db):
        self.db = db

    def count(self):
        return self.db.execute(text("select count(*) from items")).scalar()
"""
STEPS = {
    "ask": ["names.append(Desk(db).count())"],
    "plant": ["plant(db)"],
    "plant at once": ["desk = Desk(db)", "plant_at_once(desk.db)"],
    "add": ["db.add(Item(name='new'))"],
    "insert": ["db.execute(text(\"insert into items (name) values ('sql')\"))"],
    "change": ["item = db.get(Item, 1)", "item.name = item.name + '!'"],
    "read": ["item = db.get(Item, 1)", "names.append(item.name)"],
    "commit": ["db.commit()"],
    "rollback": ["db.rollback()"],
    "return": ["if flag:", "    return len(names)"],
    "raise": ["if flag:", "    raise ValueError('boom')"],
    "swallow": [
        "try:",
        "    db.add(Item(id=1, name='twice'))",
        "    db.flush()",
        "except Exception:",
        "    names.append('error')",
    ],
    "recover": ["try:", "    db.add(Item(id=1, name='twice'))", "    db.commit()", "except Exception:", "    db.rollback()"],
}
ENDS = {
    "nothing": ([], []),
    "give": (["return item"], []),
    "plain": (["return len(names)"], []),
    "behind": ([], ["return item.name"]),
}
Program = tuple[str, ...]


def with_block(steps: Program, end: str) -> list[str]:
    inside, behind = ENDS[end]
    body = [line for step in steps for line in STEPS[step]] + inside
    return ["with SessionLocal() as db:", *(f"    {line}" for line in body), *behind]


def by_hand(steps: Program, end: str) -> list[str]:
    inside, behind = ENDS[end]
    body = [line for step in steps for line in STEPS[step]] + inside
    guarded = ["try:", *(f"    {line}" for line in body), "except ValueError:", "    db.rollback()", "    raise"]
    return ["db = SessionLocal()", *guarded, "finally:", "    db.close()", *behind]


def around(steps: Program, end: str) -> list[str]:
    """The handlers have nothing to do with the session."""
    inside, behind = ENDS[end]
    body = [line for step in steps for line in STEPS[step]] + inside
    guarded = ["try:", *(f"    {line}" for line in body), "except Exception:", "    names.append('caught')"]
    return ["db = SessionLocal()", *guarded, "finally:", "    db.close()", *behind]


def inside(steps: Program, end: str) -> list[str]:
    opened, *guarded = around(steps, end)
    return [guarded[0], f"    {opened}", *guarded[1:]]


def owned(steps: Program, end: str) -> list[str]:
    """The session may be the caller's."""
    inside, behind = ENDS[end]
    body = [line for step in steps for line in STEPS[step]] + inside
    guarded = ["try:", *(f"    {line}" for line in body), "finally:", "    if given is None:", "        db.close()"]
    return ["db = given or SessionLocal()", *guarded, *behind]


def module(form: Callable[[Program, str], list[str]], programs: list[tuple[Program, str]]) -> str:
    text = HEAD
    for number, (steps, end) in enumerate(programs):
        lines = ["item = None", "names = []", *form(steps, end)]
        text += f"\n\ndef work_{number}(flag, given=None):\n" + "".join(f"    {line}\n" for line in lines)
    return text


def migrated(text: str) -> str:
    settings = merged([read_inline('select = ["SES311"]\nsession-provider = "app.get_db_session"')])
    analysis = Analysis(settings)
    sources = {"app.py": Source("app.py", text)}
    fixed = fix_all(analysis, sources, analysis.check(sources), unsafe=True)
    assert not fixed.outcome.errors
    return fixed.sources["app.py"].text


def outcome(space: dict[str, Any], function: str, flag: bool, *, lends: bool) -> tuple[object, ...]:
    """What the function gives or raises, what it leaves in the table, and what can be read of an object it returns.

    With ``lends``, it gets a session that the caller commits.
    """
    space["Base"].metadata.drop_all(space["engine"])
    space["Base"].metadata.create_all(space["engine"])
    with space["SessionLocal"].begin() as db:
        db.add(space["Item"](id=1, name="first"))
    lent = space["SessionLocal"]()
    try:
        given = space[function](flag, lent if lends else None)
        lent.commit()
        shown: object = getattr(given, "name", given)
    except Exception as error:
        shown = type(error).__name__
    lent.close()
    with space["SessionLocal"]() as db:
        rows = sorted(db.scalars(space["select"](space["Item"].name)))
    return shown, tuple(rows)


def executed(text: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(compile(text, "app.py", "exec"), space)
    return space


@pytest.mark.parametrize("form", [with_block, by_hand, around, inside, owned])
def test_a_rewritten_block_does_what_it_did(form: Callable[[Program, str], list[str]]) -> None:
    steps_of_two = STEPS if form in (with_block, by_hand) else ("ask", "plant", "add", "read", "commit", "return", "swallow")
    programs: list[tuple[Program, str]] = [((step,), end) for step in STEPS for end in ENDS]
    programs += [(steps, end) for steps in product(steps_of_two, repeat=2) for end in ENDS]
    programs += [(steps, "nothing") for steps in product(("add", "change", "commit", "return", "recover"), repeat=3)]
    before = module(form, programs)
    after = migrated(before)
    functions = dict(zip(before.split("\n\n\ndef work_")[1:], after.split("\n\n\ndef work_")[1:], strict=True))
    changed = [number for number, (old, new) in enumerate(functions.items()) if old != new]
    assert len(changed) > 50
    old_space, new_space = executed(before), executed(after)
    for number in changed:
        for flag in (False, True):
            name = f"work_{number}"
            for lends in (False, True) if form is owned else (False,):
                expected = outcome(old_space, name, flag, lends=lends)
                assert outcome(new_space, name, flag, lends=lends) == expected, (programs[number], flag, lends)
    for space in (old_space, new_space):
        space["engine"].dispose()

"""Functions that open a session (or a connection) and do all sorts of things with it, written as a person might."""

from dataclasses import dataclass

from hypothesis import strategies as st

HEADER = """\
from meaning.witness import Row, Stop, probe, probing
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import sessionmaker

engine = create_engine("sqlite://")
SessionLocal = sessionmaker()


"""
FLAGS = 4

_SESSION = (
    "db.add(Row(name='{word}'))",
    "db.add(Row(name='{word}')); db.flush()",
    "db.flush()",
    "db.commit()",
    "db.rollback()",
    "rows = db.scalars(select(Row)).all()",
    "row = db.scalars(select(Row)).first()",
    "n = db.query(Row).count()",
    "probe([one.name for one in rows])",
    "db.execute(text('''\ninsert into row\n  values ('{word}')'''))",
)
_SESSION_LEAVES = ("return n", "return rows", "return [one.name for one in rows]", "return row", "return db.query(Row).count()")
_CONNECTION = (
    "db.execute(text(\"insert into row values ('{word}')\"))",
    "db.commit()",
    "db.rollback()",
    "rows = db.execute(text('select name from row')).fetchall()",
    "rows = db.execute(text('select name from row'))",
    "n = db.scalar(text('select count(*) from row'))",
    "probe([one.name for one in rows])",
    "db.execute(text('''\nupdate row set name = '{word}'\n  where name = 'there' '''))",
)
_CONNECTION_LEAVES = ("return n", "return [one.name for one in rows]", "return db.scalar(text('select count(*) from row'))")
_PLAIN = ("probe({number})", "probe(n)", "n = n + {number}", "pass", "probe(len('a' 'b'))  # {number}")
_LEAVES = ("return {number}", "return", "raise Stop({number})")


@dataclass(frozen=True)
class Flavour:
    """What is opened, and what is done with it; an ``opening`` with a colon takes the rest of its block inside."""

    opening: str
    uses: tuple[str, ...]
    leaves: tuple[str, ...]


SESSION = Flavour("db = SessionLocal()", _SESSION, _SESSION_LEAVES)
CONNECTION = Flavour("db = engine.connect()", _CONNECTION, _CONNECTION_LEAVES)
CONNECTION_BLOCK = Flavour("with engine.connect() as db:", _CONNECTION[:1] + _CONNECTION[3:], _CONNECTION_LEAVES)


@dataclass(frozen=True)
class Around:
    """Where a block stands."""

    depth: int
    opened: bool = False
    in_loop: bool = False

    def inside(self, *, in_loop: bool = False) -> "Around":
        return Around(self.depth + 1, self.opened, self.in_loop or in_loop)


@st.composite
def modules(draw: st.DrawFn, flavour: Flavour) -> str:
    """The text of a module with one function ``work(flags)``."""
    writer = _Writer(draw, flavour)
    return writer.module(writer.block(Around(0), minimum=2))


@st.composite
def swallowing_modules(draw: st.DrawFn) -> str:
    """A session whose failed flush is swallowed in a loop, and that goes on."""
    writer, inside = _Writer(draw, SESSION), Around(2, opened=True, in_loop=True)
    tried = [*writer.indented(inside), *writer.deeper([writer.simple(_SESSION[1:2])])]
    caught = draw(st.sampled_from(["except Exception:", "except (IntegrityError, Stop) as error:"]))
    loop = ["try:", *tried, caught, *writer.indented(inside), *writer.statement(inside)]
    body = ["for _ in range(3):", *writer.deeper(loop), *writer.statement(Around(1, opened=True)), "db.commit()"]
    return writer.module(["with SessionLocal() as db:", *writer.deeper(body)])


@st.composite
def begun_modules(draw: st.DrawFn) -> str:
    """A session that is in a transaction when it begins one."""
    writer, inside = _Writer(draw, SESSION), Around(1, opened=True)
    first = writer.simple(("db.add(Row(name='{word}'))", "rows = db.scalars(select(Row)).all()"))
    again = ["with db.begin():", *writer.indented(inside)] if draw(st.booleans()) else ["db.begin()"]
    if draw(st.booleans()):
        again = [f"if flags[{draw(st.integers(0, FLAGS - 1))}]:", *writer.deeper(again)]
    body = [first, *again, *writer.statement(inside), *writer.statement(inside)]
    return writer.module(["with SessionLocal() as db:", *writer.deeper(body)])


class _Writer:
    """Lines of a body, indented relative to it. A line break inside a string is a NUL until the end."""

    def __init__(self, draw: st.DrawFn, flavour: Flavour) -> None:
        self.draw = draw
        self.flavour = flavour
        self.unit = draw(st.sampled_from(["    ", "  ", "\t"]))

    def module(self, lines: list[str]) -> str:
        body = "".join(f"{line}\n" for line in self.deeper(["n, row, rows = 0, None, []", *lines]))
        return f"{HEADER}def work(flags):\n{body}".replace("\0", "\n")

    def deeper(self, lines: list[str]) -> list[str]:
        return [f"{self.unit}{line}" if line else "" for line in lines]

    def chance(self, of: int) -> bool:
        return self.draw(st.integers(0, of - 1)) == 1

    def block(self, around: Around, minimum: int = 1) -> list[str]:
        count = self.draw(st.integers(minimum, 4 if around.depth else 6))
        lines: list[str] = []
        for index in range(count):
            if not around.opened and self.draw(st.integers(0, 2)) >= around.depth:
                lines += self.opening(around)
                around = Around(around.depth, not self.flavour.opening.endswith(":"), around.in_loop)
            lines += self.statement(around, last=index == count - 1)
        return lines

    def opening(self, around: Around) -> list[str]:
        lines = [self.flavour.opening]
        if lines[0].endswith(":"):
            return [*lines, *self.indented(Around(around.depth + 1, True, around.in_loop))]
        kind = self.draw(st.integers(0, 3))
        inner = Around(around.depth, True, around.in_loop)
        if kind == 0:
            lines += ["try:", *self.indented(inner.inside()), *self.handlers(inner), "finally:", f"{self.unit}db.close()"]
        elif kind == 1:
            lines += [*self.statement(inner), *self.statement(inner), "db.close()"]
        return lines

    def statement(self, around: Around, *, last: bool = False) -> list[str]:
        if around.depth < 3 and self.chance(3):
            return self.compound(around)
        if last and self.chance(3):
            return [self.simple(self.leaves(around))]
        if around.opened and self.chance(8):
            return ["db.close()"]
        choices = (*self.flavour.uses, *_PLAIN) if around.opened else _PLAIN
        line = self.simple(choices)
        return ["# a remark", line] if self.chance(6) else ["", line] if self.chance(8) else [line]

    def leaves(self, around: Around) -> tuple[str, ...]:
        own = self.flavour.leaves if around.opened else ()
        return (*_LEAVES, *own, *(("break", "continue") if around.in_loop else ()))

    def simple(self, choices: tuple[str, ...]) -> str:
        written = self.draw(st.sampled_from(choices))
        number, word = self.draw(st.integers(1, 9)), self.draw(st.sampled_from(["a", "b", "there"]))
        return written.replace("{number}", str(number)).replace("{word}", word).replace("\n", "\0")

    def compound(self, around: Around) -> list[str]:
        kind = self.draw(st.sampled_from(["if", "if", "for", "try", "try", "finally", "with", "line"]))
        inner = around.inside(in_loop=kind == "for")
        flag = f"flags[{self.draw(st.integers(0, FLAGS - 1))}]"
        if kind == "line":
            return [f"if {flag}: {self.simple(self.leaves(around))}"]
        body = self.indented(inner)
        if kind == "if":
            return [f"if {flag}:", *body, *(["else:", *self.indented(inner)] if self.chance(2) else [])]
        if kind == "for":
            return ["for _ in range(2):  # twice", *body, *(["else:", *self.indented(around.inside())] if self.chance(4) else [])]
        if kind == "with":
            return [f"with probing({self.draw(st.integers(1, 9))}):", *body]
        handlers = self.handlers(around) if kind == "try" else []
        if not handlers:
            return ["try:", *body, "finally:", *self.indented(around.inside())]
        return ["try:", *body, *handlers]

    def handlers(self, around: Around) -> list[str]:
        """Handlers, perhaps none, with an ``else`` perhaps."""
        lines: list[str] = []
        for caught in self.draw(st.sampled_from([(), ("Stop",), ("Exception",), ("IntegrityError", "Stop")])):
            lines += [f"except {caught}:", *self.indented(around.inside())]
            if self.chance(3):
                lines += [f"{self.unit}raise"]
        if lines and self.chance(4):
            lines += ["else:", *self.indented(around.inside())]
        return lines

    def indented(self, around: Around) -> list[str]:
        return self.deeper(self.block(around))

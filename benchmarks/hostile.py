"""Inputs that cost time quadratic in their size, or worse, to whoever reads them carelessly.

Each is a function of a size. The small ones go into a folder as they are; tests take them at sizes that nobody could wait for.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

_SESSIONS = "from sqlalchemy.orm import sessionmaker\n"
_OWN = "sessionlint.toml"


class Hostile(NamedTuple):
    """``size`` is the smallest of the sizes to measure; ``files`` gives the texts of a project's files by name."""

    size: int
    files: Callable[[int], Mapping[str, str]]


def _python(text: Callable[[int], str]) -> Callable[[int], Mapping[str, str]]:
    return lambda size: {"app.py": _SESSIONS + text(size)}


def _other_python(text: Callable[[int], str]) -> Callable[[int], Mapping[str, str]]:
    """A file that does not speak of sessions."""
    return lambda size: {"app.py": text(size)}


def _beside(name: str, text: Callable[[int], str]) -> Callable[[int], Mapping[str, str]]:
    return lambda size: {"app.py": "import sqlalchemy\n", name: text(size)}


_SHOPS = """
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, relationship


class Base(DeclarativeBase):
    pass


class Shop(Base):
    __tablename__ = "shops"
    items = relationship("Shop")


async def change(db: AsyncSession, key: int, values):
    shop = await db.get(Shop, key)
"""


def _optional_attributes(size: int) -> str:
    """An object that is in one of so many states behind as many ``if`` as 2 to the power of ``size``."""
    fields = (f"    if values.a{index}:\n        shop.a{index} = values.a{index}\n" for index in range(size))
    return f"{_SHOPS}{''.join(fields)}    return shop.items\n"


HOSTILE: Mapping[str, Hostile] = {
    # --- comments and strings -----------------------------------------------------------------------------------------
    "blanks behind a directive": Hostile(50_000, _python(lambda n: f"# sessionlint: ignore{' ' * n}x\n")),
    "blanks in a reason": Hostile(50_000, _python(lambda n: f"# sessionlint: ignore -- a{' ' * n}b{' ' * n}c\n")),
    "a long directive": Hostile(50_000, _python(lambda n: f"# sessionlint: {'i' * n}\n")),
    "many unknown rules in a comment": Hostile(250, _python(lambda n: f"# noqa: {','.join(f'SES{i}' for i in range(n))}\n")),
    "many suppressions": Hostile(2_000, _python(lambda n: "x = 1  # noqa: SES301\n" * n)),
    "noqa again and again": Hostile(30_000, _other_python(lambda n: f"#{'noqa ' * n}\n")),
    "a library's name again and again": Hostile(20_000, _other_python(lambda n: f"x = '{'sqlalchemy' * n}'\n")),
    "quotes that nothing closes": Hostile(20_000, _python(lambda n: "# noqa\n" + "\\'''\n" * n)),
    "quotes on one line that nothing closes": Hostile(20_000, _python(lambda n: "# noqa\n'" + "\\'" * n + "\n")),
    # --- imports ------------------------------------------------------------------------------------------------------
    "blanks behind from": Hostile(50_000, _other_python(lambda n: f"from{' ' * n}x\n")),
    "dots behind from": Hostile(50_000, _other_python(lambda n: f"from {'.' * n}\n")),
    "parentheses that nothing closes": Hostile(10_000, _other_python(lambda n: "from x import (\n" * n)),
    # --- ways through a body ------------------------------------------------------------------------------------------
    "attributes that may be set": Hostile(30, _python(_optional_attributes)),
    # --- nesting ------------------------------------------------------------------------------------------------------
    "calls in each other": Hostile(100, _python(lambda n: f"y = {'f(' * n}1{')' * n}\n")),
    "dictionaries in each other": Hostile(100, _python(lambda n: f"y = {'{1:' * n}1{'}' * n}\n")),
    "deep expressions in a broken file": Hostile(20, _python(lambda n: f"y = {'f(' * 150}1{')' * 150}\n" * n + "def\n")),
    # --- names and numbers --------------------------------------------------------------------------------------------
    "one long name": Hostile(50_000, _python(lambda n: f"é = {'a' * n}\n")),
    # --- patterns -----------------------------------------------------------------------------------------------------
    "stars in an exclude pattern": Hostile(
        15, lambda n: {f"{'a' * 120}.py": "", _OWN: f'extend-exclude = ["{"*a" * n}*b", "{"**a" * n}*b"]\n'}
    ),
    "stars in a .gitignore": Hostile(15, lambda n: {f"{'a' * 120}.py": "", ".gitignore": f"{'*a' * n}*b\n{'**/*a' * n}*b\n"}),
    "many patterns in a .gitignore": Hostile(1_200, _beside(".gitignore", lambda n: "".join(f"*x{i}*y\n" for i in range(n)))),
    # --- configuration and declarations -------------------------------------------------------------------------------
    "a key of many parts": Hostile(50_000, _beside("pyproject.toml", lambda n: f"{'a.' * n}b = 1\n")),
    "lists in each other": Hostile(50_000, _beside("pyproject.toml", lambda n: f"a = {'[' * n}\n")),
    "tables of many parts": Hostile(200, _beside("pyproject.toml", lambda n: "".join(f"[a{i}{'.a' * 90}]\n" for i in range(n)))),
    "strings of quotes": Hostile(20_000, _beside("pyproject.toml", lambda n: f'a = {"[" * 99}"""{chr(34) * 2 * n}\n')),
    "a version of many parts": Hostile(20_000, _beside("requirements.txt", lambda n: f"sqlalchemy>=1{'.1' * n}@\n")),
    "blanks in a requirement": Hostile(50_000, _beside("requirements.txt", lambda n: f"sqlalchemy>=1{' ' * n}x\n")),
    "files that include files": Hostile(
        100, lambda n: {"app.py": "", "requirements.txt": "-r r0.txt\n", **{f"r{i}.txt": f"-r r{i + 1}.txt\n" for i in range(n)}}
    ),
    "blanks in setup.cfg": Hostile(20_000, _beside("setup.cfg", lambda n: f"[options]\na{' ' * n}b\n")),
    "odd lines in setup.cfg": Hostile(20_000, _beside("setup.cfg", lambda n: "[options]\n" + "=x\n" * n)),
    "one package again and again": Hostile(50_000, _beside("uv.lock", lambda n: "[[package]]\n" + 'name = "sqlalchemy"\n' * n)),
    "lists in a Pipfile.lock": Hostile(50_000, _beside("Pipfile.lock", lambda n: "[" * n)),
}

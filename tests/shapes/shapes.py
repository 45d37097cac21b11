"""Chains and circles of everything that links one name, class or function of a project to another.

Each shape is a function from a size to the files of a project, by path. A *chain* of n links begins at a session (a factory,
a class, a function that closes) and ends in code that uses it; in a *circle* the last link leads back to the first.
"""

from collections.abc import Callable, Mapping

Files = dict[str, str]
Shape = Callable[[int], Files]

_HEAD = """\
from contextlib import asynccontextmanager, closing, contextmanager
from functools import lru_cache, partial, wraps
from typing import Annotated, NewType, Optional
import asyncio
from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import create_engine, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, sessionmaker

app = FastAPI()
engine = create_engine("postgresql://host/db")
S0 = sessionmaker(engine)
"""
_USE = """

def use():
    session = {made}
    session.execute(select(1))
"""


def _one_file(link: Callable[[int, int], str], first: str, last: str, circle: bool) -> Shape:
    """``link(i, j)`` is the text that makes thing ``i`` of thing ``j``; ``first`` makes thing 0, ``last`` uses thing {n}."""

    def files(size: int) -> Files:
        beginning = link(0, size) if circle else first
        links = "".join(link(index + 1, index) for index in range(size))
        return {"app.py": f"{_HEAD}{beginning}{links}{last.format(n=size)}"}

    return files


def _many_files(link: Callable[[int, int], str], first: str, last: str, circle: bool) -> Shape:
    """As ``_one_file``, each link in a module of its own: ``m0.py``, ``m1.py`` and so on."""

    def files(size: int) -> Files:
        beginning = link(0, size) if circle else f"{_HEAD}{first}"
        modules = {f"m{index + 1}.py": link(index + 1, index) for index in range(size)}
        return {"m0.py": beginning, **modules, "app.py": last.format(n=size)}

    return files


_ROUTE = "\n\n@app.get('/')\ndef route(db: Session = Depends(f{n})):\n    db.execute(select(1))\n"
_CALL = "\n\ndef use():\n    db = S0()\n    f{n}(db)\n"
_COMMITS = "\n\ndef f0(db):\n    db.commit()\n    db.close()\n"

# name: (text that makes one of another, text that makes the first, text that uses the last)
_ONE_FILE: Mapping[str, tuple[Callable[[int, int], str], str, str]] = {
    "aliases": (lambda i, j: f"S{i} = S{j}\n", "", _USE.format(made="S{n}()")),
    "factories": (lambda i, j: f"S{i} = partial(S{j})\n", "", _USE.format(made="S{n}()")),
    "lambdas": (lambda i, j: f"F{i} = lambda: F{j}()\n", "F0 = S0\n", _USE.format(made="F{n}()")),
    "engines": (lambda i, j: f"E{i} = E{j}.execution_options()\n", "E0 = engine\n", _USE.format(made="Session(E{n})")),
    "alternatives": (lambda i, j: f"S{i} = S{j} or S{j}\n", "", _USE.format(made="S{n}()")),
    "doubled": (lambda i, j: f"T{i} = (T{j}, T{j})\n", "T0 = S0\n", _USE.format(made="T{n}[0]")),
    "containers": (lambda i, j: f"T{i} = [T{j}]\n", "T0 = S0\n", _USE.format(made="T{n}[0]")),
    "annotations": (
        lambda i, j: f"A{i} = Annotated[A{j}, 1]\n",
        "A0 = Session\n",
        "\n\ndef use(db: A{n}):\n    db.execute(select(1))\n",
    ),
    "new types": (
        lambda i, j: f"A{i} = NewType('A{i}', A{j})\n",
        "A0 = Session\n",
        "\n\ndef use(db: A{n}):\n    db.close()\n",
    ),
    "returned values": (
        lambda i, j: f"\n\ndef f{i}():\n    return f{j}()\n",
        "\n\ndef f0():\n    return S0()\n",
        _USE.format(made="f{n}()"),
    ),
    "returned functions": (
        lambda i, j: f"\n\ndef f{i}():\n    return f{j}\n",
        "\n\ndef f0():\n    return S0\n",
        _USE.format(made="f{n}()()"),
    ),
    "coroutines": (
        lambda i, j: f"\n\nasync def f{i}(db):\n    await f{j}(db)\n",
        "\n\nasync def f0(db):\n    db.execute(select(1))\n",
        "\n\nasync def use():\n    db = S0()\n    await asyncio.gather(f{n}(db), f{n}(db))\n",
    ),
    "promises": (
        lambda i, j: f"\n\nasync def f{i}():\n    return f{j}()\n",
        "\n\nasync def f0():\n    return S0()\n",
        "\n\nasync def use():\n    db = await f{n}()\n    db.execute(select(1))\n",
    ),
    "functions that a session is handed to": (
        lambda i, j: f"\n\ndef f{i}(db):\n    f{j}(db)\n    db.execute(select(1))\n",
        _COMMITS,
        _CALL,
    ),
    "functions that raise": (
        lambda i, j: f"\n\ndef f{i}():\n    f{j}()\n",
        "\n\ndef f0():\n    raise ValueError\n",
        "\n\ndef get_db():\n    db = S0()\n    try:\n        yield db\n    except Exception:\n        f{n}()\n    finally:\n"
        "        db.close()\n\n\n@app.get('/')\ndef route(db: Session = Depends(get_db)):\n    db.commit()\n",
    ),
    "functions that build engines": (
        lambda i, j: f"\n\ndef f{i}():\n    return f{j}()\n",
        "\n\ndef f0():\n    return create_engine('postgresql://host/other')\n",
        "\n\nbuilt = f{n}()\n\n\ndef use():\n    with f{n}().connect() as connection:\n        connection.execute(select(1))\n",
    ),
    "decorators": (
        lambda i, j: f"\n\ndef d{i}(function):\n    return d{j}(function)\n\n\n@d{i}\ndef f{i}():\n    return f{j}()\n",
        "\n\ndef d0(function):\n    return function\n\n\ndef f0():\n    return S0()\n",
        _USE.format(made="f{n}()"),
    ),
    "decorated by the one before": (
        lambda i, j: f"\n\n@f{j}\ndef f{i}(function):\n    return wraps(function)(f{j}(function))\n",
        "\n\ndef f0(function):\n    return function\n",
        _USE.format(made="f{n}(S0)()"),
    ),
    "dependencies": (
        lambda i, j: f"\n\ndef f{i}(db: Session = Depends(f{j})):\n    return db\n",
        "\n\ndef f0():\n    with S0() as db:\n        yield db\n",
        _ROUTE,
    ),
    "two dependencies each": (
        lambda i, j: f"\n\ndef f{i}(db: Session = Depends(f{j}), other: Session = Depends(f{j})):\n    return db\n",
        "\n\ndef f0():\n    with S0() as db:\n        yield db\n",
        _ROUTE,
    ),
    "functions that return Depends": (
        lambda i, j: f"\n\ndef f{i}():\n    return f{j}()\n",
        "\n\ndef get_db():\n    yield S0()\n\n\ndef f0():\n    return Depends(get_db)\n",
        "\n\n@app.get('/')\ndef route(db: Session = f{n}()):\n    db.execute(select(1))\n",
    ),
    "services": (
        lambda i, j: f"\n\nclass C{i}:\n    def __init__(self, inner: 'C{j}' = Depends('C{j}')):\n        self.inner = inner\n",
        "\n\nclass C0:\n    def __init__(self, db: Session = Depends(S0)):\n        self.db = db\n",
        "\n\n@app.get('/')\ndef route(service: C{n} = Depends(C{n})):\n    service.inner.inner.db.commit()\n",
    ),
    "providers that delegate": (
        lambda i, j: f"\n\ndef f{i}():\n    yield from f{j}()\n",
        "\n\ndef f0():\n    db = S0()\n    yield db\n",
        _ROUTE,
    ),
    "context managers": (
        lambda i, j: f"\n\n@contextmanager\ndef f{i}():\n    with f{j}() as db:\n        yield db\n",
        "\n\n@contextmanager\ndef f0():\n    with S0() as db:\n        yield db\n        db.commit()\n",
        "\n\ndef use():\n    with f{n}() as db:\n        db.execute(select(1))\n",
    ),
    "context managers of context managers": (
        lambda i, j: f"\n\n@contextmanager\ndef f{i}():\n    yield f{j}()\n",
        "\n\n@contextmanager\ndef f0():\n    yield S0()\n",
        "\n\ndef use():\n    with f{n}() as db:\n        db.execute(select(1))\n",
    ),
    "objects that are entered": (
        lambda i, j: (
            f"\n\nclass C{i}:\n    def __enter__(self):\n        return C{j}().__enter__()\n\n"
            f"    def __exit__(self, *args):\n        C{j}().__exit__(*args)\n"
        ),
        "\n\nclass C0:\n    def __enter__(self):\n        return S0()\n\n    def __exit__(self, *args):\n        pass\n",
        "\n\ndef use():\n    with C{n}() as db:\n        db.execute(select(1))\n",
    ),
    "classes that keep a session": (
        lambda i, j: (
            f"\n\nclass C{i}:\n    def __init__(self, db: Session):\n        self.db = db\n\n"
            f"    def other(self):\n        return C{j}(self.db)\n"
        ),
        "\n\nclass C0:\n    def __init__(self, db):\n        self.db = db\n\n    def other(self):\n        self.db.close()\n",
        "\n\ndef use():\n    db = S0()\n    C{n}(db).other()\n",
    ),
    "constructors": (
        lambda i, j: f"\n\nclass C{i}:\n    def __init__(self, db: Session):\n        self.inner = C{j}(db)\n",
        "\n\nclass C0:\n    def __init__(self, db: Session):\n        self.db = db\n",
        "\n\ndef use():\n    db = S0()\n    kept = C{n}(db)\n    kept.inner.inner.db.execute(select(1))\n",
    ),
    "attributes": (
        lambda i, j: f"\n\nclass C{i}:\n    def __init__(self):\n        self.x = C{j}().x\n",
        "\n\nclass C0:\n    def __init__(self):\n        self.x = S0\n",
        _USE.format(made="C{n}().x()"),
    ),
    "properties": (
        lambda i, j: f"\n\nclass C{i}:\n    @property\n    def session(self):\n        return C{j}().session\n",
        "\n\nclass C0:\n    @property\n    def session(self):\n        return S0()\n",
        _USE.format(made="C{n}().session"),
    ),
    "bases": (
        lambda i, j: f"\n\nclass C{i}(C{j}):\n    def m{i}(self):\n        return self.m{j}()\n",
        "\n\nclass C0(Session):\n    def m0(self):\n        return self.execute(select(1))\n",
        "\n\ndef use(db: C{n}):\n    opened = C{n}(engine)\n    opened.m0()\n",
    ),
    "defaults": (
        lambda i, j: f"\n\ndef f{i}(make=None, db=None):\n    make = make or f{j}\n    db = db or make()\n    return db\n",
        "\n\ndef f0():\n    return S0()\n",
        _USE.format(made="f{n}()"),
    ),
    "routers": (
        lambda i, j: f"r{i} = APIRouter()\nr{i}.include_router(r{j})\n",
        "r0 = APIRouter(dependencies=[Depends(S0)])\n\n\n@r0.get('/')\ndef route(db=Depends(S0)):\n    db.commit()\n\n\n",
        "app.include_router(r{n})\n",
    ),
    "cached functions": (
        lambda i, j: f"\n\n@lru_cache\ndef f{i}():\n    return f{j}()\n",
        "\n\ndef f0():\n    return S0()\n",
        _USE.format(made="f{n}()"),
    ),
    "closing": (lambda i, j: f"S{i} = closing(S{j})\n", "", "\n\ndef use():\n    with S{n} as db:\n        db().commit()\n"),
}


def _in_function(link: Callable[[int, int], str], first: str, last: str) -> Callable[[bool], Shape]:
    """Links that are statements of one function, of which ``{first}`` is the beginning."""

    def shape(circle: bool) -> Shape:
        def files(size: int) -> Files:
            back = link(0, size) if circle else ""
            links = "".join(f"    {link(index + 1, index)}" for index in range(size))
            closing = f"    {back}" if back else ""
            return {"app.py": f"{_HEAD}{first}{links}{closing}{last.format(n=size)}"}

        return files

    return shape


_LOCAL: Mapping[str, Callable[[bool], Shape]] = {
    "local aliases of a session": _in_function(
        lambda i, j: f"x{i} = x{j}\n", "\n\ndef use():\n    x0 = S0()\n", "    x{n}.execute(select(1))\n"
    ),
    "local aliases of an engine": _in_function(
        lambda i, j: f"x{i} = x{j}\n",
        "\n\n@app.get('/')\ndef use():\n    x0 = create_engine('postgresql://host/db')\n",
        "    with x{n}.connect() as connection:\n        connection.execute(select(1))\n",
    ),
    "local aliases of a coroutine": _in_function(
        lambda i, j: f"x{i} = x{j}\n",
        "\n\nasync def use(db: AsyncSession):\n    x0 = db.execute(select(1))\n",
        "    x{n}.all()\n",
    ),
    "results": _in_function(
        lambda i, j: f"x{i} = x{j}.scalars()\n",
        "\n\nasync def use(db: AsyncSession):\n    x0 = await db.execute(select(1))\n",
        "    await x{n}.all()\n",
    ),
    "attributes of one class": _in_function(
        lambda i, j: f"    self.x{i} = self.x{j}\n",
        "\n\nclass C:\n    def __init__(self):\n        self.x0 = S0()\n",
        "\n    def use(self):\n        self.x{n}.execute(select(1))\n        self.x{n}.close()\n",
    ),
    "objects made of each other": _in_function(
        lambda i, j: f"x{i} = Keeper(x{j})\n",
        "\n\nclass Keeper:\n    def __init__(self, db):\n        self.db = db\n\n\ndef use():\n    x0 = S0()\n",
        "    x{n}.db.execute(select(1))\n",
    ),
    "lists of coroutines": _in_function(
        lambda i, j: f"x{i} = [*x{j}, run(db)]\n",
        "\n\nasync def run(db: AsyncSession):\n    await db.execute(select(1))\n\n\nasync def use(db: AsyncSession):\n"
        "    x0 = [run(db)]\n",
        "    await asyncio.gather(*x{n})\n",
    ),
    "streams": _in_function(
        lambda i, j: f"x{i} = asyncio.wrap(x{j})\n",
        "\n\ndef rows(db):\n    yield from db.execute(select(1))\n\n\ndef get_db():\n    with S0() as db:\n        yield db\n\n\n"
        "@app.get('/')\ndef use(db: Session = Depends(get_db)):\n    x0 = asyncio.wrap(rows(db))\n",
        "    return StreamingResponse(x{n})\n",
    ),
}

_MANY_FILES: Mapping[str, tuple[Callable[[int, int], str], str, str]] = {
    "re-exports": (
        lambda i, j: f"from m{j} import S0, engine\n",
        "",
        "from m{n} import S0\n\n\ndef use():\n    session = S0()\n    session.commit()\n",
    ),
    "renaming re-exports": (
        lambda i, j: f"from m{j} import S{j} as S{i}\n",
        "",
        "from m{n} import S{n}\n\n\ndef use():\n    session = S{n}()\n    session.commit()\n",
    ),
    "star imports": (
        lambda i, j: f"from m{j} import *\n",
        "",
        "from m{n} import *\n\n\ndef use():\n    session = S0()\n    session.commit()\n",
    ),
    "modules": (
        lambda i, j: f"import m{j} as inner\nS = inner.S\n",
        "S = S0\n",
        "import m{n} as last\n\n\ndef use():\n    session = last.S()\n    session.commit()\n",
    ),
    "calls": (
        lambda i, j: f"from m{j} import f{j}\n\n\ndef f{i}(db):\n    return f{j}(db)\n",
        "\n\ndef f0(db):\n    db.close()\n",
        "from m0 import S0\nfrom m{n} import f{n}\n\n\ndef use():\n    db = S0()\n    f{n}(db)\n",
    ),
    "classes": (
        lambda i, j: f"from m{j} import C{j}\n\n\nclass C{i}(C{j}):\n    def other(self):\n        return C{j}(self.db)\n",
        "\n\nclass C0:\n    def __init__(self, db):\n        self.db = db\n",
        "from m0 import S0\nfrom m{n} import C{n}\n\n\ndef use():\n    db = S0()\n    C{n}(db).other().db.commit()\n",
    ),
}


def _shapes(circle: bool) -> dict[str, Shape]:
    return {
        **{name: _one_file(*texts, circle) for name, texts in _ONE_FILE.items()},
        **{name: shape(circle) for name, shape in _LOCAL.items()},
        **{name: _many_files(*texts, circle) for name, texts in _MANY_FILES.items()},
    }


CHAINS: Mapping[str, Shape] = _shapes(circle=False)
CIRCLES: Mapping[str, Shape] = _shapes(circle=True)

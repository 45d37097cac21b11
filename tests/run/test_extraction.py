"""Which files are parsed, beside those that speak of sessions by themselves."""

import pytest

from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis

DB = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine("sqlite://")
make = sessionmaker(engine)


class Repository:
    def __init__(self):
        self.handle = make()
"""
REGISTRY = """\
from sqlalchemy.orm import scoped_session, sessionmaker

registry = scoped_session(sessionmaker())


def load(key):
    return find(key)


def find(key):
    return registry.get(key)
"""


def parsed(**files: str) -> set[str]:
    """The files with facts; ``__`` in a keyword stands for a slash."""
    sources = {path: Source(path, text) for name, text in files.items() for path in [f"{name.replace('__', '/')}.py"]}
    project = Analysis().check(sources).project
    assert project is not None
    return set(project.modules)


@pytest.mark.parametrize(
    "text",
    [
        "from app.db import make\n",
        "import app.db as database\n\n\ndef f():\n    database.make()\n",
        "def f():\n    from app import db\n\n    return db.make()\n",
        "from app.between import anything\n\n\ndef f(x):\n    return x.handle\n",
        "from app.db import Repository as R\n\n\ndef f(r: R):\n    return r.handle\n",
        "run('app.db.make')\n",
    ],
)
def test_a_file_is_parsed_for_a_name_that_it_can_have(text: str) -> None:
    assert "app/user.py" in parsed(app__db=DB, app__between="from app.db import Repository as anything\n", app__user=text)


@pytest.mark.parametrize(
    "text",
    [
        "def make():\n    return engine\n",
        "from other import make\n",
        "import app.between\n\napp.between.make()\n",
        "import app.db\nfrom other.handle import run\n\nrun(app, 'handled', app.handles)\n",
    ],
)
def test_a_file_is_not_parsed_for_a_name_that_it_cannot_have(text: str) -> None:
    assert "app/user.py" not in parsed(app__db=DB, app__between="x = 1\n", app__user=text)


def test_a_test_gets_anything_as_a_fixture() -> None:
    assert parsed(app__db=DB, tests__test_it="def test(engine):\n    engine.connect()\n") == {"app/db.py", "tests/test_it.py"}


def test_coroutines_that_use_a_registry_through_others_are_parsed() -> None:
    route = "from app.crud import load\n\n\nasync def route(key):\n    return load(key)\n"
    assert "app/main.py" in parsed(app__crud=REGISTRY, app__main=route)
    assert "app/main.py" not in parsed(app__crud=REGISTRY, app__main=route.replace("async def", "def"))


@pytest.mark.parametrize("line", ["load(1)", "rows = load(1)", "rows: list = [*load(1)]", "ROWS = dict(rows=load(1))"])
def test_what_queries_a_database_when_it_is_imported_is_parsed(line: str) -> None:
    imported = f"from app.crud import load\n\n{line}\n"
    assert "app/main.py" in parsed(app__crud=REGISTRY, app__main=imported)
    inside = f"from app.crud import load\n\n\ndef run():\n    {line}\n"
    assert "app/main.py" not in parsed(app__crud=REGISTRY, app__main=inside)


def test_what_handles_a_session_s_errors_is_parsed_and_what_that_calls() -> None:
    handled = "def save(row):\n    db = make()\n    try:\n        db.flush()\n    except Exception:\n        refuse(row)\n"
    user = f"from app.db import make\nfrom app.errors import refuse\n\n\n{handled}"
    files = {
        "app__errors": "from app.more import fail\n\n\ndef refuse(row):\n    fail(row)\n",
        "app__more": "def fail(row): ...\n",
    }
    assert {"app/errors.py", "app/more.py"} <= parsed(app__db=DB, app__user=user, **files)
    assert not {"app/errors.py", "app/more.py"} & parsed(app__db=DB, app__user=user.replace("db.flush", "print"), **files)

"""What is in the way of an engine on first use: each obstacle is named with its place, and then there is no fix."""

import pytest

from sessionlint.model.finding import Finding
from sessionlint.model.source import Source
from sessionlint.run.analysis import analyse_sources

DB = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from app.settings import url

engine = create_engine(url)
SessionLocal = sessionmaker(engine)
"""


def finding(files: dict[str, str]) -> Finding:
    sources = {path: Source(path, text) for path, text in files.items()}
    found = [each for each in analyse_sources(sources).findings if each.code == "SES101" and each.place.path == "app/db.py"]
    assert len(found) == 1
    return found[0]


def in_the_way(**files: str) -> str:
    """The place and the reason: ``app/main.py:2: ...``."""
    texts = {"app/db.py": DB} | {f"{name.replace('__', '/')}.py": text for name, text in files.items()}
    one = finding(texts)
    assert one.fix is None
    related = one.related[-1]
    prefix = "this is in the way of a fix: "
    assert related.message.startswith(prefix)
    source = Source(related.place.path, texts[related.place.path])
    return f"{related.place.path}:{source.position(related.place.span.start).line}: {related.message.removeprefix(prefix)}"


@pytest.mark.parametrize(
    ("main", "reason"),
    [
        ("from app.db import engine\nBase.metadata.create_all(engine)", "2: `engine` is used here when the module is imported"),
        (
            "from sqlalchemy import event\nfrom app.db import engine\n@event.listens_for(engine, 'connect')\ndef f(*a): ...",
            "3: `engine` is used here when the module is imported",
        ),
        ("from app import db\nadmin = Admin(app, db.engine)", "2: `engine` is used here when the module is imported"),
        (
            "from app.db import SessionLocal\ndef f(db=SessionLocal()): ...",
            "2: `SessionLocal` is used here when the module is imported",
        ),
        ("from app.db import engine\nclass Service:\n    bind = engine", "3: `engine` is used here when the module is imported"),
        ("from app.db import *\nprint(engine)", "1: `engine` comes by a star import"),
        ("from app import db\ndef f():\n    db.engine = None", "3: it assigns to `engine`"),
        ("from app.db import engine\ndef f():\n    global engine\n    return engine", "3: `engine` is declared global"),
        (
            "from app.db import engine\ntry:\n    from app.other import engine\nexcept ImportError: pass",
            "1: `engine` has another meaning, too",
        ),
        (
            "from app import db\ndef f():\n    return getattr(db, 'engine')",
            "3: a string stands for `engine`, and what is done with it cannot be told",
        ),
        (
            "from app.db import SessionLocal\ndef f(db: SessionLocal): ...",
            "2: `SessionLocal` stands here where no call can, in an annotation or the like",
        ),
        ("def f():\n    run('from app.db import x; app.db.engine.connect()')", "2: a string speaks of `app.db.engine`"),
        ("from app.db import engine\n)", "1: the file mentions `engine` and cannot be read"),
    ],
)
def test_a_reference_that_cannot_change_is_named(main: str, reason: str) -> None:
    assert in_the_way(app__main=main + "\n") == f"app/main.py:{reason}"


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        (
            "def test(monkeypatch, fake):\n    monkeypatch.setattr('app.db.engine', fake)",
            "2: `engine` is replaced here, and a factory would remember the replacement",
        ),
        (
            "from unittest.mock import patch\n@patch('app.db.SessionLocal')\ndef test(fake): ...",
            "2: a string stands for `SessionLocal`, and what is done with it cannot be told",
        ),
        (
            "from unittest.mock import patch\ndef test(x):\n    with patch('app.db.SessionLocal', x) as fake: ...",
            "3: a string stands for `SessionLocal`, and what is done with it cannot be told",
        ),
        ("def test(module):\n    module.engine = None", "2: it may assign to `engine`"),
        ("def test(module):\n    setattr(module, 'engine', None)", "2: a string may stand for `engine`"),
        (
            "def test(monkeypatch):\n    monkeypatch.setattr('app.db.SessionLocal', make())",
            "2: a string stands for `SessionLocal`, and what is done with it cannot be told",
        ),
    ],
)
def test_a_replacement_that_cannot_be_wrapped_is_named(test: str, reason: str) -> None:
    assert in_the_way(tests__test_db=test + "\n") == f"tests/test_db.py:{reason}"


@pytest.mark.parametrize(
    ("db", "reason"),
    [
        (
            "if url:\n    engine = create_engine(url)",
            "5: only `name = create_engine(...)` on the module's own level can become a function",
        ),
        ("engine = None\nengine = create_engine(url)", "4: `engine` is bound more than once"),
        ("engine = create_engine(url); pool = engine.pool", "4: `engine` is used here when the module is imported"),
        ("x = 1; engine = create_engine(url)", "4: the lines around it cannot be rearranged"),
        ("engine = create_engine(URL)\nURL = 2", "4: `URL`, which the value needs, is bound more than once"),
        (
            "import os\nNAME = os.environ['NAME']\nlen(NAME)\nengine = create_engine(NAME)",
            "5: the import needs the variable all the same; more than the engine uses it",
        ),
        ("engine = create_engine(url)\nget_engine = get_db_engine = None", "4: `get_engine` is already the name of something"),
    ],
)
def test_a_definition_that_cannot_change_is_named(db: str, reason: str) -> None:
    head = (
        "from sqlalchemy import create_engine\nfrom app.settings import url\nURL = 1\n"
        if "URL" in db
        else ("from sqlalchemy import create_engine\nfrom app.settings import url\n\n")
    )
    assert in_the_way(app__db=f"{head}{db}\n") == f"app/db.py:{reason}"


def test_a_package_that_passes_everything_on_passes_on_the_function() -> None:
    one = finding(
        {
            "app/db.py": DB,
            "app/__init__.py": "from app.db import *\n",
            "use.py": "from app import SessionLocal\n\n\ndef use():\n    return SessionLocal()\n",
        }
    )
    assert one.fix is not None
    changes = {(edit.place.path, edit.text) for edit in one.fix.edits if edit.place.path == "use.py"}
    assert changes == {("use.py", "from app import get_sessionmaker"), ("use.py", "get_sessionmaker()")}


def test_what_only_looks_like_the_engine_is_left_alone() -> None:
    one = finding(
        {
            "app/db.py": DB,
            "app/main.py": (
                "from app import other\nfrom app.other import engine\n\n\ndef f(self, engine=engine):\n"
                "    log('engine')\n    return self.engine, other.engine, dict(engine=1)\n"
            ),
            "app/other.py": "engine = 1\n",
        }
    )
    assert one.fix is not None
    assert {edit.place.path for edit in one.fix.edits} == {"app/db.py"}


def test_a_replacement_may_be_given_by_keyword() -> None:
    test = (
        "from unittest.mock import patch\n\n\ndef test(fake):\n    with patch('app.db.SessionLocal', new=fake):\n        pass\n"
    )
    fix = finding({"app/db.py": DB, "tests/test_db.py": test}).fix
    assert fix is not None
    assert [edit.text for edit in fix.edits if edit.place.path == "tests/test_db.py"] == ["get_sessionmaker", "lambda: "]


def test_an_engine_without_a_factory_may_be_replaced() -> None:
    db = "from sqlalchemy import create_engine\nfrom app.settings import url\n\nengine = create_engine(url)\n"
    test = "from app import db\n\n\ndef test(monkeypatch, fake):\n    monkeypatch.setattr(db, 'engine', fake)\n"
    fix = finding({"app/db.py": db, "tests/test_db.py": test}).fix
    assert fix is not None
    assert [edit.text for edit in fix.edits if edit.place.path == "tests/test_db.py"] == ["get_engine", "lambda: "]

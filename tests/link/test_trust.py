"""Names that the configuration vouches for are as good as names that the tool has followed."""

import pytest

from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis, Checked
from sessionlint.run.settings.config import merged, read_inline

OUTSIDE = "from company.db import {name}\n\n\n"
BARE = """\
from {module} import {name}


def load(key):
    db = {name}()
    return db.get(int, key)
"""


def check(configuration: str, **files: str) -> Checked:
    settings = merged([read_inline(configuration)])
    sources = {path.replace("__", "/").replace("init", "__init__") + ".py": text for path, text in files.items()}
    return Analysis(settings).check({path: Source(path, text) for path, text in sources.items()})


def found(configuration: str, **files: str) -> list[tuple[str, str]]:
    return [(finding.code, finding.place.path) for finding in check(configuration, **files).outcome.findings]


def test_a_factory_of_another_package() -> None:
    use = BARE.format(module="company.db", name="make_session")
    assert found("", use=use) == []
    assert found('session-factories = ["company.db.make_session"]', use=use) == [("SES301", "use.py")]


def test_a_factory_reached_through_its_module() -> None:
    use = """\
import company.db as d


def load(key):
    db = d.make_session()
    return db.get(int, key)
"""
    assert found('session-factories = ["company.db.make_session"]', use=use) == [("SES301", "use.py")]


def test_the_kind_of_a_factory_is_told_by_the_word_async() -> None:
    use = """\
from company.db import make


async def load(key):
    with make() as db:
        return await db.get(int, key)
"""
    assert found('session-factories = ["async company.db.make"]', use=use) == [("SES607", "use.py")]
    awaited = use.replace("with make", "async with make")
    assert found('session-factories = ["company.db.make"]', use=awaited) != []
    assert found('session-factories = ["async company.db.make"]', use=awaited) == []


UNKNOWN_FUNCTION = "from somewhere import registry\n\n\ndef make_session():\n    return registry.open('db')\n"
UNKNOWN_VALUE = "from somewhere import registry\n\nmake_session = registry.opener('db')\n"


@pytest.mark.parametrize("definition", [UNKNOWN_FUNCTION, UNKNOWN_VALUE], ids=["function", "value"])
def test_a_definition_of_the_project_that_cannot_be_seen_through(definition: str) -> None:
    use = BARE.format(module="app.db", name="make_session")
    files = {"app__init": "", "app__db": definition, "app__use": use}
    assert found("", **files) == []
    assert found('session-factories = ["app.db.make_session"]', **files) == [("SES301", "app/use.py")]


@pytest.mark.parametrize("configured", ["app.make_session", "app.db.make_session", "app.database.make_session"])
@pytest.mark.parametrize("imported", ["app", "app.db", "app.database"])
@pytest.mark.parametrize("definition", [UNKNOWN_FUNCTION, UNKNOWN_VALUE], ids=["function", "value"])
def test_re_exports_are_one_name(definition: str, configured: str, imported: str) -> None:
    files = {
        "app__init": "from .db import make_session\n",
        "app__db": "from app.database import make_session\n",
        "app__database": definition,
        "app__use": BARE.format(module=imported, name="make_session"),
    }
    assert found(f'session-factories = ["{configured}"]', **files) == [("SES301", "app/use.py")]


def test_an_alias_and_a_star_import() -> None:
    use = """\
from company.db import make_session as opener

Session = opener


def load(key):
    db = Session()
    return db.get(int, key)
"""
    assert found('session-factories = ["company.db.make_session"]', use=use) == [("SES301", "use.py")]
    star = {
        "app__init": "",
        "app__db": UNKNOWN_VALUE,
        "app__use": "from app.db import *\n\n\ndef load(key):\n    db = make_session()\n    return db.get(int, key)\n",
    }
    assert found('session-factories = ["app.db.make_session"]', **star) == [("SES301", "app/use.py")]


def test_a_method_and_a_class_attribute() -> None:
    database = """\
from somewhere import open_session, Maker


class Database:
    Local = Maker()

    def session(self):
        return open_session()
"""
    use = """\
from app.db import Database


def load(key):
    db = Database().session()
    return db.get(int, key)


def read(key):
    db = Database.Local()
    return db.get(int, key)
"""
    configuration = 'session-factories = ["app.db.Database.session", "app.db.Database.Local"]'
    assert found(configuration, app__init="", app__db=database, app__use=use) == [("SES301", "app/use.py")] * 2


def test_a_class_of_sessions_is_a_type_as_well() -> None:
    use = """\
from company.db import Session


async def remove(db: Session, key):
    db.delete(key)
"""
    assert found('session-factories = ["async company.db.Session"]', use=use) == [("SES604", "use.py")]


PROVIDERS = """\
from fastapi import Depends, FastAPI
from company.db import get_db, session_scope

app = FastAPI()


@app.get("/a")
def right(db=Depends(get_db)):
    return db.get(int, 1)


@app.get("/b")
def wrong(db=Depends(session_scope)):
    return db.get(int, 1)


def service():
    db = next(get_db())
    with session_scope() as other:
        other.get(int, 1)
    with get_db() as third:
        return third
"""


def test_the_kind_of_a_provider_is_told_by_how_it_is_used() -> None:
    configuration = 'session-providers = ["company.db.get_db", "with company.db.session_scope"]'
    codes = [code for code, _ in found(configuration, use=PROVIDERS)]
    assert codes == ["SES501", "SES507", "SES506"]
    assert found("", use=PROVIDERS) == []


def test_an_asynchronous_provider() -> None:
    use = """\
from contextlib import asynccontextmanager
from company.db import get_db

session_scope = asynccontextmanager(get_db)


async def good(key):
    async with session_scope() as db:
        await db.get(int, key)


async def bad(key):
    async with session_scope() as db:
        db.delete(key)
"""
    assert found('session-providers = ["async company.db.get_db"]', use=use) == [("SES604", "use.py")]


OWN_PROVIDER = """\
from somewhere import pool


def get_db():
    db = pool.take()
    yield db
    db.close()
"""
CONSUMER = """\
from fastapi import Depends
from app.db import get_db


def read(db=Depends(get_db)):
    return db.get(int, 1)


def work():
    db = next(get_db())
    return db.get(int, 1)
"""


def test_a_provider_of_the_project_stays_a_dependency() -> None:
    files = {"app__init": "", "app__db": OWN_PROVIDER, "app__use": CONSUMER}
    assert found("", **files) == []
    assert found('session-providers = ["app.db.get_db"]', **files) == [("SES507", "app/use.py")]


def test_a_provider_stays_a_dependency_through_a_re_export() -> None:
    own = OWN_PROVIDER.replace("pool.take()", "SessionLocal()").replace(
        "from somewhere import pool", "from .f import SessionLocal"
    )
    files = {
        "app__init": "from .db import get_db\n",
        "app__f": "from sqlalchemy.orm import sessionmaker\n\nSessionLocal = sessionmaker()\n",
        "app__db": own,
        "app__use": CONSUMER.replace("app.db", "app"),
    }
    expected = [("SES403", "app/db.py"), ("SES507", "app/use.py")]
    assert found("", **files) == expected
    assert found('session-providers = ["app.get_db"]', **files) == expected


def test_one_of_two_definitions() -> None:
    either = "import os\n\nif os.name:\n    def make_session():\n        ...\nelse:\n    def make_session():\n        ...\n"
    files = {"app__init": "", "app__db": either, "app__use": BARE.format(module="app.db", name="make_session")}
    assert found('session-factories = ["app.db.make_session"]', **files) == [("SES301", "app/use.py")]


def test_an_engine_builder() -> None:
    use = """\
from company.config import settings
from company.db import build

engine = build(settings.url)


def load():
    connection = engine.connect()
    return connection.execute('x')
"""
    codes = [code for code, _ in found('engine-builders = ["company.db.build"]', use=use)]
    assert codes == ["SES101", "SES108"]
    own = {
        "app__init": "",
        "app__db": "from somewhere import make\n\n\ndef build(url):\n    return make(url)\n",
        "app__use": use.replace("company", "app"),
    }
    assert [code for code, _ in found('engine-builders = ["app.db.build"]', **own)] == ["SES101", "SES108"]


BACKGROUND = """\
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session, sessionmaker
from {module} import {imported}

app = FastAPI()
SessionLocal = sessionmaker()


def get_db():
    with SessionLocal() as db:
        yield db


def work(db):
    pass


@app.get("/")
def read(db: Session = Depends(get_db)):
    {call}
"""


@pytest.mark.parametrize(
    ("configured", "imported", "call"),
    [
        ("company.tasks.enqueue", "enqueue", "enqueue(work, db)"),
        ("company.tasks.Queue.enqueue", "Queue", "queue = Queue()\n    queue.enqueue(work, db)"),
    ],
)
def test_what_runs_work_in_the_background(configured: str, imported: str, call: str) -> None:
    use = BACKGROUND.format(module="company.tasks", imported=imported, call=call)
    assert found("", use=use) == []
    assert found(f'background-task-callers = ["{configured}"]', use=use) == [("SES510", "use.py")]


def test_what_runs_work_in_the_background_in_the_project() -> None:
    tasks = """\
def enqueue(work, *args):
    pass


class Queue:
    def enqueue(self, work, *args):
        pass


queue = Queue()
"""
    use = BACKGROUND.format(module="app.tasks", imported="enqueue, queue", call="enqueue(work, db)\n    queue.enqueue(work, db)")
    configuration = 'background-task-callers = ["app.tasks.enqueue", "app.tasks.Queue.enqueue"]'
    files = {"app__init": "", "app__tasks": tasks, "app__use": use}
    assert found(configuration, **files) == [("SES510", "app/use.py")] * 2


WAITING = """\
from {module} import {imported}
from sqlalchemy.orm import Session


def notify(db: Session, key):
    user = db.get(int, key)
    {call}
"""


@pytest.mark.parametrize(
    ("configured", "imported", "call"),
    [
        ("company.mail.send", "send", "send(user)"),
        ("company.mail.Mailer.send", "Mailer", "mailer = Mailer()\n    mailer.send(user)"),
    ],
)
def test_what_waits_for_something_else(configured: str, imported: str, call: str) -> None:
    use = WAITING.format(module="company.mail", imported=imported, call=call)
    assert found("", use=use) == []
    assert found(f'waiting-calls = ["{configured}"]', use=use) == [("SES321", "use.py")]


def test_what_waits_in_the_project() -> None:
    mail = """\
def send(user):
    print(user)


class Mailer:
    def send(self, user):
        print(user)


mailer = Mailer()
"""
    use = WAITING.format(module="app.mail", imported="mailer, send", call="send(user)\n    mailer.send(user)")
    files = {"app__init": "", "app__mail": mail, "app__use": use}
    assert found('waiting-calls = ["app.mail.send"]', **files) == [("SES321", "app/use.py")]
    assert found('waiting-calls = ["app.mail.Mailer.send"]', **files) == [("SES321", "app/use.py")]


def test_a_file_that_mentions_nothing_but_the_configured_name_is_read() -> None:
    use = """\
from company.data import opener


def load(key):
    handle = opener()
    return handle.get(int, key)
"""
    assert found('session-factories = ["company.data.opener"]', use=use) == [("SES301", "use.py")]


def test_a_name_that_its_module_does_not_have() -> None:
    checked = check('session-factories = ["app.db.make_sesion"]', app__init="", app__db=UNKNOWN_FUNCTION)
    (missing,) = checked.missing
    assert (missing.key, missing.path, "make_session" in missing.known) == ("session-factories", "app/db.py", True)
    assert check('session-factories = ["company.db.make_sesion"]', app__db=UNKNOWN_FUNCTION).missing == ()


def test_a_name_may_hide_behind_a_star_import_or_getattr() -> None:
    for text in ("from somewhere import *\n", "def __getattr__(name):\n    return 1\n"):
        assert check('session-factories = ["app.db.make"]', app__init="", app__db=text).missing == ()

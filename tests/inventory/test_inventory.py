"""What the inventory tells of a project: who builds, opens, lends, uses, imports and replaces what."""

from collections.abc import Iterable, Mapping

from shop import FILES, link

from sessionlint.questions.inventory.inventory import inventory
from sessionlint.questions.inventory.records import Handle, Inventory, Option, Part, Provider, Standing
from sessionlint.questions.inventory.slices import code_at, narrowed

DB = """
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("postgresql://scott:tiger@localhost/shop")
SessionLocal = sessionmaker(engine)
"""


def of(files: Mapping[str, str] = FILES) -> Inventory:
    return inventory(link(files))


def standings(found: Inventory) -> dict[str, str]:
    return {one.code.name: one.standing.name for one in found.providers}


def named(found: Inventory, name: str) -> Provider:
    return next(one for one in found.providers if one.code.name == name)


def modules(handles: Iterable[Handle]) -> list[tuple[str, Part]]:
    return [(one.module, one.part) for one in handles]


def test_an_engine_says_what_it_is_built_with_and_where_it_is_disposed() -> None:
    engine = next(one for one in of().engines if one.code.module == "shop.db")
    assert (engine.code.name, engine.is_async, engine.url, engine.driver, engine.at_import) == (
        "engine",
        False,
        "settings.DATABASE_URL",
        (),
        True,
    )
    assert engine.options == (Option("pool_size", "5"), Option("connect_args", "..."))
    assert [place.path for place in engine.disposed] == ["shop/main.py"]


def test_no_secret_of_a_url_or_of_an_option_is_told() -> None:
    """A URL that stands in the code is told by its driver only, one from the environment by its variable."""
    files = {
        "a.py": DB,
        "b.py": """
import os
from sqlalchemy import URL, create_engine
one = create_engine(os.environ["DATABASE_URL"], password="tiger")
two = create_engine(os.getenv("URL", "mysql://scott:tiger@localhost"))
three = create_engine(f"sqlite:///{tiger}", creator=lambda: connect("tiger"))
four = create_engine(URL.create("postgresql+psycopg", password="tiger"), execution_options=dict(url="x://tiger"))
""",
    }
    engines = {one.code.name: one for one in of(files).engines}
    assert {name: (one.url, one.driver) for name, one in engines.items()} == {
        "engine": ("", ("postgresql",)),
        "one": ("os.environ[DATABASE_URL]", ()),
        "two": ("os.getenv(URL)", ("mysql",)),
        "three": ("", ("sqlite",)),
        "four": ("URL.create(...)", ("postgresql+psycopg",)),
    }
    assert "tiger" not in repr(list(engines.values()))


def test_a_factory_knows_its_engine_also_one_that_is_filled_later() -> None:
    files = {
        "db.py": """
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

_engine: AsyncEngine | None = None
_factory = None


def start(url):
    global _engine, _factory
    _engine = create_async_engine(url)
    _factory = async_sessionmaker(_engine)


async def stop():
    await _engine.dispose()


async def get_db():
    async with _factory() as session:
        yield session
"""
    }
    found = of(files)
    (engine,), (factory,), (provider,) = found.engines, found.factories, found.providers
    assert (engine.code.name, factory.code.name, factory.at_import) == ("_engine", "_factory", False)
    assert factory.engine == engine.code.place
    assert len(engine.disposed) == 1
    assert (provider.source, provider.database) == (factory.code.place, engine.code.place)


def test_a_registry_stands_for_the_factory_that_it_is_made_of() -> None:
    (factory,) = of(
        {"db.py": DB + "from sqlalchemy.orm import scoped_session\nSession = scoped_session(sessionmaker(engine))\n"}
    ).factories[1:]
    assert (factory.code.name, factory.is_scoped, factory.engine is not None) == ("Session", True, True)


def test_one_provider_stands_for_a_database_and_the_others_delegate_or_duplicate() -> None:
    found = of()
    assert standings(found) == {
        "get_db": "SOURCE",
        "session_scope": "DUPLICATE",
        "quiet_scope": "DELEGATE",
        "session": "APART",
    }
    first = named(found, "get_db").code.place
    assert named(found, "quiet_scope").delegates_to == (named(found, "session_scope").code.place,)
    assert {one.of for one in found.providers if one.standing is not Standing.APART} == {first}
    database = found.databases[0]
    assert database.source is not None and database.source.code.place == first
    assert [one.code.name for one in (*database.delegates, *database.duplicates)] == ["quiet_scope", "session_scope"]


def test_who_lends_a_session_by_whatever_form() -> None:
    forms = """
class Work:
    def __enter__(self) -> Session:
        self.session = SessionLocal()
        return self.session

    def __exit__(self, *error):
        self.session.close()


class Database:
    @staticmethod
    def new() -> Session:
        return SessionLocal()


def iterated():
    with SessionLocal() as session:
        yield session


def of_engine():
    with Session(engine) as session:
        yield session


def hands_on(session: Session) -> Session:
    return session


def opens_for_itself():
    with SessionLocal() as session:
        session.flush()
"""
    found = of({"db.py": DB + forms})
    assert [one.code.name for one in found.providers] == ["Work.__enter__", "Database.new", "iterated", "of_engine"]
    assert len({one.database for one in found.providers}) == 1
    assert [one.by.name for one in found.openings] == ["opens_for_itself"]


def test_what_is_made_anew_for_each_caller_is_no_duplicate() -> None:
    tenants = """
def of_tenant(url):
    return sessionmaker(create_engine(url))


Red, Blue = of_tenant("red"), of_tenant("blue")


def red():
    with Red() as session:
        yield session


def blue():
    with Blue() as session:
        yield session
"""
    assert set(standings(of({"db.py": DB + tenants})).values()) == {"ALONE"}


def test_the_configured_provider_is_the_one_however_few_use_it() -> None:
    from sessionlint.model.source import Source
    from sessionlint.model.wrappers import Wrapper
    from sessionlint.run.analysis import Analysis
    from sessionlint.run.settings.settings import Settings

    settings = Settings(session_provider=Wrapper("shop.db.session_scope"))
    project = Analysis(settings).check({path: Source(path, text) for path, text in FILES.items()}).project
    assert project is not None
    assert standings(inventory(project))["session_scope"] == "SOURCE"
    assert standings(inventory(project))["get_db"] == "DUPLICATE"


def test_a_circle_of_providers_that_nobody_opens_a_session_for_has_none() -> None:
    circle = """
from contextlib import contextmanager


@contextmanager
def one() -> Session:
    with other() as session:
        yield session


@contextmanager
def other() -> Session:
    with one() as session:
        yield session
"""
    assert of({"db.py": DB + circle}).providers == ()


def test_who_uses_a_provider_and_as_what() -> None:
    found = of()
    uses = [
        (use.by.full_name, use.by.part.value, use.how, use.name, use.route, use.via)
        for use in found.uses_of(named(found, "get_db").code.place)
    ]
    assert uses == [
        ("shop.api.orders", "route", "Depends", "session", "GET /orders", ()),
        ("shop.api.order", "route", "Depends", "session", "POST /orders", ()),
        ("shop.api.me", "route", "Depends", "", "GET /me", ("current_user",)),
        ("shop.users.current_user", "dependency", "Depends", "session", "", ()),
    ]
    (job,) = found.uses_of(named(found, "quiet_scope").code.place)
    assert (job.by.full_name, job.by.part, job.how, job.name) == ("shop.jobs.tidy", Part.TASK, "with", "session")


def test_how_a_provider_is_used() -> None:
    forms = """
def get_db():
    with SessionLocal() as session:
        yield session


def loop():
    for session in get_db():
        session.flush()


def by_hand():
    session = next(get_db())
    session.flush()


def called():
    source = get_db()
    return source
"""
    assert [(use.by.name, use.how, use.name) for use in of({"db.py": DB + forms}).uses] == [
        ("loop", "for", "session"),
        ("by_hand", "next", "session"),
        ("called", "call", "source"),
    ]


def test_who_opens_sessions_without_a_provider() -> None:
    assert [(one.by.full_name, one.by.part.value, one.ending) for one in of().openings] == [
        ("load.main", "script", "closed on every path"),
        ("shop.api.leak", "route", "nothing closes it"),
    ]


def test_who_imports_overrides_and_patches_what() -> None:
    found = of()
    provider = found.handles_of(named(found, "get_db").code.place)
    assert modules(provider.imports) == [
        ("shop.api", Part.SERVICE),
        ("shop.users", Part.SERVICE),
        ("conftest", Part.TEST),
    ]
    assert modules(provider.overrides) == [("conftest", Part.TEST)]
    scope = found.handles_of(named(found, "session_scope").code.place)
    assert modules(scope.patches) == [("test_stock", Part.TEST)], "by the name in the module that uses it"
    (factory,) = [one for one in found.factories if one.code.name == "SessionLocal"]
    assert modules(found.handles_of(factory.code.place).patches) == [("test_stock", Part.TEST)]


def test_overrides_and_patches_in_every_form() -> None:
    user = """
import db
from db import get_db, SessionLocal
from main import app


def test_all(monkeypatch, mocker):
    app.dependency_overrides = {get_db: None}
    app.dependency_overrides.update({db.get_db: None})
    monkeypatch.setattr("db.get_db", None)
    monkeypatch.setattr(db, "get_db", None)
    mocker.patch.object(db, "get_db")
    mocker.patch("other.get_db")
"""
    provider = "def get_db():\n    with SessionLocal() as session:\n        yield session\n"
    found = of({"db.py": DB + provider, "main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "test_all.py": user})
    handles = found.handles_of(named(found, "get_db").code.place)
    assert (len(handles.overrides), len(handles.patches)) == (2, 3)


def test_a_part_of_it_holds_what_that_part_rests_on() -> None:
    found = narrowed(of(), frozenset({"shop/jobs.py"}))
    assert [one.code.name for one in found.providers] == ["get_db", "session_scope", "quiet_scope"]
    assert [use.by.full_name for use in found.uses] == ["shop.jobs.tidy"]
    assert [code.full_name for code in found.codes][:2] == ["shop.db.engine", "shop.db.SessionLocal"]
    assert found.openings == ()


def test_code_is_the_innermost_function_around_a_place() -> None:
    project = link({"a.py": "def outer():\n    def inner():\n        x = Session()\n\n\nfrom sqlalchemy.orm import Session\n"})
    module = project.modules["a.py"]
    code = code_at(project, module.calls[0].place)
    assert code is not None and code.name == "outer.inner"


def test_an_inventory_changes_with_its_files() -> None:
    """What is remembered of a project is forgotten with what it was made of."""
    from sessionlint.model.source import Source
    from sessionlint.run.analysis import Analysis

    analysis = Analysis()
    before = {path: Source(path, text) for path, text in FILES.items()}
    checked = analysis.check(before)
    assert checked.project is not None
    project = checked.project
    assert "tidy" in {use.by.name for use in inventory(project).uses}
    text = FILES["shop/jobs.py"].replace("quiet_scope", "session_scope")
    after = {**before, "shop/jobs.py": Source("shop/jobs.py", text)}
    checked = analysis.check(after, None, checked)
    assert checked.project is not None
    project = checked.project
    fresh = inventory(link({path: source.text for path, source in after.items()}))
    assert inventory(project) == fresh
    assert inventory(project) != of()

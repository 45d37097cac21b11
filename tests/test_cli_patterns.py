"""``sessionlint patterns`` from outside: what it recommends is right, what it forbids is found, and it knows when it is old."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shop import FILES, write

from sessionlint.cli import sessionlint

Run = Callable[..., Result]

ASYNC_GENERATOR = {
    "app/__init__.py": "",
    "app/db.py": """\
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

_engine: AsyncEngine | None = None
_factory: async_sessionmaker[AsyncSession] | None = None


def start(url: str) -> None:
    global _engine, _factory
    _engine = create_async_engine(url)
    _factory = async_sessionmaker(_engine, expire_on_commit=False)


async def get_db() -> AsyncIterator[AsyncSession]:
    assert _factory is not None
    async with _factory() as db:
        yield db
""",
    "app/api.py": """\
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import get_db

app = FastAPI()


@app.get("/")
async def index(db: AsyncSession = Depends(get_db)) -> int:
    return await db.scalar(text("select 1"))
""",
}
FACTORY_ALONE = {
    "store.py": """\
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

Maker = sessionmaker(create_engine("sqlite:///store.db"))
""",
    "work.py": "from store import Maker\n\n\ndef work() -> None:\n    with Maker() as session:\n        session.flush()\n",
}
ASYNC_FACTORY = {
    "store.py": """\
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

Maker = async_sessionmaker(create_async_engine("sqlite+aiosqlite:///store.db"), expire_on_commit=False)
""",
}
POLICY = {**FILES, "sessionlint.toml": 'session-provider = "shop.db.session_scope"\n'}
CLASS = {
    "app/__init__.py": "",
    "app/db.py": """\
from collections.abc import Generator
from typing import Annotated

from fastapi import Depends
from sqlmodel import Session, create_engine

engine = create_engine("sqlite:///app.db")


def get_db() -> Generator[Session, None, None]:
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_db)]
""",
    "app/api.py": """\
from fastapi import FastAPI
from sqlalchemy import text

from app.db import SessionDep

app = FastAPI()


@app.get("/")
def index(session: SessionDep) -> int:
    return session.scalar(text("select 1"))
""",
}
PROJECTS: Mapping[str, Mapping[str, str]] = {
    "shop": FILES,
    "policy": POLICY,
    "async generator": ASYNC_GENERATOR,
    "factory": FACTORY_ALONE,
    "class": CLASS,
    "async factory": ASYNC_FACTORY,
}
IMPORTS = "from fastapi import Depends\nfrom sqlalchemy import text\n"
HOMES = {
    "shop": "shop.db",
    "policy": "shop.db",
    "async generator": "app.db",
    "class": "app.db",
    "factory": "store",
    "async factory": "store",
}
each_project = pytest.mark.parametrize("name", PROJECTS)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    return lambda *arguments: CliRunner().invoke(sessionlint, list(arguments))


def document(run: Run, files: Mapping[str, str]) -> str:
    write(files, Path())
    result = run("patterns")
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def sections(text: str) -> Mapping[str, str]:
    """The code of the examples, by their heading."""
    return dict(re.findall(r"^### (In a [\w ]+)\n.*?```python\n(.*?)```", text, re.MULTILINE | re.DOTALL))


def forbidden(text: str) -> list[tuple[str, str]]:
    part = text.partition("### What is forbidden")[2]
    return re.findall(r"^\*\*(SES\d+) .*?```python\n(.*?)```", part, re.MULTILINE | re.DOTALL)


def findings(run: Run, path: str) -> list[tuple[str, str]]:
    """All rules are asked, but those that are off and speak of style: annotations, engines, other providers."""
    told = json.loads(run("check", path, "--output-format", "json").stdout)
    return [(one["code"], one["message"]) for one in told["findings"] if Path(one["filename"]) == Path(path)]


@each_project
def test_each_example_is_a_file_in_which_nothing_is_found(run: Run, name: str) -> None:
    examples = sections(document(run, PROJECTS[name]))
    assert {"In a service", "In a background task", "In a script"} <= examples.keys()
    for number, (title, code) in enumerate(examples.items()):
        compile(code, title, "exec")
        path = f"tests/test_example_{number}.py" if title == "In a test" else f"example_{number}.py"
        write({path: code}, Path())
        assert findings(run, path) == [], f"{title}\n{code}"
        assert len(max(code.splitlines(), key=len)) <= 100


@each_project
def test_what_is_forbidden_is_found_by_the_rule_that_is_named(run: Run, name: str) -> None:
    text = document(run, PROJECTS[name])
    home = Path(f"{HOMES[name].replace('.', '/')}.py").read_text()
    own = re.findall(r"^(?:async )?def (\w+)|^(engine|\w+) = (?:async_)?(?:sessionmaker|create)", home, re.MULTILINE)
    names = ", ".join(one or other for one, other in own)
    wrong = forbidden(text)
    assert wrong
    for rule, code in wrong:
        write({"wrong.py": f"{IMPORTS}from sqlmodel import Session\nfrom {HOMES[name]} import {names}\n\n\n{code}"}, Path())
        assert rule in [found for found, _ in findings(run, "wrong.py")], code


def test_examples_are_written_in_the_names_of_the_project(run: Run) -> None:
    text = document(run, FILES)
    examples = sections(text)
    assert "from shop.db import Db\n" in examples["In a route"]
    assert "def answer(session: Db)" in examples["In a route"]
    assert "with session_scope() as session:  # commits at its end\n" in examples["In a service"]
    assert "commit()" not in examples["In a service"]
    assert "def test_answer(session: Session)" in examples["In a test"]
    assert "So does `shop.api.orders`." in text
    assert "So does `shop.stock.restock`." in text
    assert "| `shop.db.get_db` | generator function | the one for `Depends` |" in text
    assert [rule for rule, _ in forbidden(text)] == ["SES301", "SES303", "SES503", "SES501", "SES505", "SES502", "SES507"]


def test_the_policy_of_the_configuration_decides_and_is_told(run: Run) -> None:
    text = document(run, POLICY)
    assert "with session_scope() as session:" in sections(text)["In a service"]
    assert "SES311" in [rule for rule, _ in forbidden(text)]


def test_only_rules_that_are_on_forbid(run: Run) -> None:
    write({"sessionlint.toml": 'ignore = ["SES303", "SES5"]\n'}, Path())
    assert {rule for rule, _ in forbidden(document(run, FILES))} == {"SES301"}


def test_a_factory_that_is_not_there_at_import_is_not_imported(run: Run) -> None:
    examples = sections(document(run, ASYNC_GENERATOR))
    assert all("_factory" not in code for code in examples.values())
    assert "session_scope = asynccontextmanager(get_db)" in examples["In a service"]
    assert "async with session_scope() as db:\n        db.add(entry)\n        await db.commit()\n" in examples["In a service"]
    assert "app.dependency_overrides[get_db]" in examples["In a test"]


def test_a_class_of_sessions_is_given_its_engine(run: Run) -> None:
    example = sections(document(run, CLASS))["In a service"]
    assert "from sqlmodel import Session\n\nfrom app.db import engine\n" in example
    assert "    with Session(engine) as session:\n        session.add(entry)\n        session.commit()\n" in example


def test_code_in_which_something_is_found_is_no_example(run: Run) -> None:
    assert "So does `work.work`" in document(run, FACTORY_ALONE)
    leak = FACTORY_ALONE["work.py"].replace("    with Maker() as session:\n    ", "    session = Maker()\n")
    assert "So does" not in document(run, {**FACTORY_ALONE, "work.py": leak})


def test_a_document_that_is_out_of_date_is_told(run: Run) -> None:
    write(FILES, Path())
    Path("docs").mkdir()
    missing = run("patterns", "--check", "docs/SESSIONS.md")
    assert (missing.exit_code, missing.stderr) == (
        1,
        "docs/SESSIONS.md: there is no such file; `sessionlint patterns -o docs/SESSIONS.md` writes it\n",
    )
    assert run("patterns", "-o", "docs/SESSIONS.md").exit_code == 0
    assert run("patterns", "--check", "docs/SESSIONS.md").exit_code == 0
    Path("docs/SESSIONS.md").write_bytes(Path("docs/SESSIONS.md").read_bytes().replace(b"\n", b"\r\n"))
    assert run("patterns", "--check", "docs/SESSIONS.md").exit_code == 0, "a checkout on Windows"
    write({"shop/db.py": FILES["shop/db.py"].replace("session_scope", "scope")}, Path())
    old = run("patterns", "--check", "docs/SESSIONS.md")
    assert (old.exit_code, old.stdout) == (1, "")
    assert old.stderr == "docs/SESSIONS.md: out of date; `sessionlint patterns -o docs/SESSIONS.md` writes it\n"


def test_the_document_stays_when_lines_move(run: Run) -> None:
    before = document(run, FILES)
    moved = {path: f"# a comment\n\n{text}" for path, text in FILES.items() if path.startswith("shop/")}
    assert document(run, {**FILES, **moved}) == before


def test_a_project_without_sessions_says_so(run: Run) -> None:
    assert "No factory and no provider" in document(run, {"a.py": "x = 1\n"})


def test_check_writes_nothing(run: Run) -> None:
    write(FILES, Path())
    result = run("patterns", "--check", "a.md", "-o", "b.md")
    assert (result.exit_code, result.stderr) == (2, "error: --check: not with -o, which would write what is compared\n")
    assert not Path("b.md").exists()

"""``sessionlint audit`` from outside: what it says of a file, a folder and a project, with and without git, whatever it meets."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from shop import FILES, write

from sessionlint.cli import sessionlint
from sessionlint.report.audit.json import render as json_render

Run = Callable[..., Result]
FORMATS = ("markdown", "html", "json")
SESSION = "backend/app/db/session.py"
BACKEND: Mapping[str, str] = {
    "backend/app/__init__.py": "",
    "backend/app/db/__init__.py": "",
    SESSION: '''\
"""Database session management."""

from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import sessionmaker

from app.core.config import settings

engine = create_async_engine(settings.DATABASE_URL, echo=settings.DEBUG)

async_session = sessionmaker(
    engine, class_=AsyncSession, expire_on_commit=False
)


async def get_db() -> AsyncSession:
    """Get database session."""
    async with async_session() as session:
        yield session
''',
    "backend/app/core/__init__.py": "",
    "backend/app/core/config.py": "class Settings:\n    DATABASE_URL: str\n    DEBUG = False\n\n\nsettings = Settings()\n",
    "backend/app/api/__init__.py": "",
    "backend/app/api/users.py": """\
from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.session import get_db

router = APIRouter()


@router.get("/users")
async def users(db: AsyncSession = Depends(get_db)):
    return await db.connection()
""",
    "backend/app/main.py": """\
from fastapi import FastAPI

from app.api.users import router

app = FastAPI()
app.include_router(router)
""",
    "backend/scripts/load.py": "from app.db.session import async_session\n\nprint(async_session)\n",
    "backend/tests/conftest.py": """\
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.db import session as db_session_module
from app.db.session import get_db
from app.main import app

test_engine = create_async_engine("sqlite+aiosqlite:///:memory:")
test_session = async_sessionmaker(test_engine, expire_on_commit=False)
db_session_module.async_session = test_session


async def override():
    async with test_session() as session:
        yield session


app.dependency_overrides[get_db] = override
""",
}
FIELDS = (
    "What was read and searched",
    "What the code does",
    "Components",
    "Dependencies and contracts",
    "Problems and risks",
    "Extremes",
    "Impact",
    "Patch plan",
    "Verification",
    "Risk rating",
    "History",
    "Next actions",
)
git = pytest.mark.skipif(shutil.which("git") is None, reason="no git")


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    write(BACKEND, folder)
    (folder / "sessionlint.toml").write_text("")
    monkeypatch.chdir(folder)
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(sessionlint, ["audit", *arguments])


def told(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def data(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(*arguments, "--output-format", "json"))
    return found


def section(text: str, title: str) -> str:
    """What stands below a heading, up to the next one that is as high."""
    head = next(line for line in text.splitlines() if line.startswith("#") and title in line)
    level = head.partition(" ")[0]
    below = text.partition(f"{head}\n")[2]
    return re.split(rf"^#{{2,{len(level)}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


# --- what it says of a file -------------------------------------------------------------------------------------------


def test_a_report_has_all_its_sections_in_order(backend: Path) -> None:
    text = told(SESSION)
    assert text.startswith(f"# Audit of `{SESSION}`\n")
    titles = re.findall(r"^## \d+\. (.+)$", text, re.MULTILINE)
    assert titles == list(FIELDS)


def test_the_risks_stand_by_severity_each_with_evidence_and_failure_mode_and_radius_and_direction(backend: Path) -> None:
    risks = section(told(SESSION), "Problems and risks")
    assert re.findall(r"^### (\w\d)\. (SES\d+)", risks, re.MULTILINE) == [
        ("M1", "SES101"),
        ("M2", "SES201"),
        ("M3", "SES401"),
        ("L1", "SES111"),
    ]
    first = section(risks, "M1.")
    assert f"`{SESSION}:8` engine `engine` is built at import" in first
    assert "**Failure mode (Inferred)**: Everything that imports the module" in first
    assert "**Observed**: 1 route: `app.api.users.users`" in first
    assert "imported by 1 file, 1 script file, 1 test file" in first
    assert "**Inferred**: imported through these by 1 file" in first
    assert "**Minimal fix direction**: build it on first use" in first
    assert "nothing disposes `engine`, also not when the application stops" in section(risks, "L1.")


def test_components_tell_inputs_and_outputs_and_what_an_import_does(backend: Path) -> None:
    engine = section(told(SESSION), "engine `app.db.session.engine` (`backend/app/db/session.py:8`)")
    assert "**Inputs**: `settings.DATABASE_URL`, `echo=settings.DEBUG`" in engine
    assert "asynchronous engine with its pool; `app.db.session.async_session` rests on it" in engine
    assert "**Side effects at import**: the engine is built" in engine
    assert "**End**: nothing in the project disposes it" in engine


def test_dependencies_and_contracts_of_a_file(backend: Path) -> None:
    text = section(told(SESSION), "Dependencies and contracts")
    assert "`app.core.config`: `settings`\n" in section(text, "Outbound")
    assert "`sqlalchemy.orm`: `sessionmaker` (from outside)" in section(text, "Outbound")
    inbound = section(text, "Inbound")
    assert "imported by 1 file: `backend/app/api/users.py:4`" in inbound
    assert "gives its session to 1 route: `GET /users users`" in inbound
    assert "overridden at `backend/tests/conftest.py:17`" in inbound
    assert "patched at `backend/tests/conftest.py:9`" in inbound
    assert "| `app.db.session.get_db` | 1 file, 1 test file | `backend/tests/conftest.py:17` |" in section(text, "Contracts")


def test_the_plan_has_the_diff_the_invariants_what_is_in_the_way_and_a_test(backend: Path) -> None:
    plan = section(told(SESSION), "Patch plan")
    annotation = section(plan, "For M3")
    assert "+async def get_db() -> AsyncGenerator[AsyncSession, None]:" in annotation
    assert "the overrides of `app.db.session.get_db` at `backend/tests/conftest.py:17` still replace what is used" in annotation
    assert "**Test to add**: `backend/tests/test_session_provider_annotation.py`: " in annotation
    assert "this is in the way of a fix" in section(plan, "For M1")
    assert "await engine.dispose()" in section(plan, "For L1")


def test_rating_and_actions_follow_from_the_risks(backend: Path) -> None:
    text = told(SESSION)
    assert "**Rating**: MEDIUM" in section(text, "Risk rating")
    assert "**Why not HIGH**: no error was found; tests put their own" in section(text, "Risk rating")
    actions = section(text, "Next actions")
    assert re.findall(r"^\d\. \*\*(\w+ \w+)", actions, re.MULTILINE) == ["M1 SES101", "M2 SES201", "M3 SES401", "L1 SES111"]
    assert f"`sessionlint check --select SES401 --fix {SESSION}`" in actions


def test_every_rule_is_asked_unless_the_command_line_selects(backend: Path) -> None:
    assert "SES111" in {risk["code"] for risk in data(SESSION)["risks"]}
    assert {risk["code"] for risk in data(SESSION, "--select", "SES401")["risks"]} == {"SES401"}
    assert "SES111" not in {risk["code"] for risk in data(SESSION, "--ignore", "SES111")["risks"]}


def test_what_a_comment_accepts_is_told_and_no_risk(backend: Path) -> None:
    path = backend / SESSION
    path.write_text(path.read_text().replace("-> AsyncSession:", "-> AsyncSession:  # noqa: SES401"))
    found = data(SESSION)
    assert "SES401" not in {risk["code"] for risk in found["risks"]}
    assert [one["code"] for one in found["accepted"]] == ["SES401"]
    assert "SES401 at `backend/app/db/session.py:15` is accepted by a comment" in told(SESSION)


def test_the_plan_as_data(backend: Path) -> None:
    plan = next(risk for risk in data(SESSION)["risks"] if risk["code"] == "SES401")
    assert plan["invariants"][0] == "`async_session`, `get_db` of `app.db.session` can be imported as before"
    assert plan["in_the_way"] == []
    assert plan["tests"] == ["backend/tests/conftest.py"]
    assert plan["test_to_add"]["file"] == "backend/tests/test_session_provider_annotation.py"
    assert plan["test_to_add"]["told"].startswith("Have mypy read the file in strict mode")
    (evidence,) = plan["evidence"]
    assert (evidence["row"], evidence["applicability"], evidence["blast_radius"]) == (15, "safe", {"route": 1})
    assert "+async def get_db() -> AsyncGenerator[AsyncSession, None]:" in evidence["diffs"][0]


# --- extremes ---------------------------------------------------------------------------------------------------------


def test_pools_are_held_against_the_workers_in_sight(backend: Path) -> None:
    path = backend / SESSION
    path.write_text(path.read_text().replace("settings.DATABASE_URL,", '"postgresql+asyncpg://db/shop", pool_size=20,'))
    (backend / "Procfile").write_text("web: gunicorn app.main:app -w 8 -k uvicorn.workers.UvicornWorker\n")
    extremes = section(told(SESSION), "Extremes")
    assert "`pool_size` `20`, `max_overflow` 10, the default" in extremes
    assert "at most 30 connections in a process; whoever comes then waits up to 30 seconds, and fails" in extremes
    assert "8 workers (`Procfile:1`) can have 240 connections together, more than the 100 that PostgreSQL allows" in extremes


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("Dockerfile", 'CMD ["uvicorn", "app.main:app", "--workers", "4"]\n', ("workers", 4)),
        ("backend/gunicorn.conf.py", "bind = ':80'\nthreads = 3\n", ("threads", 3)),
        ("docker-compose.yml", "      WEB_CONCURRENCY: 6\n", ("workers", 6)),
        ("backend/app/run.py", "uvicorn.run(\n    app, host=host(),\n    workers=5,\n)\n", ("workers", 5)),
        ("backend/app/pool.py", "pool = ThreadPoolExecutor(max_workers=12)\n", ("threads", 12)),
    ],
)
def test_where_workers_and_threads_are_seen(backend: Path, file: str, text: str, expected: tuple[str, int]) -> None:
    (backend / file).write_text(text)
    assert [(one["what"], one["number"], one["filename"]) for one in data(SESSION)["concurrency"]] == [(*expected, file)]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Dockerfile", "RUN make --workers 4\n"),
        ("backend/app/run.py", "uvicorn.run(app)\nworkers = 5\n"),
        ("backend/tests/test_pool.py", "pool = ThreadPoolExecutor(max_workers=12)\n"),
        ("Procfile", f"web: gunicorn {'x' * 2000} -w 8\n"),
    ],
)
def test_other_numbers_are_no_workers(backend: Path, file: str, text: str) -> None:
    (backend / file).write_text(text)
    assert data(SESSION)["concurrency"] == []


# --- folders, projects, other formats ---------------------------------------------------------------------------------


def test_a_folder_and_the_whole_project(backend: Path) -> None:
    of_folder, of_project = data("backend/app/db"), data()
    assert [record["path"] for record in of_folder["files"]] == ["backend/app/db/__init__.py", SESSION]
    assert of_project["asked"] == [""]
    assert len(of_project["files"]) == len(BACKEND)
    assert told().startswith("# Audit of `shop`\n")
    assert "test_engine" not in section(told(), "Components")
    assert "test_engine" in section(told("-v"), "Components")
    assert "test_engine" in section(told("backend/tests"), "Components")


def test_a_file_without_sessions_has_a_report_too(backend: Path) -> None:
    text = told("backend/app/core/config.py")
    assert "no engine, factory, provider or session of SQLAlchemy was found" in section(text, "What the code does")
    assert "**Rating**: NONE" in section(text, "Risk rating")
    assert "imported by 1 file: `backend/app/db/session.py:6`" in section(text, "Inbound")


def test_json_has_the_keys_that_its_description_names(backend: Path) -> None:
    from sessionlint.report.audit import json as described

    named = re.findall(r"^    (\w+)  ", described.__doc__ or "", re.MULTILINE)
    assert list(data(SESSION)) == named
    assert json_render.__module__ == described.__name__


def test_the_page_has_all_sections_fetches_nothing_and_runs_nothing(backend: Path) -> None:
    page = told(SESSION, "--output-format", "html")
    assert [title for title in FIELDS if not re.search(rf'<h2 id="s\d+">\d+\. {title}</h2>', page)] == []
    assert "<script" not in page
    assert "script-src 'none'" in page
    assert re.findall(r'(?:src|href)="(?!#|data:,)', page) == []
    assert '<span class="added">+async def get_db() -&gt; AsyncGenerator[AsyncSession, None]:</span>' in page


@pytest.mark.parametrize("output_format", FORMATS)
def test_two_runs_say_the_same(backend: Path, output_format: str) -> None:
    first = told("--output-format", output_format, "-j", "1", "--no-cache")
    assert told("--output-format", output_format, "-j", "2") == first


def test_a_report_is_written_where_it_is_wanted(backend: Path) -> None:
    result = run(SESSION, "-o", "audit.md")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "wrote audit.md\n")
    assert (backend / "audit.md").read_text() == told(SESSION)


# --- what it meets ----------------------------------------------------------------------------------------------------


def test_a_path_that_does_not_exist_is_an_error(backend: Path) -> None:
    result = run("backend/app/nowhere.py")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: backend/app/nowhere.py: no such file or folder\n"


def test_a_broken_file_is_told_and_the_others_are_reported(backend: Path) -> None:
    (backend / "backend/app/broken.py").write_text("from app.db.session import engine\nclass (\n")
    (backend / "backend/app/binary.py").write_bytes(b"\xff\xfe\x00import sqlalchemy")
    assert "SES101" in {risk["code"] for risk in data()["risks"]}
    assert run("backend/app/broken.py").exit_code == 0
    assert "**Not understood**: `backend/app/broken.py:2`" in section(told("backend/app/broken.py"), "What was read")


HOSTILE = "</script><img src=x onerror=alert(1)>|`[x](javascript:alert(2))\x1b[31m\u202e##vso[task.x]"


def test_nothing_of_the_code_is_more_than_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = tmp_path / "evil<img src=x>`|*"
    files = {name: text.replace('"/leak"', json.dumps(f"/{HOSTILE}")) for name, text in FILES.items()}
    write({**files, "shop/<b>.py": FILES["shop/api.py"].replace('"/leak"', json.dumps(f"/{HOSTILE}"))}, evil)
    (evil / "Procfile").write_text(f"web: gunicorn -w 4 {HOSTILE}\n", encoding="utf-8")
    monkeypatch.chdir(evil)
    page = told("--project-root", ".", "--output-format", "html")
    assert "<img" not in page
    assert "<b>" not in page
    for output_format in FORMATS:
        text = told("--project-root", ".", "--output-format", output_format, "-v")
        assert not re.search(r"[\x1b\u202e]|##\w*\[", text)
    markdown = told("--project-root", ".", "-v")
    outside = re.sub(r"(`+).*?\1", "", re.sub(r"^```.*?^```$", "", markdown, flags=re.MULTILINE | re.DOTALL))
    assert "<img" not in outside
    assert "](javascript" not in outside


# --- git --------------------------------------------------------------------------------------------------------------

AT = {"GIT_AUTHOR_DATE": "2026-01-28T12:00:00+05:30", "GIT_COMMITTER_DATE": "2026-01-28T12:00:00+05:30"}


def commit(folder: Path, subject: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "core.autocrlf=false")
    for arguments in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "--no-gpg-sign", "-m", subject)):
        subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, **AT})


@git
def test_the_commit_the_state_of_the_tree_and_the_history(backend: Path) -> None:
    (backend / "backend/app/db/session.py").rename(backend / "backend/app/db/old.py")
    commit(backend, "first `commit` <b>")
    (backend / "backend/app/db/old.py").rename(backend / "backend/app/db/session.py")
    commit(backend, "the file has its name")
    found = data(SESSION)
    assert [one["subject"] for one in found["history"]["commits"]] == ["the file has its name", "first `commit` <b>"]
    assert (found["commit"]["author"], found["commit"]["date"], found["changed"]) == ("Ada", "2026-01-28", [])
    text = told(SESSION)
    assert f"`{found['commit']['name']}` of 2026-01-28" in text
    assert f"the {len(BACKEND)} files that were read are as the commit has them" in text
    (backend / "backend/app/main.py").write_text("app = None\n")
    (backend / "backend/app/new.py").write_text("new = None\n")
    assert data(SESSION)["changed"] == ["backend/app/main.py", "backend/app/new.py"]
    assert "2 of the 11 files that were read differ from the commit" in told(SESSION)
    assert len(data("backend/app/core")["history"]["commits"]) == 1


@git
def test_a_repository_without_a_commit(backend: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=backend, check=True)
    assert data(SESSION)["history"]["missing"] == "the repository has no commit yet"


def test_without_git_the_report_says_so(backend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert data(SESSION)["history"]["missing"] == "shop is in no repository of git"
    (backend / ".git").mkdir()
    monkeypatch.setenv("PATH", str(backend))
    assert data(SESSION)["history"]["missing"] == "git: there is no such program"
    assert "**Unknown**: git: there is no such program." in section(told(SESSION), "History")


@git
@pytest.mark.skipif(os.name == "nt", reason="the programs are scripts")
def test_nothing_that_a_repository_configures_is_run(backend: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(backend, "first")
    ran, program = backend / "ran", backend / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch '{ran}'\ncat\n")
    program.chmod(0o755)
    (backend / ".git/hooks/post-checkout").write_text(program.read_text())
    (backend / ".gitattributes").write_text("*.py filter=evil diff=evil\n")
    for key in ("core.fsmonitor", "core.pager", "pager.log", "gpg.program", "diff.external", "core.sshCommand", "core.editor"):
        subprocess.run(["git", "config", key, str(program)], cwd=backend, check=True)
    for key in (
        "filter.evil.clean",
        "filter.evil.smudge",
        "diff.evil.textconv",
        "diff.evil.command",
        "alias.log",
        "alias.ls-tree",
    ):
        subprocess.run(
            ["git", "config", key, f"!{program}" if key.startswith("alias") else str(program)], cwd=backend, check=True
        )
    subprocess.run(["git", "config", "log.showSignature", "true"], cwd=backend, check=True)
    for variable in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH_COMMAND", "GIT_TRACE"):
        monkeypatch.setenv(variable, str(program))
    before = sorted(path.name for path in (backend / ".git").iterdir())
    assert [one["subject"] for one in data(SESSION)["history"]["commits"]] == ["first"]
    assert not ran.exists()
    assert sorted(path.name for path in (backend / ".git").iterdir()) == before


@git
def test_names_are_no_patterns_and_no_options_to_git(backend: Path) -> None:
    name = "backend/:(glob)*.py" if os.name != "nt" else "backend/-n.py"
    (backend / name).write_text("x = 1\n")
    commit(backend, "all")
    (backend / "backend/app/main.py").write_text("app = None\n")
    commit(backend, "another file")
    assert [one["subject"] for one in data(name)["history"]["commits"]] == ["all"]

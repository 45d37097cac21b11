"""``sessionlint map`` from outside: each format, a part of a project, broken and hostile input, where it is written."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shop import FILES, write

from sessionlint.cli import sessionlint

Run = Callable[..., Result]
STATEMENT = re.compile(r'  \w+( -> \w+)?( \[label="([^"\\]|\\[\\"n])*"(, \w+=(\w+|"[\w,#]+"))*\])?;')
FORMATS = ("text", "json", "dot", "mermaid", "html")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in a folder with the shop."""
    folder = tmp_path / "shop"
    write(FILES, folder)
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    return lambda *arguments: CliRunner().invoke(sessionlint, ["map", *arguments])


def data(result: Result) -> dict[str, list[dict[str, object]]]:
    assert result.exit_code == 0, result.output
    found: dict[str, list[dict[str, object]]] = json.loads(result.stdout)
    return found


TREE = """\
engine shop.db.engine  shop/db.py:11
│  sync, URL from settings.DATABASE_URL
│  pool_size=5, connect_args=...
│  built when its module is imported; disposed in shop/main.py:12
│  imported by 1 file
└─ factory shop.db.SessionLocal  shop/db.py:12
   │  expire_on_commit=False
   │  imported by 1 file, 1 script
   │  patched in 1 test file
   ├─ provider shop.db.get_db  shop/db.py:15
   │  │  the one; generator function
   │  │  imported by 2 files, 1 test file
   │  │  overridden in 1 test file
   │  ├─ 3 routes
   │  │  ├─ GET /orders  shop.api.orders  shop/api.py:12
   │  │  ├─ POST /orders  shop.api.order  shop/api.py:17
   │  │  └─ GET /me  shop.api.me through current_user  shop/api.py:22
   │  └─ 1 dependency
   │     └─ shop.users.current_user  shop/users.py:7
   ├─ provider shop.db.session_scope  shop/db.py:21
   │  │  duplicate of shop.db.get_db; @contextmanager function; commits on success
   │  │  imported by 1 file
   │  │  patched in 1 test file
   │  ├─ 2 services
   │  │  ├─ shop.db.quiet_scope (with)  shop/db.py:29
   │  │  └─ shop.stock.restock (with)  shop/stock.py:5
   │  └─ provider shop.db.quiet_scope  shop/db.py:28
   │     │  delegates to shop.db.session_scope; @contextmanager function; commits on success
   │     │  imported by 1 file
   │     └─ 1 task
   │        └─ shop.jobs.tidy (with)  shop/jobs.py:8
   └─ opened without a provider
      ├─ in 1 route
      │  └─ shop.api.leak (nothing closes it)  shop/api.py:28
      └─ in 1 script
         └─ load.main (closed on every path)  scripts/load.py:5

engine env.engine [migration]  migrations/env.py:4
   sync, sqlite
   built when its module is imported; nothing disposes it

for tests alone: 1 engine, 1 factory, 1 provider (-v shows them)
"""


def test_the_tree_shows_who_has_sessions_from_where(run: Run) -> None:
    result = run()
    assert (result.exit_code, result.stdout, result.stderr) == (0, TREE, "")


def test_a_part_of_the_project_is_shown_with_what_it_rests_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run("shop/jobs.py").stdout
    assert "provider shop.db.quiet_scope" in shown and "shop.jobs.tidy" in shown
    assert "routes" not in shown and "conftest" not in shown
    monkeypatch.chdir("shop")
    assert "../" not in run("jobs.py").stdout
    assert "shop.jobs.tidy (with)  jobs.py:8" in run("jobs.py").stdout


def test_many_users_are_counted_and_with_v_named(run: Run) -> None:
    routes = "".join(
        f'\n\n@router.get("/{number}")\ndef route_{number}(session: Db):\n    return session\n' for number in range(9)
    )
    write({"shop/more.py": f"from fastapi import APIRouter\n\nfrom shop.db import Db\n\nrouter = APIRouter()\n{routes}"}, Path())
    assert "12 routes" in run().stdout
    assert "and 9 more" in run().stdout
    assert "route_8" not in run().stdout
    assert "route_8" in run("-v").stdout
    assert "provider conftest.session [test]  tests/conftest.py:12" in run("-v").stdout
    assert "imported by 1 file, 1 script: scripts/load.py:1" in run("-v").stdout.replace("shop/api.py:5, ", "")


def test_json_is_what_its_description_says(run: Run) -> None:
    from sessionlint.report.map import data as description

    found = data(run("--output-format", "json"))
    assert all(found.values())
    for key in ("engines", "factories", "providers", "openings", "uses", "findings"):
        for name in found[key][0]:
            assert re.search(rf'"{name}"', description.__doc__ or ""), f"{key}: {name} is not described"
    provider = next(one for one in found["providers"] if one["name"] == "shop.db.get_db")
    (engine,) = [one for one in found["engines"] if one["name"] == "shop.db.engine"]
    assert (provider["standing"], provider["database"], provider["filename"], provider["row"]) == (
        "the one",
        engine["id"],
        "shop/db.py",
        15,
    )
    assert [one["by"] for one in found["uses"] if one["provider"] == provider["id"]] == [
        "shop.api.orders",
        "shop.api.order",
        "shop.api.me",
        "shop.users.current_user",
    ]
    assert {(one["code"], one["by"]) for one in found["findings"]} >= {("SES301", "shop.api.leak"), ("SES101", "shop.db")}


def test_data_and_pages_say_the_same_from_wherever_they_are_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    formats = [one for one in FORMATS if one != "text"]
    before = [run("--output-format", one).stdout for one in formats]
    monkeypatch.chdir("scripts")
    assert [run("--output-format", one, "..").stdout for one in formats] == before


def test_a_graph_has_an_edge_from_what_gives_to_what_gets(run: Run) -> None:
    dot = run("--output-format", "dot").stdout
    nodes = dict(re.findall(r'^  (\w+) \[label="(.*?)(?:\\n|")', dot, re.MULTILINE))
    edges = {(nodes[start], nodes[end]) for start, end in re.findall(r"^  (\w+) -> (\w+)", dot, re.MULTILINE)}
    assert edges == {
        ("engine shop.db.engine", "factory shop.db.SessionLocal"),
        ("factory shop.db.SessionLocal", "shop.db.get_db"),
        ("factory shop.db.SessionLocal", "shop.db.session_scope"),
        ("shop.db.session_scope", "shop.db.quiet_scope"),
        ("shop.db.get_db", "3 routes"),
        ("shop.db.session_scope", "1 service"),
        ("shop.db.quiet_scope", "1 task"),
    }
    mermaid = run("--output-format", "mermaid").stdout
    assert mermaid.startswith("flowchart LR\n")
    assert len(re.findall(r"-->", mermaid)) == len(edges)
    assert len(re.findall("duplicate stroke", mermaid)) == 1


def test_hostile_texts_stay_texts_in_every_format(run: Run) -> None:
    evil = "</script><script>alert(1)</script>\"'\\N --> ]] \u2028 \u202e #quot; `x` ##[error]"
    name = "we\"ird <b>\\N' --> .py"
    text = f"""
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from shop.db import Db

app = FastAPI()
engine = create_engine("sqlite:///{{}}", echo=lambda x: x < 1 > 2)
Maker = sessionmaker(engine)


@app.get({"/" + evil!r})
def route(session: Db):
    return session


def other():
    with Maker() as session:
        yield session
"""
    write({f"shop/{name}": text, "tests/use.py": "from shop.db import get_db\nnext(get_db())\n"}, Path())
    shown = data(run("--output-format", "json"))
    assert any("</script><script>alert(1)</script>" in str(use["route"]) for use in shown["uses"])
    for one in FORMATS:
        result = run("--output-format", one)
        assert result.exit_code == 0, result.output
        assert not re.search("[\u2028\u202e]|##\\[", result.stdout), one
    dot = run("--output-format", "dot").stdout
    for line in dot.splitlines()[3:-1]:
        assert STATEMENT.fullmatch(line), line
    for line in run("--output-format", "mermaid").stdout.splitlines()[1:]:
        label = re.search(r'"(.*)"', line)
        assert not label or re.fullmatch(r"(?:[\w .,:/+=-]|#\d+;|<br>)*", label[1]), line


@pytest.mark.parametrize("output_format", FORMATS)
def test_a_project_without_sessions_or_with_a_broken_file_has_a_map_too(
    output_format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    none = CliRunner().invoke(sessionlint, ["map", "--output-format", output_format])
    assert (none.exit_code, none.stderr) == (0, "warning: no Python files found under the given paths\n")
    write({"a.py": "from sqlalchemy import create_engine\nengine = create_engine(\n", "b.py": "engine = 1\n"}, empty)
    broken = CliRunner().invoke(sessionlint, ["map", "--output-format", output_format])
    assert broken.exit_code == 0
    assert broken.stdout


def test_a_map_is_written_to_the_file_that_is_named_and_nowhere_else(run: Run) -> None:
    before = sorted(Path().rglob("*"))
    run("--output-format", "html")
    assert sorted(Path().rglob("*")) == before, "nothing is written unless asked"
    result = run("-o", "map.txt")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "wrote map.txt\n")
    assert Path("map.txt").read_text(encoding="utf-8") == TREE
    assert run("-q", "-o", "map.txt").stderr == ""
    assert run("-o", "-").stdout == TREE


def test_what_must_not_be_replaced_is_not(run: Run) -> None:
    assert run("-o", "shop/db.py").stderr == ("error: shop/db.py: a report does not replace source code\n")
    assert Path("shop/db.py").read_text() == FILES["shop/db.py"]
    assert run("-o", ".git/config").exit_code == 2
    assert run("-o", "missing/map.txt").stderr == "error: missing/map.txt: the folder for the report does not exist\n"
    assert run("-o", "shop").exit_code == 2


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_a_map_is_for_whoever_may_read_what_its_owner_writes(run: Run) -> None:
    before = os.umask(0o027)
    try:
        run("-o", "map.txt")
        assert Path("map.txt").stat().st_mode & 0o777 == 0o640
        Path("map.txt").chmod(0o600)
        run("-o", "map.txt")
        assert Path("map.txt").stat().st_mode & 0o777 == 0o600, "the mode that it was given stays"
    finally:
        os.umask(before)
    assert [path for path in Path().iterdir() if path.name.startswith(".sessionlint-")] == []


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_no_link_is_followed_to_where_a_map_would_go(run: Run, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine")
    Path("link.txt").symlink_to(outside / "file")
    Path("folder").symlink_to(outside)
    assert run("-o", "link.txt").stderr == "error: link.txt: a symlink, which is not followed\n"
    assert run("-o", "folder/map.txt").stderr == (
        "error: folder/map.txt: a link, or something else that is no folder, is in its way\n"
    )
    assert [(one.name, one.read_text()) for one in outside.iterdir()] == [("file", "mine")]
    assert run("-o", str(outside / "map.txt")).exit_code == 0, "outside of the project its owner says where"


def test_no_depth_of_providers_and_no_nesting_is_too_much(run: Run) -> None:
    chain = "".join(
        f"\n\n@contextmanager\ndef scope_{number}() -> Iterator[Session]:\n"
        f"    with scope_{number - 1}() as session:\n        yield session\n"
        for number in range(1, 400)
    )
    text = FILES["shop/db.py"].replace("def session_scope", "def scope_0")
    nested = "".join(f"{' ' * level}def inner_{level}(url):\n" for level in range(60))
    nested += f"{' ' * 60}return create_engine(url)\n"
    write({"shop/db.py": text + chain, "shop/nested.py": f"from sqlalchemy import create_engine\n\n\n{nested}"}, Path())
    for one in FORMATS:
        result = run("--output-format", one)
        assert (result.exit_code, "scope_399" in result.stdout) == (0, True), one
    assert "delegates to shop.db.scope_398" in run().stdout


def test_mistakes_are_told_as_elsewhere(run: Run) -> None:
    assert run("nowhere").exit_code == 2
    assert "Invalid value for '--output-format'" in run("--output-format", "svg").stderr
    assert run("--config", "select = ['SES999']").exit_code == 2

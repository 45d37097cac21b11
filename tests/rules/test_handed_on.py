"""One finding for what is handed on: nothing that blocks the event loop goes without being told."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pages.page import Case, read_page

from sessionlint.extract.module import extract
from sessionlint.link.project import Project, link
from sessionlint.model.finding import Finding
from sessionlint.model.role import Role
from sessionlint.model.source import Source
from sessionlint.questions.running.blocking import blocking_sessions
from sessionlint.rules.consumption.sync_session_in_async import rule
from sessionlint.run.analysis import analyse_sources

ROOT = Path(__file__).parents[2]
CASES = read_page(Path(rule.__file__).with_name("page.md")).cases
PROJECTS = sorted(path for path in (ROOT / "fixtures" / "projects").iterdir() if path.is_dir())
HELPER = """\
from sqlalchemy.orm import Session


async def save(db: Session, user):
    db.commit()
"""
ROUTES = "from sqlalchemy.orm import Session\n\nfrom app.crud import save\n" + "".join(
    f"\n\nasync def route_{number}(db: Session):\n    await save(db, 1)\n" for number in range(9)
)


def _linked(texts: Mapping[str, str]) -> Project:
    sources = {path: Source(path, text) for path, text in texts.items() if path.endswith(".py")}
    return link([extract(source) for source in sources.values()], sources)


def _findings(project: Project) -> Iterator[Finding]:
    for module in project.modules.values():
        if project.role(module) is Role.APPLICATION:
            yield from rule.check(project, module)


def _untold(texts: Mapping[str, str]) -> Counter[str]:
    """How many blocking functions of each file are neither in a finding's trace nor counted by a note."""
    project = _linked(texts)
    found = list(_findings(project))
    told = {place for finding in found for place in finding.trace}
    left = Counter(
        one.place.path
        for module in project.modules.values()
        if project.role(module) is Role.APPLICATION
        for one in blocking_sessions(project, module)
        if one.place not in told
    )
    for note in (note for finding in found for note in finding.related):
        if counted := re.search(r"and by (\d+) more", note.message):
            left[note.place.path] -= int(counted[1])
    return +left


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_each_blocking_function_of_a_case_is_told(case: Case) -> None:
    assert _untold(case.files) == {}


@pytest.mark.parametrize("folder", PROJECTS, ids=[folder.name for folder in PROJECTS])
def test_each_blocking_function_of_a_project_is_told(folder: Path) -> None:
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.py")}
    assert _untold(texts) == {}


def test_each_file_that_hands_a_session_on_has_a_few_notes_and_a_count() -> None:
    texts = {"app/crud.py": HELPER, "app/a.py": ROUTES, "app/b.py": ROUTES.partition("\n\nasync def route_2")[0]}
    (finding,) = _findings(_linked(texts))
    assert finding.place.path == "app/crud.py"
    assert [(note.place.path, note.message) for note in finding.related[1:]] == [
        ("app/a.py", "handed on by `route_0`"),
        ("app/a.py", "handed on by `route_1`"),
        ("app/a.py", "handed on by `route_2`, and by 6 more functions of this file"),
        ("app/b.py", "handed on by `route_0`"),
        ("app/b.py", "handed on by `route_1`"),
    ]
    assert _untold(texts) == {}


def test_a_single_function_more_is_one_function() -> None:
    texts = {"app/crud.py": HELPER, "app/a.py": ROUTES.partition("\n\nasync def route_4")[0]}
    (finding,) = _findings(_linked(texts))
    assert finding.related[-1].message == "handed on by `route_2`, and by 1 more function of this file"


def test_functions_that_hand_a_session_to_each_other_are_told_where_the_sql_is() -> None:
    text = """\
from sqlalchemy.orm import Session


async def there(db: Session):
    await back(db)


async def back(db: Session):
    await there(db)
    await end(db)


async def end(db: Session):
    db.commit()
    await there(db)
"""
    (finding,) = _findings(_linked({"app.py": text}))
    assert [note.message for note in finding.related] == [
        "the event loop waits here",
        "handed on by `back`",
        "handed on by `there`",
    ]


def test_a_wrong_annotation_of_one_that_hands_on_does_not_silence_the_others() -> None:
    case = next(case for case in CASES if case.title == "Handed on to what is not reported itself")
    sources = {path: Source(path, text) for path, text in case.files.items()}
    codes = Counter(finding.code for finding in analyse_sources(sources).findings if finding.code in ("SES508", "SES509"))
    assert codes == {"SES508": 1, "SES509": 5}


def test_what_is_said_of_one_that_hands_on_hides_neither_the_finding_nor_calls_the_comment_unused() -> None:
    routes = ROUTES.replace("def route_0(db: Session):", "def route_0(db: Session):  # noqa: SES509")
    texts = {"app/crud.py": HELPER, "app/a.py": routes}
    outcome = analyse_sources({path: Source(path, text) for path, text in texts.items()})
    assert [finding.code for finding in outcome.findings] == ["SES509"]

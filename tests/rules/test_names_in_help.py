"""A block that the help proposes and the fix writes gives the session the same name in both."""

import re

import pytest
from pages.page import read_page

from sessionlint.extract.module import extract
from sessionlint.link.project import link
from sessionlint.model.finding import Finding
from sessionlint.model.source import Source
from sessionlint.rules.registry import RegisteredRule, registered_rules

_ENTRIES = [entry for entry in registered_rules() if entry.page.exists() and entry.rule.code != "SES311"]
_DRIVEN = """\
from sqlalchemy.orm import sessionmaker

maker = sessionmaker()


def get_db():
    with maker() as db:
        yield db


def use():
    store = next(get_db())
    store.commit()


def kept():
    generator = get_db()
    return next(generator)


def loop():
    for box in get_db():
        return box.info
"""
_BOUND = re.compile(r"\bwith\b[^\n]* as ([\w.]+):")


@pytest.mark.parametrize("entry", _ENTRIES, ids=[entry.rule.code for entry in _ENTRIES])
def test_help_and_fix_bind_one_name(entry: RegisteredRule) -> None:
    pairs = [(_BOUND.findall(found.help), _written(found)) for found in _findings(entry) if found.help]
    assert [pair for pair in pairs if pair[0] and pair[1] and not set(pair[0]) & set(pair[1])] == []


def test_a_loop_and_an_assignment_keep_the_name_they_gave() -> None:
    entry = next(entry for entry in _ENTRIES if entry.rule.code == "SES507")
    source = Source("app.py", _DRIVEN)
    project = link([extract(source)], {"app.py": source})
    found = [finding.help for module in project.modules.values() for finding in entry.check(project, module)]
    assert found == [f"enter it: `with contextmanager(get_db)() as {name}:`" for name in ("store", "session", "box")]


def _written(finding: Finding) -> list[str]:
    edits = finding.fix.edits if finding.fix is not None else ()
    return [name for edit in edits for name in _BOUND.findall(edit.text)]


def _findings(entry: RegisteredRule) -> list[Finding]:
    cases = [case for case in read_page(entry.page).cases if any(marked.markers for marked in case.marked.values())]
    texts = [{path: Source(path, text) for path, text in case.files.items() if path.endswith(".py")} for case in cases]
    projects = [link([extract(source) for source in sources.values()], sources) for sources in texts]
    return [found for project in projects for module in project.modules.values() for found in entry.check(project, module)]

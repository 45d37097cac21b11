"""Long chains and circles cost no rule, and what is said of them does not depend on where one begins to ask."""

from collections.abc import Mapping, Sequence

import pytest

from sessionlint.link.names.scopes import Site
from sessionlint.link.project import Project
from sessionlint.link.values import kinds
from sessionlint.model.facts import Call
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis, analyse_sources
from sessionlint.run.settings.selectors import Layer
from sessionlint.run.settings.settings import Settings
from shapes.shapes import CHAINS, CIRCLES, Files, Shape

_EVERY_RULE = Settings(layers=(Layer(select=("ALL",)),))
_SHAPES = {
    **{f"chain of {name}": each for name, each in CHAINS.items()},
    **{f"circle of {name}": each for name, each in CIRCLES.items()},
}
# deeper than Python's stack many times over; those in which every link is a finding, or a module, would take long
_DEEP = ("aliases", "lambdas", "engines", "doubled", "containers", "annotations", "new types", "returned functions")


def _sources(files: Files) -> Mapping[str, Source]:
    return {path: Source(path, text) for path, text in files.items()}


def _checked(files: Files) -> Outcome:
    return analyse_sources(_sources(files), settings=_EVERY_RULE)


@pytest.mark.parametrize("size", [1, 2, 3, 40])
@pytest.mark.parametrize("shape", _SHAPES.values(), ids=_SHAPES)
def test_every_rule_ends(shape: Shape, size: int) -> None:
    outcome = _checked(shape(size))
    assert outcome.errors == ()
    assert "SES001" not in {finding.code for finding in outcome.findings}


@pytest.mark.thorough
@pytest.mark.parametrize("shape", _SHAPES.values(), ids=_SHAPES)
def test_every_rule_ends_where_links_are_many(shape: Shape) -> None:
    assert _checked(shape(250)).errors == ()


@pytest.mark.thorough
@pytest.mark.parametrize("shapes", [CHAINS, CIRCLES], ids=["chain", "circle"])
@pytest.mark.parametrize("name", _DEEP)
def test_no_chain_is_too_long(name: str, shapes: Mapping[str, Shape]) -> None:
    assert _checked(shapes[name](3_000)).errors == ()


@pytest.mark.parametrize(
    "name", ["aliases", "lambdas", "returned values", "attributes", "constructors", "re-exports", "star imports"]
)
def test_a_chain_is_followed_to_its_end(name: str) -> None:
    assert "SES301" in {finding.code for finding in _checked(CHAINS[name](250)).findings}


@pytest.mark.parametrize("shape", _SHAPES.values(), ids=_SHAPES)
def test_it_does_not_matter_where_one_begins(shape: Shape) -> None:
    sources = _sources(shape(7))
    backwards = dict(reversed([*sources.items()]))
    checked = Analysis(_EVERY_RULE).check(sources)
    assert checked.outcome.findings == Analysis(_EVERY_RULE).check(backwards).outcome.findings
    assert checked.project is not None
    calls = [*checked.project.calls()]
    forwards, back = _kinds(checked.project, calls), _kinds(checked.project, calls[::-1])
    for call in calls:
        assert kinds.is_same(forwards[call], back[call])


def _kinds(project: Project, calls: Sequence[Site]) -> dict[Site, kinds.Kind]:
    """What the calls give, asked for in their order of a project that remembers nothing."""
    project.memory.clear()
    return {site: project.kind(site.term, site.scope) for site in calls if isinstance(site.term, Call)}


def test_two_services_that_build_each_other() -> None:
    outcome = _checked({"app.py": _SERVICES})
    assert outcome.errors == ()
    assert {finding.code for finding in outcome.findings} == {"SES101"}


_SERVICES = """\
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

SessionLocal = sessionmaker(create_engine("sqlite://"))


class Orders:
    def __init__(self, db: Session):
        self.db = db

    def stock(self) -> "Stock":
        return Stock(self.db)


class Stock:
    def __init__(self, db: Session):
        self.db = db

    def orders(self) -> Orders:
        return Orders(self.db)


def count() -> int:
    with SessionLocal() as db:
        return Orders(db).stock().orders().db.connection().info["n"]
"""

"""What terms are, and what of that is remembered."""

from collections.abc import Iterator

from sessionlint.extract.module import extract
from sessionlint.link.project import Project, link
from sessionlint.link.values import kinds
from sessionlint.model import walk
from sessionlint.model.facts import Attribute, Call, Term
from sessionlint.model.source import Source


def linked(text: str) -> Project:
    source = Source("app.py", text)
    return link([extract(source)], {source.path: source})


def terms(project: Project) -> Iterator[Term]:
    for statement in project.modules["app.py"].body:
        for own in walk.own_terms(statement):
            yield from (term for term, _ in walk.descend(own))


def test_what_comes_of_something_unknown_is_not_remembered() -> None:
    project = linked("from app import thing\nthing.done\nthing(1)\nmissing.done\nmissing.done(2)\n")
    module = project.modules["app.py"]
    for term in terms(project):
        assert isinstance(project.kind(term, module), kinds.Unknown)
    assert not any(isinstance(key, Call | Attribute) for key in project.memory.answers)


def test_a_chain_of_something_unknown_may_be_longer_than_the_stack() -> None:
    chains = [f"a{number} = a{number - 1}{'.b()' * 40}{'()' * 40}{'.c' * 40}" for number in range(1, 60)]
    project = linked("\n".join(["a0 = missing", *chains]))
    assert isinstance(project.evaluator.name_kind("a59", project.modules["app.py"]), kinds.Unknown)

"""Walks through facts."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from sessionlint.extract.module import extract
from sessionlint.model import walk
from sessionlint.model.facts import Block, Class, Constant, Function, Name, Term
from sessionlint.model.source import Source


def terms(block: Block) -> Iterator[Term]:
    for statement in walk.statements(block):
        yield from walk.own_terms(statement)
        if isinstance(statement, Function | Class):
            yield from terms(statement.body)


def test_what_is_composed_is_all_but_names_and_constants_in_the_same_order() -> None:
    facts = extract(Source("a.py", Path(argparse.__file__).read_text("utf-8")))
    tops = list(terms(facts.body))
    assert sum(isinstance(top, Name | Constant) for top in tops) > 100
    for top in tops:
        expected = [found for found in walk.descend(top) if not isinstance(found[0], Name | Constant)]
        assert list(walk.composed(top)) == expected

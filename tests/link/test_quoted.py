"""Annotations in quotes: the terms of what they say."""

import pytest

from sessionlint.link.values.quoted import read_annotation
from sessionlint.model import walk


@pytest.mark.parametrize("text", ["Session", "orm.Session | None", "Generator[Session, None, None]", "dict[str, list[int]]"])
def test_no_term_of_a_quoted_annotation_has_a_place(text: str) -> None:
    term = read_annotation(text)
    assert term is not None
    assert not any(inner.span.end for inner, _ in walk.descend(term))

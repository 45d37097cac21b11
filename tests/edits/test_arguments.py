"""An argument is put behind the last one of a call, in the way in which the call is laid out."""

import pytest

from sessionlint.edits.apply import apply_edits
from sessionlint.edits.arguments import add_argument
from sessionlint.edits.parse_check import parses
from sessionlint.extract.module import extract
from sessionlint.model.facts import Assign, Call
from sessionlint.model.source import Source


def added(text: str) -> str | None:
    source = Source("app/db.py", text)
    statement = extract(source).body[-1]
    assert isinstance(statement, Assign)
    assert isinstance(statement.value, Call)
    edits = add_argument(source, statement.value, "pool=None")
    if edits is None:
        return None
    result = apply_edits(text, edits)
    assert parses(result)
    return result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("engine = create_engine(url)\n", "engine = create_engine(url, pool=None)\n"),
        ("engine = create_engine(url,)\n", "engine = create_engine(url, pool=None,)\n"),
        ("engine = create_engine((url))\n", "engine = create_engine((url), pool=None)\n"),
        ("engine = create_engine('a' 'b', **options)\n", "engine = create_engine('a' 'b', **options, pool=None)\n"),
        ("engine = create_engine(\n    url, echo=True\n)\n", "engine = create_engine(\n    url, echo=True, pool=None\n)\n"),
        ("engine = create_engine(\n    url\n)\n", "engine = create_engine(\n    url,\n    pool=None\n)\n"),
        ("engine = create_engine(\n    url,\n)\n", "engine = create_engine(\n    url,\n    pool=None,\n)\n"),
        ("engine = create_engine(\n    url,  # why\n)\n", "engine = create_engine(\n    url,  # why\n    pool=None,\n)\n"),
        ("engine = create_engine(\n    url  # why\n)\n", "engine = create_engine(\n    url,  # why\n    pool=None\n)\n"),
        ("engine = create_engine(\r\n\turl,\r\n)\r\n", "engine = create_engine(\r\n\turl,\r\n\tpool=None,\r\n)\r\n"),
        ("engine = create_engine(url,\n    echo=True)\n", "engine = create_engine(url,\n    echo=True,\n    pool=None)\n"),
    ],
)
def test_it_goes_behind_the_last_one(before: str, after: str) -> None:
    assert added(before) == after


def test_a_call_without_arguments_is_left_alone() -> None:
    assert added("engine = create_engine()\n") is None

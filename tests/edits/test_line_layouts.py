"""Form feeds before code and lone carriage returns at the end of lines change nothing of a fix but themselves."""

import ast
import re

import pytest

from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis
from sessionlint.run.fixing.fixpoint import fix_all
from sessionlint.text.lines import Lines

WITH = '''\
"""Where the rows are."""
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

Maker = sessionmaker(create_engine("sqlite://"))


class Rows:
    def first(self, ident):
        # one row
        db = Maker()
        text = """
        of several
        lines"""
        return db.get(
            text,
            ident,
        )
'''
TRY = """\
import os

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

# where the data is
URL = os.environ["URL"]
if URL.startswith("postgres://"):
    URL = URL.replace("postgres://", "postgresql://", 1)

engine = create_engine(
    URL,
    pool_pre_ping=True,
)
Maker = sessionmaker(bind=engine)


def load(ident):
    db = Maker()
    try:
        found = db.get(str, ident)
        # there it is
    finally:
        db.close()
    return found


def get_db() -> Session:
    with Maker() as session:
        yield session
        session.close()
"""


def _fixed(text: str) -> str:
    analysis, sources = Analysis(), {"a.py": Source("a.py", text)}
    fixed = fix_all(analysis, sources, analysis.check(sources), unsafe=True)
    assert fixed.outcome.errors == ()
    return fixed.sources["a.py"].text


def _with_feeds(text: str, feed: str, every: int) -> str:
    """``text`` with ``feed`` at the start of every so many lines, but not inside of strings."""
    lines = Lines(text)
    pieces = [text[start:end] for start, end in zip(lines.starts, [*lines.starts[1:], len(text)], strict=True)]
    fed = (
        feed if number % every == 0 and piece.strip() and not lines.inside_string(start) else ""
        for number, (start, piece) in enumerate(zip(lines.starts, pieces, strict=True))
    )
    return "".join(before + piece for before, piece in zip(fed, pieces, strict=True))


@pytest.mark.parametrize("text", [WITH, TRY])
@pytest.mark.parametrize("feed", ["\f", "  \f", "\f\f"])
@pytest.mark.parametrize("every", [1, 2, 3])
def test_form_feeds_stay_where_they_are(text: str, feed: str, every: int) -> None:
    fed = _with_feeds(text, feed, every)
    fixed = _fixed(fed)
    ast.parse(fixed)
    assert "\f" in fixed
    assert re.sub(r"(?m)^ *\f+", "", fixed) == _fixed(text) != text


@pytest.mark.parametrize("text", [WITH, TRY])
def test_lines_that_end_with_a_carriage_return_go_on_doing_so(text: str) -> None:
    fixed = _fixed(text.replace("\n", "\r"))
    assert "\n" not in fixed
    assert fixed.replace("\r", "\n") == _fixed(text)

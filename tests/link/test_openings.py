"""Which calls open a session, where real projects had something to teach."""

from sessionlint.model.source import Source
from sessionlint.run.analysis import analyse_sources


def test_a_lambda_that_calls_itself_ends_the_search() -> None:
    text = """\
from sqlalchemy.orm import Session

def register(callback):
    original = callback
    callback = lambda: original()
    original = callback
    callback()
"""
    outcome = analyse_sources({"app.py": Source("app.py", text)})
    assert (outcome.errors, outcome.findings) == ((), ())

"""Which functions never return, where they lead to each other: in any depth, in circles, whichever is asked first."""

import pytest

from sessionlint.link.project import Project
from sessionlint.model.source import Source
from sessionlint.questions.leaving.never_returns import Returning, returning
from sessionlint.run.analysis import Analysis

ASKING = """\
from sqlalchemy.orm import Session
"""
CIRCLE = """\
def ping(x):
    if x:
        raise ValueError(x)
    pong(x)


def pong(x):
    ping(x)


def stop(x):
    if x:
        pong(x)
    raise ValueError(x)
"""


def project_of(text: str) -> Project:
    project = Analysis().check({"app.py": Source("app.py", ASKING + text)}).project
    assert project is not None
    return project


def asked(project: Project, name: str) -> Returning:
    """Whether control comes back from the last call of the function ``name``."""
    function = next(one for one in project.functions() if one.node.name == name)
    return returning(project, function.body[-1], function)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    raise ValueError\n", Returning.RAISES),
        ("    import sys\n\n    sys.exit()\n", Returning.STOPS),
        ("    return\n", Returning.MAY),
    ],
)
def test_a_chain_of_any_length_ends_where_its_last_function_does(body: str, expected: Returning) -> None:
    links = "".join(f"def f{number}():\n    f{number + 1}()\n\n\n" for number in range(1000))
    assert asked(project_of(f"{links}def f1000():\n{body}"), "f0") is expected


@pytest.mark.parametrize("order", [("ping", "pong"), ("pong", "ping")])
def test_a_circle_is_not_known_to_end(order: tuple[str, str]) -> None:
    project = project_of(CIRCLE)
    assert [asked(project, name) for name in order] == [Returning.MAY, Returning.MAY]


def test_a_function_that_raises_behind_a_circle_does() -> None:
    assert asked(project_of(CIRCLE + "\n\ndef ask():\n    stop(1)\n"), "ask") is Returning.RAISES

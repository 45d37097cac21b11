"""Whom CODEOWNERS names, as GitHub and GitLab say it."""

import pytest

from sessionlint.fleet.codeowners import Codeowners

GITHUB = """\
# all of it
*       @global @two
*.js    @js #inline
/build/logs/ @doctocat
docs/*  docs@example.com
apps/   @octocat
/scripts/ @doctocat @octocat
**/logs @octo
/apps/github
with\\ blank.py @blank
!never @never
"""
GITLAB = """\
* @everyone

[Database][2] @dba
migrations/
models.py @models

^[Docs]
*.md
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("a.py", ("@global", "@two")),
        ("src/a.js", ("@js",)),
        ("build/logs/x/a.py", ("@octo",)),
        ("docs/a.py", ("docs@example.com",)),
        ("docs/deep/a.py", ("@global", "@two")),
        ("src/apps/a.py", ("@octocat",)),
        ("scripts/deep/a.py", ("@doctocat", "@octocat")),
        ("src/scripts/a.py", ("@global", "@two")),
        ("apps/github", ()),
        ("apps/github/deep/a.py", ()),
        ("with blank.py", ("@blank",)),
        ("never", ("@global", "@two")),
    ],
)
def test_the_last_pattern_that_matches_decides(path: str, owners: tuple[str, ...]) -> None:
    assert Codeowners(GITHUB).of(path) == owners


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("a.py", ("@everyone",)),
        ("app/migrations/0001.py", ("@everyone", "@dba")),
        ("app/models.py", ("@everyone", "@models")),
        ("README.md", ("@everyone",)),
    ],
)
def test_each_section_decides_for_itself(path: str, owners: tuple[str, ...]) -> None:
    assert Codeowners(GITLAB).of(path) == owners


def test_nobody_is_named_where_nothing_says_so() -> None:
    assert Codeowners("").of("a.py") == ()
    assert Codeowners("[\n]]]\n\\\n* nobody\n").of("a.py") == ()


def test_a_pattern_that_is_made_to_take_long_does_not() -> None:
    pattern = "*a" * 200
    assert Codeowners(f"{pattern}b @x\n{'**/' * 50}c @y\n").of("/".join(["a" * 200] * 20)) == ()

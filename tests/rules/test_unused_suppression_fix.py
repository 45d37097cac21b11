"""What the fix of SES002 leaves of a line."""

import pytest

from sessionlint.model.source import Source
from sessionlint.run.analysis import Analysis
from sessionlint.run.fixing.fixpoint import fix_all
from sessionlint.run.settings.selectors import Layer
from sessionlint.run.settings.settings import Settings

HEAD = "import sqlalchemy\n"


def _fixed(text: str) -> str:
    sources = {"a.py": Source("a.py", HEAD + text)}
    looking = Analysis(Settings(layers=(Layer(select=("ALL",)),)))
    return fix_all(looking, sources, looking.check(sources), unsafe=False).sources["a.py"].text.removeprefix(HEAD)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: SES301\n", "x = 1\n"),
        ("x = 1  # noqa: SES301", "x = 1"),
        ("x = 1  # noqa: SES301\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        ("x = 1  # noqa: E501, SES301\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # noqa: SES301,SES302,E501,F401\n", "x = 1  # noqa: E501,F401\n"),
        ("x = 1  # noqa:SES301 E501\n", "x = 1  # noqa:E501\n"),
        ("x = 1  # type: ignore  # noqa: SES301\n", "x = 1  # type: ignore\n"),
        ("x = 1  # noqa: SES301  # type: ignore\n", "x = 1  # type: ignore\n"),
        ("x = 1  # noqa: SES301 because of y\n", "x = 1  # because of y\n"),
        ("x = 1  # sessionlint: ignore[SES301, bare-session] -- long gone\n", "x = 1\n"),
        ("x = 1  # sessionlint: ignore\n", "x = 1\n"),
        ("# sessionlint: ignore[SES301]\nx = 1\n", "x = 1\n"),
        ("if x:\r\n    # sessionlint: ignore[SES301]\r\n    x = 1\r\n", "if x:\r\n    x = 1\r\n"),
        ("# sessionlint: ignore-file[SES301]\n", ""),
        ("x = 1  # noqa\n", "x = 1  # noqa\n"),
        ("x = 1  # noqa: E501\n", "x = 1  # noqa: E501\n"),
        ("x = '''# noqa: SES301'''\n", "x = '''# noqa: SES301'''\n"),
    ],
)
def test_only_what_suppresses_nothing_is_removed(before: str, after: str) -> None:
    assert _fixed(before) == after

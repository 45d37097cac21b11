import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        help="Rewrite what rule pages and the README's rule table expect into what the tool says, for review.",
    )

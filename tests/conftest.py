from collections.abc import Iterator

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept",
        action="store_true",
        help="Rewrite what rule pages and the tables in docs expect into what the tool says, for review.",
    )
    parser.addoption("--page", action="append", default=[], metavar="NAME", help="Read this rule's page only: bare-session.")


@pytest.fixture(scope="session", autouse=True)
def _caches_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test writes to the cache of the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SESSIONLINT_CACHE_DIR", str(tmp_path_factory.mktemp("caches") / "sessionlint"))
        yield


@pytest.fixture(autouse=True, scope="session")
def state_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What has to outlive a run is kept for the tests, and not for whoever runs them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True, scope="session")
def _nobody_waits() -> Iterator[None]:
    """On a busy machine a run takes long, and would say so in the middle of what a test compares; nor does it matter how wide
    the window is in which the tests run."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CI", "true")
        patched.delenv("COLUMNS", raising=False)
        yield

"""``sessionlint server``: for editors."""

from importlib.util import find_spec

from sessionlint.run.errors import UsageError


def check_libraries() -> None:
    """Raise UsageError where what the server stands on is not installed."""
    if find_spec("pygls") is None:
        raise UsageError('server: pygls is not installed; install the extra: pip install "sessionlint[lsp]"')

"""Which folder of a project is a distribution: what lies in it is installed, deployed and run together."""

import os
from contextlib import suppress
from pathlib import Path
from posixpath import dirname

_DECLARING = ("pyproject.toml", "setup.cfg", "requirements.txt", "Pipfile")


class Distributions:
    """Tells of files to which distribution they belong; ``folder`` is the project's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._declares: dict[str, bool] = {}
        self._found: dict[str, str] = {}

    def of(self, path: str) -> str:
        """The nearest folder that says what it needs, or else the topmost one; "" is the project's own."""
        inner = dirname(path)
        if inner not in self._found:
            self._found[inner] = self._distribution(inner)
        return self._found[inner]

    def _distribution(self, inner: str) -> str:
        above = inner
        while above and not self._is_declaring(above):
            above = dirname(above)
        return above or ("" if not inner or self._is_declaring("") else inner.partition("/")[0])

    def _is_declaring(self, inner: str) -> bool:
        if inner not in self._declares:
            self._declares[inner] = self._says_so(inner) if inner else self._says_so("") or self._has_files()
        return self._declares[inner]

    def _says_so(self, inner: str) -> bool:
        """A package may have a module that is called setup, which says nothing of the kind."""
        if any(self._has(inner, name) for name in _DECLARING):
            return True
        return self._has(inner, "setup.py") and not self._has(inner, "__init__.py")

    def _has_files(self) -> bool:
        """Whether programs lie at the top, which use what is beside them: then the folders there are no projects."""
        with suppress(OSError):
            return any(name.endswith(".py") for name in os.listdir(self._folder))  # noqa: PTH208 - names are enough
        return False

    def _has(self, inner: str, name: str) -> bool:
        return os.path.isfile(f"{self._folder}/{inner}/{name}")  # noqa: PTH113 - there are many

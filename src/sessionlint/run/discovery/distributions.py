"""Which folder of a project is a distribution: what lies in it is installed, deployed and run together."""

import os
from collections.abc import Set
from pathlib import Path
from posixpath import dirname

_DECLARING = frozenset({"pyproject.toml", "setup.cfg", "requirements.txt", "Pipfile"})
_EACH = "\0"  # of the root: each of its folders by itself


class Distributions:
    """Tells of files to which distribution they belong; ``folder`` is the project's.

    Inside of a package nobody says what is needed; so no more is asked there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, tuple[str, bool]] = {}

    def of(self, path: str) -> str:
        """The nearest folder that says what it needs, or else the topmost one; "" is the project's own."""
        return self._known(dirname(path))[0]

    def _known(self, inner: str) -> tuple[str, bool]:
        """The distribution of what lies in a folder, and whether that is a package."""
        known = self._found.get(inner)
        if known is not None:
            return known
        waiting = [inner]
        while waiting[-1] and (above := dirname(waiting[-1])) not in self._found:
            waiting.append(above)
        for each in reversed(waiting):
            self._found[each] = self._told(each)
        return self._found[inner]

    def _told(self, inner: str) -> tuple[str, bool]:
        """What is known of a folder, when it is known of the one around it."""
        around, is_package = self._found[dirname(inner)] if inner else ("", False)
        if is_package:
            return around, True
        names = self._names_in(inner)
        is_package = "__init__.py" in names
        if not inner:
            # programs at the top use what is beside them: then the folders there are no projects
            is_whole = _says_so(names) or any(name.endswith(".py") for name in names)
            return ("" if is_whole else _EACH), is_package
        if _says_so(names):
            return inner, is_package
        return (inner if around == _EACH else around), is_package

    def _names_in(self, inner: str) -> Set[str]:
        try:
            return {*os.listdir(f"{self._folder}{os.sep}{inner}")}  # noqa: PTH208 - names are enough
        except OSError:
            return set()


def _says_so(names: Set[str]) -> bool:
    """A package may have a module that is called setup, which says nothing of the kind."""
    return not _DECLARING.isdisjoint(names) or ("setup.py" in names and "__init__.py" not in names)

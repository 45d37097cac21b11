"""PEP 508 requirements: lines of a requirements file, entries of a dependency list."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sessionlint.model.regex import regex
from sessionlint.run.files.inputs import Inputs
from sessionlint.run.files.limits import REQUIREMENTS
from sessionlint.run.settings.declared.declaration import PACKAGES, Declaration, normal, read_text

_REQUIREMENT = regex(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*([^;#]*)")
_INCLUDE = regex(r"\s*(?:-r|-c|--requirement|--constraint)(?:\s*=\s*|\s*)([^\s#]+)")


def read_requirements(lines: Iterable[object]) -> Iterator[tuple[str, str]]:
    """(package, specifier) for each package that matters; direct references (``@ url``) say nothing of versions."""
    for line in lines:
        match = _REQUIREMENT.match(line) if isinstance(line, str) else None
        if match and normal(match[1]) in PACKAGES:
            specifier = re.split(r"\s--|\\$", match[2])[0].strip()
            if not specifier.startswith("@"):
                yield normal(match[1]), specifier


def read_requirements_file(path: Path, root: Path, seen: set[Path], inputs: Inputs) -> Iterator[Declaration]:
    """What a requirements file says, and the files below ``root`` that it includes (``-r``, ``-c``).

    ``seen`` are the files that were read already; those read here are added.
    """
    waiting = [path]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.exists():
            continue
        seen.add(path)
        lines = read_text(path, REQUIREMENTS, inputs).splitlines()
        for name, specifier in read_requirements(lines):
            yield Declaration(name, specifier, path.relative_to(root).as_posix())
        waiting += reversed(list(_included(lines, path.parent, root)))


def _included(lines: Iterable[str], folder: Path, root: Path) -> Iterator[Path]:
    for line in lines:
        match = _INCLUDE.match(line)
        found = _resolved(folder / match[1]) if match and "://" not in match[1] else None
        if found is not None and root in found.parents:
            yield found


def _resolved(path: Path) -> Path | None:
    """Without ``..`` and links; None when the system refuses."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None

"""The SQLAlchemy, FastAPI and Python versions that the checked project declares; its files are read, nothing is run."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sessionlint.model.targets import Targets
from sessionlint.run.errors import UsageError
from sessionlint.run.settings import Settings
from sessionlint.run.specifiers import Bound, Range, newest_minor, oldest_minor, parse_specifiers
from sessionlint.run.toml import read_toml

PYTHON = "python"
SQLMODEL = "sqlmodel"
_LAST_MINORS: Mapping[str, Mapping[int, int]] = {"sqlalchemy": {0: 9, 1: 4}, "fastapi": {}}
# sqlmodel 0.0.12 went from SQLAlchemy 1.4 to 2.0 (its release notes); whoever declares sqlmodel often declares nothing else
_SQLMODEL_ON_2 = Range(Bound((0, 0, 12), True))
_BELOW_2 = Range(None, Bound((2,), False))
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*([^;#]*)")


class Declaration(NamedTuple):
    """``name`` (sqlalchemy, sqlmodel, fastapi or python) was declared as ``specifier`` in ``file``."""

    name: str
    specifier: str
    file: str


def read_targets(root: Path, settings: Settings) -> tuple[Targets, list[Declaration]]:
    """What the settings say, else what the project declares; and all declarations found.

    They are looked for in the root, and when it has none of a name, in the folders directly below.
    """
    declared = list(_in_folder(root, ""))
    below = [found for folder in _folders(root) for found in _in_folder(root / folder, f"{folder}/")]
    names = {declaration.name for declaration in declared}
    declared += [declaration for declaration in below if declaration.name not in names]
    targets = Targets(
        settings.sqlalchemy_version or _newest("sqlalchemy", declared),
        settings.fastapi_version or _newest("fastapi", declared),
        settings.python_version or _oldest_python(declared),
    )
    return targets, declared


def _newest(name: str, declared: Iterable[Declaration]) -> tuple[int, int] | None:
    """The newest version that all declarations admit; None without an upper bound, or when they contradict each other."""
    meeting = Range()
    for declaration in declared:
        admitted = parse_specifiers(declaration.specifier) or Range()
        if declaration.name == name:
            meeting = meeting.meet(admitted)
        elif (name, declaration.name) == ("sqlalchemy", SQLMODEL) and admitted.meet(_SQLMODEL_ON_2).empty:
            meeting = meeting.meet(_BELOW_2)
    if meeting.newest is None or meeting.empty:
        return None
    return newest_minor(meeting.newest, _LAST_MINORS[name])


def _oldest_python(declared: Iterable[Declaration]) -> tuple[int, int] | None:
    ranges = [parse_specifiers(declaration.specifier) for declaration in declared if declaration.name == PYTHON]
    return min((oldest_minor(found.oldest) for found in ranges if found and found.oldest), default=None)


def _folders(root: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    except OSError:
        return []


def _in_folder(folder: Path, prefix: str) -> Iterator[Declaration]:
    readers = {"pyproject.toml": _pyproject, "setup.cfg": _setup_cfg}
    for name, read in readers.items():
        if (folder / name).is_file():
            for found, specifier in read(folder / name):
                yield Declaration(found, specifier, prefix + name)
    for file in (*sorted(folder.glob("*requirements*.txt")), *sorted(folder.glob("requirements/*.txt"))):
        for found, specifier in _requirements(_text(file).splitlines()):
            yield Declaration(found, specifier, prefix + file.relative_to(folder).as_posix())


def _pyproject(path: Path) -> Iterator[tuple[str, str]]:
    try:
        document, _ = read_toml(path, str(path))
    except UsageError:
        return
    project, tool = _table(document, "project"), _table(document, "tool")
    if isinstance(requires := project.get("requires-python"), str):
        yield PYTHON, requires
    yield from _requirements(_list(project.get("dependencies")))
    for group in (*_table(project, "optional-dependencies").values(), *_table(document, "dependency-groups").values()):
        yield from _requirements(_list(group))
    poetry = _table(tool, "poetry")
    yield from _poetry(_table(poetry, "dependencies"))
    for group in _table(poetry, "group").values():
        yield from _poetry(_table(group, "dependencies"))


def _poetry(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        specifier = value.get("version") if isinstance(value, dict) else value
        if _known(name) and isinstance(specifier, str):
            yield _normal(name), specifier


def _setup_cfg(path: Path) -> Iterator[tuple[str, str]]:
    from configparser import ConfigParser
    from configparser import Error as ConfigParserError

    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(_text(path))
    except ConfigParserError:
        return
    if requires := parser.get("options", "python_requires", fallback=""):
        yield PYTHON, requires
    yield from _requirements(parser.get("options", "install_requires", fallback="").splitlines())
    if parser.has_section("options.extras_require"):
        for _, extra in parser.items("options.extras_require"):
            yield from _requirements(extra.splitlines())


def _requirements(lines: Iterable[object]) -> Iterator[tuple[str, str]]:
    """PEP 508 requirements of the packages that matter; direct references (``@ url``) say nothing of versions."""
    for line in lines:
        match = _REQUIREMENT.match(line) if isinstance(line, str) else None
        if match and _known(match[1]) and _normal(match[1]) != PYTHON:
            specifier = re.split(r"\s--|\\$", match[2])[0].strip()
            if not specifier.startswith("@"):
                yield _normal(match[1]), specifier


def _text(path: Path) -> str:
    """A text file in whatever encoding pip would take; "" when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


def _known(name: str) -> bool:
    return _normal(name) in (PYTHON, SQLMODEL, *_LAST_MINORS)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _table(of: object, key: str) -> Mapping[str, Any]:
    value = of.get(key) if isinstance(of, dict) else None
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []

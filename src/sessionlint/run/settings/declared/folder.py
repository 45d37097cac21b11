"""Looks for the files that declare versions. What reads them is imported when there are any."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from sessionlint.run.files.inputs import Inputs
from sessionlint.run.settings.declared.declaration import SQLMODEL, Declaration
from sessionlint.run.settings.settings import DEFAULT_EXCLUDE

Reader = Callable[[Path, Inputs], Iterator[tuple[str, str]]]

# the functions of this package that read files of these names
_RANGES: Mapping[str, str] = {
    "pyproject.toml": "pyproject.read_pyproject",
    "setup.cfg": "setup_cfg.read_setup_cfg",
    "Pipfile": "pipfile.read_pipfile",
}
_LOCKS: Mapping[str, str] = {
    **dict.fromkeys(("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"), "toml_lock.read_toml_lock"),
    "Pipfile.lock": "pipfile.read_pipfile_lock",
}


_LEVELS = 4
_MOST = 2_000  # folders of one level


def read_declarations(root: Path, inputs: Inputs) -> list[Declaration]:
    """Those in ``root``, and of each name that it does not speak of, those in the folders directly below; and on, as far as four
    levels below, while nobody has spoken of SQLAlchemy: each service of a repository speaks for itself, no folder in a package.
    """
    root = root.resolve()
    declared = list(_in_folder(root, root, inputs))
    level = folders_below(root)
    for _ in range(_LEVELS):
        names = {declaration.name for declaration in declared}
        listed = [(folder, _entries(folder)) for folder in level]
        speaking = [folder for folder, entries in listed if any(_may_declare(entry.name) for entry in entries)]
        below = [found for folder in speaking for found in _in_folder(folder, root, inputs)]
        declared += [found for found in below if found.name not in names]
        if len(level) > _MOST or any(found.name in ("sqlalchemy", SQLMODEL) for found in declared):
            break
        outside = [(folder, entries) for folder, entries in listed if not any(entry.name == "__init__.py" for entry in entries)]
        level = [inner for folder, entries in outside for inner in _folders(folder, entries)]
    return declared


def _may_declare(name: str) -> bool:
    return name in _RANGES or name in _LOCKS or "requirements" in name


def folders_below(root: Path) -> list[Path]:
    return _folders(root, _entries(root))


def _folders(folder: Path, entries: Sequence[os.DirEntry[str]]) -> list[Path]:
    """Those in it; as everywhere, those that are symlinks are not entered."""
    inner = (one.name for one in entries if one.is_dir(follow_symlinks=False))
    return [folder / name for name in sorted(inner) if not name.startswith(".") and name not in DEFAULT_EXCLUDE]


def _entries(folder: Path) -> Sequence[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return ()


def _in_folder(folder: Path, root: Path, inputs: Inputs) -> Iterator[Declaration]:
    for readers, locked in ((_RANGES, False), (_LOCKS, True)):
        for name, reader in readers.items():
            if (folder / name).exists():
                for found, specifier in _imported(reader)(folder / name, inputs):
                    yield Declaration(found, specifier, (folder / name).relative_to(root).as_posix(), locked)
    seen: set[Path] = set()
    for file in (*sorted(folder.glob("*requirements*.txt")), *sorted(folder.glob("requirements/*.txt"))):
        from sessionlint.run.settings.declared.requirements import read_requirements_file

        yield from read_requirements_file(file, root, seen, inputs)


def _imported(reader: str) -> Reader:
    module, _, function = reader.partition(".")
    read: Reader = getattr(import_module(f"{__package__}.{module}"), function)
    return read

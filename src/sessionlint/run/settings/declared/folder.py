"""Looks for the files that declare versions."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sessionlint.run.files.inputs import Inputs
from sessionlint.run.settings.declared.declaration import Declaration
from sessionlint.run.settings.declared.pipfile import read_pipfile, read_pipfile_lock
from sessionlint.run.settings.declared.pyproject import read_pyproject
from sessionlint.run.settings.declared.requirements import read_requirements_file
from sessionlint.run.settings.declared.setup_cfg import read_setup_cfg
from sessionlint.run.settings.declared.toml_lock import read_toml_lock

Reader = Callable[[Path, Inputs], Iterator[tuple[str, str]]]

_RANGES: Mapping[str, Reader] = {"pyproject.toml": read_pyproject, "setup.cfg": read_setup_cfg, "Pipfile": read_pipfile}
_LOCKS: Mapping[str, Reader] = {
    "uv.lock": read_toml_lock,
    "poetry.lock": read_toml_lock,
    "pdm.lock": read_toml_lock,
    "pylock.toml": read_toml_lock,
    "Pipfile.lock": read_pipfile_lock,
}


def read_declarations(root: Path, inputs: Inputs) -> list[Declaration]:
    """Those in ``root``, and of each name that it does not speak of, those in the folders directly below."""
    root = root.resolve()
    declared = list(_in_folder(root, root, inputs))
    names = {declaration.name for declaration in declared}
    below = [found for folder in folders_below(root) for found in _in_folder(folder, root, inputs)]
    return declared + [found for found in below if found.name not in names]


def folders_below(root: Path) -> list[Path]:
    try:
        return sorted(entry for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    except OSError:
        return []


def _in_folder(folder: Path, root: Path, inputs: Inputs) -> Iterator[Declaration]:
    for readers, locked in ((_RANGES, False), (_LOCKS, True)):
        for name, read in readers.items():
            if (folder / name).exists():
                for found, specifier in read(folder / name, inputs):
                    yield Declaration(found, specifier, (folder / name).relative_to(root).as_posix(), locked)
    seen: set[Path] = set()
    for file in (*sorted(folder.glob("*requirements*.txt")), *sorted(folder.glob("requirements/*.txt"))):
        yield from read_requirements_file(file, root, seen, inputs)

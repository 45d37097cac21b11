"""Looks for the files that declare versions. What reads them is imported when there are any."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

from sessionlint.run.files.inputs import Inputs
from sessionlint.run.settings.declared.declaration import Declaration

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

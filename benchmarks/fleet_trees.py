"""Trees for a fleet: packages at hand, and copies of them in each of which something is otherwise."""

import random
import shutil
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

_FEWEST, _MOST = 2, 100  # Python files of a package that is taken
_KEPT = (".py", ".toml", ".cfg", ".txt")
_ADDED = """

def added_{number}(key):
    from sqlalchemy.orm import sessionmaker

    session = sessionmaker()()
    return session.get(int, key)
"""


def make(sources: Sequence[Path], folder: Path, wanted: int, seed: int = 0) -> list[Path]:
    """``wanted`` trees below ``folder``: each package found in ``sources`` once, then their mutated copies, in turn."""
    chance, packages = random.Random(seed), sorted(set(_packages(sources)))
    if not packages:
        raise ValueError(f"no package with {_FEWEST} to {_MOST} Python files in {', '.join(map(str, sources))}")
    made: list[Path] = []
    for turn in count():
        for package in packages:
            tree = folder / f"{package.name}-{turn}-{len(made)}"
            _copy(package, tree)
            if turn:
                _mutate(tree, chance, len(made))
            made.append(tree)
            if len(made) == wanted:
                return made
    raise AssertionError


def _packages(sources: Sequence[Path]) -> Iterator[Path]:
    for source in sources:
        for folder in source.iterdir():
            if folder.is_dir() and not folder.is_symlink() and _FEWEST <= sum(1 for _ in folder.rglob("*.py")) <= _MOST:
                yield folder


def _copy(package: Path, tree: Path) -> None:
    for file in package.rglob("*"):
        if file.suffix in _KEPT and file.is_file() and not file.is_symlink():
            target = tree / file.relative_to(package)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def _mutate(tree: Path, chance: random.Random, number: int) -> None:
    """A function more in one file, a file less, and a name that is another one everywhere."""
    files = sorted(tree.rglob("*.py"))
    chance.choice(files).unlink()
    for file in files:
        if file.exists():
            data = file.read_bytes().replace(b"session", b"session_%d" % number) if chance.random() < 0.05 else file.read_bytes()
            file.write_bytes(data + (_ADDED.format(number=number).encode() if chance.random() < 0.1 else b""))

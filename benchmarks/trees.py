"""The trees: pinned packages by themselves, and heaps of their files that grow."""

import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from ecosystem.packages import Package


def copy(package: Package, work: Path) -> Path:
    """A copy of a package's tree that a benchmark may change."""
    tree = work / "trees" / package.name
    if not tree.exists():
        shutil.copytree(package.tree, tree)
    return tree


def heap(packages: Sequence[Package], files: int, work: Path) -> Path | None:
    """One project of ``files`` Python files; None when all packages together have fewer.

    Each heap takes the packages in turn, a file of each, so that a small one is made of the same stuff as a large one.
    """
    chosen = list(islice(_in_turn(packages), files))
    if len(chosen) < files:
        return None
    tree = work / "heaps" / str(files)
    if not tree.exists():
        for package, path in chosen:
            target = tree / package.name / path.relative_to(package.tree)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return tree


def _in_turn(packages: Sequence[Package]) -> Iterator[tuple[Package, Path]]:
    waiting = [(package, iter(sorted(package.tree.rglob("*.py")))) for package in packages]
    while waiting:
        left = []
        for package, paths in waiting:
            path = next(paths, None)
            if path is not None:
                yield package, path
                left.append((package, paths))
        waiting = left


def size(tree: Path) -> tuple[int, int]:
    """(Python files, lines) of a tree."""
    files = list(tree.rglob("*.py"))
    return len(files), sum(path.read_bytes().count(b"\n") for path in files)

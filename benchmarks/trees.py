"""The trees: pinned packages by themselves, projects that grow, and all packages together."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

from ecosystem.lint import count_lines, python_files
from ecosystem.packages import Package


def copy(package: Package, work: Path) -> Path:
    """A copy of a package's tree that a benchmark may change."""
    return _made(work / "trees" / package.name, lambda tree: shutil.copytree(package.tree, tree))


def together(packages: Sequence[Package], work: Path) -> Path:
    """All packages as they are, each in a folder of its own, as one project."""

    def fill(tree: Path) -> None:
        for package in packages:
            shutil.copytree(package.tree, tree / package.name)

    return _made(work / "heaps" / "together", fill)


def written(name: str, texts: Mapping[str, str], work: Path) -> Path:
    """One project of ``texts``, by path."""

    def fill(tree: Path) -> None:
        for path, text in texts.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text(text, "utf-8")

    return _made(work / "written" / name, fill)


def heap(packages: Sequence[Package], files: int, work: Path) -> Path:
    """One project of ``files`` Python files.

    It takes every so-manieth file of every package, so that a small heap is made of the same stuff as a large one. When
    there are not enough, files come again, their package under another name (``prefect_2``) and with another last line,
    for files with one content would share their place in the cache. Their absolute imports mean the first copy.
    """

    def fill(tree: Path) -> None:
        for copy_number, package, path in _chosen(packages, files):
            target = tree / package.name / _renamed(path.relative_to(package.tree), copy_number)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes() + (b"" if copy_number == 1 else f"\n# copy {copy_number}\n".encode()))

    return _made(work / "heaps" / str(files), fill)


def _made(tree: Path, fill: Callable[[Path], object]) -> Path:
    """``tree``, filled unless it is there already; one that is there is complete."""
    if not tree.exists():
        part = tree.with_name(f"{tree.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.parent.mkdir(parents=True, exist_ok=True)
        fill(part)
        part.rename(tree)
    return tree


def _chosen(packages: Sequence[Package], files: int) -> Iterator[tuple[int, Package, Path]]:
    """(number of the copy, package, file), ``files`` times."""
    every = [(package, path) for package in packages for path in sorted(package.tree.rglob("*.py"))]
    for copy_number in count(1):
        wanted = min(files, len(every))
        for number in range(wanted):
            yield copy_number, *every[number * len(every) // wanted]
        files -= wanted
        if not files:
            return


def _renamed(path: Path, copy_number: int) -> Path:
    """The same path in another top-level package (or module), for every copy but the first."""
    if copy_number == 1:
        return path
    top, *rest = path.parts
    named = Path(top)
    return Path(f"{named.stem}_{copy_number}{named.suffix}", *rest)


def size(tree: Path) -> tuple[int, int]:
    """(Python files, lines) of a tree."""
    files = list(python_files(tree))
    return len(files), sum(map(count_lines, files))

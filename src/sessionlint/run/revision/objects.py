"""What git holds of a project at one moment: the files of a commit, or of the index, and their contents."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import new

from sessionlint.model.records import dataclass
from sessionlint.run.files.bounded import RefusedError
from sessionlint.run.files.limits import SOURCE
from sessionlint.run.revision.git import MOST_READ, Git, GitError

_FILES = ("100644", "100755", "100664")
_ALGORITHMS = {40: "sha1", 64: "sha256"}
_OURS = ("0", "2")  # what is merged, and of what is not our side


@dataclass(frozen=True, slots=True)
class Listing:
    """``files`` by path, with the name of what each holds; ``others`` are links and whole repositories, which are not read."""

    files: Mapping[str, str]
    others: frozenset[str] = frozenset()

    def has_beside(self, path: str) -> bool:
        """Whether the file is a link, or lies in another repository within this one."""
        return path in self.others or any(path.startswith(f"{other}/") for other in self.others)


def listed_commit(git: Git, commit: str) -> Listing:
    """The files of a commit."""
    entries = (entry.split(b" ", 2) for entry in git.data("ls-tree", "-r", "-z", commit).split(b"\0") if entry)
    return _listing((mode, *rest.split(b"\t", 1)) for mode, _, rest in entries)


def listed_index(git: Git) -> Listing:
    """The files of the index."""
    entries = (entry.split(b"\t", 1) for entry in git.data("ls-files", "--stage", "-z").split(b"\0") if entry)
    parted = ((*head.split(b" "), path) for head, path in entries)
    return _listing((mode, name, path) for mode, name, stage, path in parted if stage.decode() in _OURS)


def _listing(entries: Iterable[tuple[bytes, ...]]) -> Listing:
    files, others = {}, set()
    for mode, name, path in entries:
        if mode.decode() in _FILES:
            files[os.fsdecode(path)] = name.decode()
        else:
            others.add(os.fsdecode(path))
    return Listing(files, frozenset(others))


def name_of(data: bytes, like: str) -> str:
    """How git names a file that holds ``data``, in a repository whose names look ``like`` that."""
    return new(_ALGORITHMS[len(like)], b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def contents(git: Git, names: Collection[str]) -> dict[str, bytes | RefusedError]:
    """What the objects of these names hold, unless it is more than is read of a file. Raises GitError where one is missing."""
    if not names:
        return {}
    sizes = _sizes(git, names)
    small = [name for name, size in sizes.items() if size <= SOURCE.bytes]
    if sum(sizes[name] for name in small) > MOST_READ // 2:
        raise GitError("git: the change is larger than what is read of one")
    large = {name: RefusedError(f"larger than {SOURCE.shown}") for name in sizes.keys() - set(small)}
    return {**large, **dict(_read(git.data("cat-file", "--batch", given=_lines(small)), small))}


def _sizes(git: Git, names: Collection[str]) -> dict[str, int]:
    sizes = {}
    for line in git.data("cat-file", "--batch-check", given=_lines(names)).decode().splitlines():
        name, kind, *size = line.split(" ")
        if kind != "blob":
            raise GitError(f"git: {name} is missing; a clone that leaves out contents has to fetch them first")
        sizes[name] = int(size[0])
    return sizes


def _read(output: bytes, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    position = 0
    for name in names:
        end = output.index(b"\n", position)
        size = int(output[position:end].rpartition(b" ")[2])
        yield name, output[end + 1 : end + 1 + size]
        position = end + size + 2


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()

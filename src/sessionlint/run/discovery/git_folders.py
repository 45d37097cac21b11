"""Where git keeps what belongs to a work tree: in ``.git``, or in a folder to which that points where it is a file."""

import os
from pathlib import Path

from sessionlint.run.files.inputs import Inputs
from sessionlint.run.files.limits import GIT_POINTER


def own_git_folder(root: Path, inputs: Inputs) -> Path | None:
    """The folder that holds the index of the work tree ``root``; None where ``.git`` is a file that points to a folder which
    may be anybody's: to one that neither lies in a repository around (a submodule's) nor points back (a linked work tree's)."""
    git = root / ".git"
    if not git.is_symlink() and git.is_dir():
        return git
    own = _pointed_to(root, inputs)
    return own if own is not None and _belongs(own, root, inputs) else None


def _belongs(own: Path, root: Path, inputs: Inputs) -> bool:
    back = inputs.read(own / "gitdir", GIT_POINTER)
    try:
        if back is not None:
            return (own / os.fsdecode(back).strip()).resolve() == root / ".git"
        return any(own.resolve().is_relative_to(parent / ".git" / "modules") for parent in root.parents)
    except (OSError, RuntimeError, ValueError):  # links in a circle, names that are none
        return False


def common_git_folder(root: Path, inputs: Inputs) -> Path:
    """The folder that holds info/exclude: in a linked work tree ``.git`` is a file that points to it."""
    git = root / ".git"
    if git.is_dir():
        return git
    own = _pointed_to(root, inputs) or git
    common = inputs.read(own / "commondir", GIT_POINTER)
    return own / os.fsdecode(common).strip() if common is not None else own


def _pointed_to(root: Path, inputs: Inputs) -> Path | None:
    pointer = inputs.read(root / ".git", GIT_POINTER)
    return root / os.fsdecode(pointer).removeprefix("gitdir:").strip() if pointer is not None else None

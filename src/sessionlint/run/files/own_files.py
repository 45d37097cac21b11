"""Files of our own, in folders where others may have put something in their place: no link is followed."""

import os
import stat
from pathlib import Path

# a FIFO must not keep us waiting, and a link must not lead us away; Windows has neither flag, and `is_file` looks before
_READING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CREATING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_JUNCTION = 0xA0000003


def read(path: Path, most: int) -> bytes | None:
    """The first ``most`` bytes of a regular file; None where there is no such file, or it cannot be read."""
    try:
        if not is_file(path):
            return None
        descriptor = os.open(path, _READING)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
            return file.read(most) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
    except OSError:
        return None


def create(path: Path, data: bytes) -> None:
    """Make a file that only this user can read. Raises FileExistsError for anything that is there, a link, too."""
    with open(os.open(path, _CREATING, 0o600), "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(data)


def create_whole(path: Path, data: bytes) -> None:
    """As ``create``, but nobody ever sees half a file, and one that is there stays: of two who make it, the first wins."""
    unfinished = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
    create(unfinished, data)
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    except (OSError, AttributeError):  # no hard links here: on the file system, or on the system
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def is_file(path: Path) -> bool:
    """Whether there is a regular file under this very name."""
    found = status(path)
    return found is not None and stat.S_ISREG(found.st_mode)


def is_folder(path: Path) -> bool:
    """Whether there is a folder under this very name; a junction of Windows is a link, too."""
    found = status(path)
    return found is not None and stat.S_ISDIR(found.st_mode) and getattr(found, "st_reparse_tag", 0) != _JUNCTION


def status(path: Path) -> os.stat_result | None:
    """What is under this very name; None for nothing."""
    try:
        return path.lstat()
    except OSError:
        return None

"""Changed files as a patch that ``git am`` and ``git apply`` take: the head of a mail, what was changed and why, the changes."""

import os
from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff
from itertools import islice
from typing import NamedTuple

from sessionlint import __version__
from sessionlint.fleet.record import is_commit
from sessionlint.model.regex import regex
from sessionlint.report.visible import visible
from sessionlint.run.revision.objects import name_of

_FROM = "sessionlint <sessionlint@localhost>"
_MAGIC = "Mon Sep 17 00:00:00 2001"  # the day on which git's own patches were made
_LINE = regex(r"[^\n]*\n|[^\n]+")
_NO_NEWLINE = "\\ No newline at end of file\n"
_ABBREVIATED = 12
_DIGITS = 40
_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}


class Changed(NamedTuple):
    """A file, by its path from the root of the repository, before and after."""

    path: str
    before: bytes
    after: bytes


def patch_of(changes: Sequence[Changed], commit: str, subject: str, message: Iterable[str]) -> bytes:
    """The patch for ``commit``; ``subject`` and the lines of the ``message`` are made visible."""
    base = commit if is_commit(commit) else "0" * _DIGITS
    head = [f"From {base} {_MAGIC}", f"From: {_FROM}", f"Subject: [PATCH] {_ascii(subject)}"]
    head += ["MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit", ""]
    lines = [*head, *map(_inside, message), "---", *(f" {visible(change.path)}" for change in changes), ""]
    foot = f"\nbase-commit: {commit}\n" if is_commit(commit) else ""
    text = "\n".join(lines).encode("utf-8", "backslashreplace")
    diffs = b"".join(piece for change in changes for piece in _diff(change, base))
    return b"%s\n%s-- \n%s\n%s" % (text, diffs, __version__.encode(), foot.encode())


def _ascii(text: str) -> str:
    return visible(" ".join(text.split())).encode("ascii", "backslashreplace").decode()


def _inside(line: str) -> str:
    """A line of the message; one that began as a diff does would end it."""
    line = visible(line).rstrip()
    return f" {line}" if line.startswith(("diff ", "---", "Index: ", "From ", ">From ")) else line


def _diff(change: Changed, like: str) -> Iterator[bytes]:
    """The file's part; each byte is a character meanwhile, so that it holds for every encoding."""
    old, new = (_LINE.findall(data.decode("latin-1")) for data in (change.before, change.after))
    a, b = _quoted(f"a/{change.path}"), _quoted(f"b/{change.path}")
    names = (name_of(data, like)[:_ABBREVIATED] for data in (change.before, change.after))
    blank = b"\t" if " " in change.path else b""  # or what follows would be taken for a time
    yield b"diff --git %s %s\nindex %s\n" % (a, b, "..".join(names).encode())
    yield b"--- %s%s\n+++ %s%s\n" % (a, blank, b, blank)
    for line in islice(unified_diff(old, new, n=3), 2, None):
        yield (line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}").encode("latin-1")


def _quoted(path: str) -> bytes:
    """As git writes a path: in quotes where it holds anything but plain characters."""
    data = os.fsencode(path)
    if all(0x20 <= byte < 0x7F and byte not in b'"\\' for byte in data):
        return data
    return f'"{"".join(map(_escaped, data))}"'.encode("ascii")


def _escaped(byte: int) -> str:
    plain = chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
    return _ESCAPES.get(byte, plain)

"""Bytes -> Source: decoding as Python does (PEP 263), without ever failing."""

import os
import re
from codecs import BOM_UTF8
from pathlib import Path
from typing import TYPE_CHECKING

from sessionlint.model.source import Source, Span

if TYPE_CHECKING:
    from sessionlint.model.facts import ModuleFacts, SyntaxProblem

_COOKIE_LINE = re.compile(rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")


def read_bytes(root: Path, path: str) -> bytes | OSError:
    """What is in the file, or why it cannot be read."""
    try:
        with open(f"{root}{os.sep}{path}", "rb", buffering=0) as file:  # noqa: PTH123  (a Path takes as long as the reading)
            return file.readall()
    except OSError as error:
        return error


def sources_of(texts: dict[str, bytes]) -> "tuple[dict[str, Source], dict[str, ModuleFacts]]":
    """The sources of files by path, and the facts of those whose encoding is wrong; ``texts`` are let go of meanwhile."""
    from sessionlint.extract.prefilter import mentions_anything_of_interest
    from sessionlint.model.facts import ModuleFacts

    sources: dict[str, Source] = {}
    broken: dict[str, ModuleFacts] = {}
    for path in list(texts):
        data = texts.pop(path)
        sources[path], problem = decoded(path, data)
        if problem is not None:
            broken[path] = ModuleFacts(path, problem=problem if mentions_anything_of_interest(data) else None)
    return sources, broken


def decoded(path: str, data: bytes) -> "tuple[Source, SyntaxProblem | None]":
    """The source, and what is wrong with its encoding; then the text has replacement characters and must not be written."""
    bom = data.startswith(BOM_UTF8)
    body = data[len(BOM_UTF8) :] if bom else data
    declared = _declared(body)
    encoding = declared or "utf-8"
    try:
        return Source(path, body.decode(encoding), encoding, bom), None
    except UnicodeDecodeError as error:
        offset = len(body[: error.start].decode(encoding, errors="replace"))
        message = f"cannot be decoded as {encoding}: byte 0x{body[error.start]:02x}{_hint(declared, body)}"
    except (LookupError, UnicodeError):
        offset, message = 0, f"unknown encoding: {encoding}"
    from sessionlint.model.facts import SyntaxProblem  # takes long to import, and most files can be decoded

    return Source(path, body.decode("utf-8", errors="replace"), "utf-8", bom), SyntaxProblem(Span(offset, offset), message)


def _declared(body: bytes) -> str | None:
    match = _COOKIE_LINE.match(body)
    return match[1].decode("ascii", errors="replace") if match else None


def _hint(declared: str | None, body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return " (the file is UTF-16; Python reads UTF-8)"
    return "" if declared else " (Python reads UTF-8 unless the file declares another encoding)"

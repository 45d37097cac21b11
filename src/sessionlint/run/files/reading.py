"""Bytes -> Source: decoding as Python does (PEP 263), without ever failing."""

import codecs
import os
from codecs import BOM_UTF8
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sessionlint.model.regex import regex
from sessionlint.model.source import Source, Span
from sessionlint.run.files.bounded import read_regular
from sessionlint.run.files.limits import SOURCE

if TYPE_CHECKING:
    from sessionlint.model.facts import ModuleFacts, SyntaxProblem

# these write letters of Python otherwise than as themselves, line ends included
_HIDING = frozenset({"unicode-escape", "raw-unicode-escape", "utf-7", "punycode", "idna"})
_COOKIE_LINE = regex(rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")


def read_bytes(root: Path, path: str) -> bytes | OSError:
    """What is in the file, or why it cannot be read."""
    try:
        return read_regular(f"{root}{os.sep}{path}", SOURCE)  # a Path takes as long as the reading
    except OSError as error:
        return error


def sources_of(texts: dict[str, bytes], refused: Mapping[str, str]) -> "tuple[dict[str, Source], dict[str, ModuleFacts]]":
    """The sources of files by path, and the facts of those in a wrong encoding, that we fail to decode, or were ``refused``;
    ``texts`` are let go of meanwhile."""
    from sessionlint.index.interest import mentions_anything_of_interest
    from sessionlint.model.facts import ModuleFacts
    from sessionlint.model.failure import told

    sources: dict[str, Source] = {}
    broken: dict[str, ModuleFacts] = {path: ModuleFacts(path, skipped=reason) for path, reason in refused.items()}
    for path in list(texts):
        data = texts.pop(path)
        try:
            sources[path], problem = decoded(path, data)
        except Exception as error:
            sources[path], broken[path] = Source(path, ""), ModuleFacts(path, failure=told(error))
            continue
        if problem is not None:
            broken[path] = ModuleFacts(path, problem=problem if mentions_anything_of_interest(data) else None)
    return sources | {path: Source(path, "") for path in refused}, broken


def decoded(path: str, data: bytes) -> "tuple[Source, SyntaxProblem | None]":
    """The source, and what is wrong with its encoding; then the text has replacement characters and must not be written."""
    bom = data.startswith(BOM_UTF8)
    body = data[len(BOM_UTF8) :] if bom else data
    declared = _declared(body)
    encoding = declared or "utf-8"
    offset, message = 0, _refusal(encoding, bom)
    if message is None:
        try:
            return Source(path, body.decode(encoding), encoding, bom, body if encoding == "utf-8" else None), None
        except UnicodeDecodeError as error:
            offset = len(body[: error.start].decode(encoding, errors="replace"))
            message = f"cannot be decoded as {encoding}: byte 0x{body[error.start]:02x}{_hint(declared, body)}"
        except (LookupError, ValueError, OverflowError):  # a codec that is none of text, or that stumbles
            message = f"unknown encoding: {encoding}"
    from sessionlint.model.facts import SyntaxProblem  # takes long to import, and most files can be decoded

    return Source(path, body.decode("utf-8", errors="replace"), "utf-8", bom), SyntaxProblem(Span(offset, offset), message)


def _declared(body: bytes) -> str | None:
    """The encoding that the file names; every name that begins with ``utf-8-`` is UTF-8 to Python."""
    match = _COOKIE_LINE.match(body)
    name = match[1].decode("ascii", errors="replace") if match else None
    return "utf-8" if name and name.lower().replace("_", "-").startswith("utf-8-") else name


def _refusal(encoding: str, bom: bool) -> str | None:
    """Why a file is not to be read in the encoding that it declares."""
    if encoding == "utf-8":
        return None
    if bom and encoding.lower().replace("_", "-") != "utf-8":
        return f"encoding problem: {encoding} with BOM"
    try:
        if codecs.lookup(encoding).name.replace("_", "-") in _HIDING:
            return f"cannot be read reliably: what the file says is hidden by its encoding, {encoding}"
    except (LookupError, ValueError):
        return f"unknown encoding: {encoding}"
    return None


def _hint(declared: str | None, body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return " (the file is UTF-16; Python reads UTF-8)"
    return "" if declared else " (Python reads UTF-8 unless the file declares another encoding)"

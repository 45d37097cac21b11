"""Bytes -> Source: decoding as Python does (PEP 263), without ever failing."""

import re
from codecs import BOM_UTF8
from pathlib import Path

from sessionlint.model.facts import SyntaxProblem
from sessionlint.model.source import Source, Span

_COOKIE_LINE = re.compile(rb"\A(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)")


def read_bytes(root: Path, path: str) -> bytes:
    """Raises OSError."""
    return (root / path).read_bytes()


def decoded(path: str, data: bytes) -> tuple[Source, SyntaxProblem | None]:
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
    return Source(path, body.decode("utf-8", errors="replace"), "utf-8", bom), SyntaxProblem(Span(offset, offset), message)


def _declared(body: bytes) -> str | None:
    match = _COOKIE_LINE.match(body)
    return match[1].decode("ascii", errors="replace") if match else None


def _hint(declared: str | None, body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return " (the file is UTF-16; Python reads UTF-8)"
    return "" if declared else " (Python reads UTF-8 unless the file declares another encoding)"

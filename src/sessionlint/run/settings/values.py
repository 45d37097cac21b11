"""Readers of configuration values: from what TOML gives to what Settings holds. Each raises ValueError("expected ...")."""

import re
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, TypeVar

from sessionlint.model.finding import Severity
from sessionlint.model.wrappers import UnknownMannerError, Wrapper, read_wrapper
from sessionlint.run.errors import suggestion
from sessionlint.run.files.limits import CONFIGURED_PATTERNS, PATTERN
from sessionlint.run.settings.specifiers import parse_specifiers

T = TypeVar("T")
_LONGEST_NAME, _LONGEST_PATH = 255, 1024
_LONGEST_SHOWN = 200
_LARGEST_SHOWN = 10**100  # Python refuses to write very large ones

_WORD = r"[^\s\d.][^\s.]*"

Reader = Callable[[object], T]
Schema = Mapping[str, Any]
_SCHEMAS: dict[Reader[Any], Schema] = {}


def accepts(**schema: object) -> Callable[[Reader[T]], Reader[T]]:
    """Says of a reader, in terms of JSON Schema, what it takes; it may be more particular."""

    def said(read: Reader[T]) -> Reader[T]:
        _SCHEMAS[read] = schema
        return read

    return said


def schema_of(read: Reader[Any]) -> Schema:
    """What a reader takes."""
    return _SCHEMAS[read]


@accepts(type="boolean")
def boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {described(value)}")
    return value


@accepts(type="string")
def string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a string, got {described(value)}")
    return value


def inner(kind: str, elsewhere: str) -> Callable[[object], str]:
    """A file or folder (``kind``) in the project, relative to it: what a checkout says must not make us write beside it, or into
    git's own. ``elsewhere`` says what leads further."""

    @accepts(type="string", minLength=1)
    def read(value: object) -> str:
        text = string(value)
        path = PurePath(text)
        if not path.parts or path.is_absolute() or path.anchor or ".." in path.parts:
            raise ValueError(f"expected a {kind} inside the project, got {described(value)}; {elsewhere}")
        if any(part.rstrip(". ").lower() == ".git" for part in path.parts):
            raise ValueError(f"expected a {kind} outside of .git, got {described(value)}")
        if "\0" in text or max(map(len, path.parts)) > _LONGEST_NAME or len(text) > _LONGEST_PATH:
            raise ValueError(f"expected a {kind} inside the project, got a name that no {kind} can have")
        return text

    return read


def reason_problem(reason: str, is_required: bool) -> str | None:
    """Why ``reason`` cannot be given in a comment; None when it can."""
    if "#" in reason or not reason.isprintable():
        return "a reason is one line without #, which would begin another comment"
    return "this project wants a reason: --add-suppressions=REASON" if is_required and not reason else None


@accepts(type="integer", minimum=0)
def count(value: object) -> int:
    """A number of things, none included."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"expected a number from 0 on, got {described(value)}")
    return value


@accepts(type="array", items={"type": "string"})
def strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list of strings, got {described(value)}")
    for item in value:
        if not isinstance(item, str):
            raise ValueError(f"expected a list of strings, got {described(item)} in it")
    return tuple(item.strip() for item in value if item.strip())


@accepts(type="array", items={"type": "string", "maxLength": PATTERN}, maxItems=CONFIGURED_PATTERNS)
def patterns(value: object) -> tuple[str, ...]:
    """A list of file patterns, each of which is compared with each path."""
    found = strings(value)
    if len(found) > CONFIGURED_PATTERNS:
        raise ValueError(f"expected at most {CONFIGURED_PATTERNS:,} patterns, got {len(found):,}")
    if any(len(pattern) > PATTERN for pattern in found):
        raise ValueError(f"expected patterns of at most {PATTERN:,} characters")
    return found


def choice(*allowed: str) -> Reader[str]:
    @accepts(enum=[*allowed])
    def read(value: object) -> str:
        if value not in allowed:
            got = described(value)
            hint = suggestion(value, allowed) if isinstance(value, str) else ""
            raise ValueError(f"expected one of {', '.join(allowed)}; got {got}{hint}")
        return string(value)

    return read


@accepts(enum=[level.value for level in Severity])
def severity(value: object) -> Severity:
    return Severity(choice(*(level.value for level in Severity))(value))


@accepts(type="string", pattern=r"^\s*\d{1,9}\.\d{1,9}(\.\d+)*\s*$")
def version(value: object) -> tuple[int, int]:
    """``"2.0"`` -> (2, 0); a patch level may follow and is dropped."""
    match = re.fullmatch(r"(\d{1,9})\.(\d{1,9})(\.\d+)*", value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'expected a version such as "2.0", got {described(value)}')
    return int(match[1]), int(match[2])


@accepts(type="string")
def specifier(value: object) -> str:
    """A version range such as ``">=0.2,<1"``; a bare version means exactly that one."""
    text = string(value).strip()
    text = f"=={text}" if text[:1].isdigit() else text
    if parse_specifiers(text) is None:
        raise ValueError(f'expected a version range such as ">=0.1", got {described(text)}')
    return text


def wrapper(*manners: str) -> Reader[Wrapper]:
    """A dotted name, behind one of ``manners`` ("async", "with", ...) or alone."""
    before = "|".join(manner.replace(" ", r"\s+") for manner in manners)

    @accepts(type="string", pattern=rf"^\s*(({before})\s+)?{_WORD}(\.{_WORD})+\s*$")
    def read(value: object) -> Wrapper:
        text = string(value)
        try:
            return read_wrapper(text, *manners)
        except UnknownMannerError as error:
            allowed = ", ".join(f'"{manner}"' for manner in manners) + " or nothing" if manners else "nothing"
            hint = suggestion(error.manner, manners)
            raise ValueError(f'expected {allowed} before "{error.name}", got "{error.manner}"{hint}') from None

    return read


def each(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """A list of strings, each of which ``read`` understands."""

    @accepts(type="array", items=schema_of(read))
    def read_each(value: object) -> tuple[T, ...]:
        return tuple(read(item) for item in strings(value))

    return read_each


def by_pattern(read: Reader[T]) -> Reader[dict[str, T]]:
    """A table whose keys are file patterns."""
    read_plain = table(read)

    @accepts(type="object", additionalProperties=schema_of(read), maxProperties=CONFIGURED_PATTERNS)
    def read_table(value: object) -> dict[str, T]:
        found = read_plain(value)
        patterns(list(found))
        return found

    return read_table


def table(read: Reader[T]) -> Reader[dict[str, T]]:
    @accepts(type="object", additionalProperties=schema_of(read))
    def read_table(value: object) -> dict[str, T]:
        if not isinstance(value, Mapping):
            raise ValueError(f"expected a table, got {described(value)}")
        return {key: _entry(key, item, read) for key, item in value.items()}

    return read_table


class EntryError(ValueError):
    """What is wrong in an entry of a table."""

    def __init__(self, key: str, reason: object) -> None:
        super().__init__(f'"{key}": {reason}')
        self.key = key


def _entry(key: str, value: object, read: Reader[T]) -> T:
    try:
        return read(value)
    except ValueError as error:
        raise EntryError(key, error) from None


def described(value: object) -> str:
    """A TOML value in a message: scalars as written, the rest by kind."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= _LONGEST_SHOWN else f'"{value[:_LONGEST_SHOWN]}..."'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value) if not abs(value) >= _LARGEST_SHOWN else "a large number"
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, Mapping) else "a date or time"

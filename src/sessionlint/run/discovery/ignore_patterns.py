"""The patterns of a .gitignore file, understood as git does: also those that no other reader accepts."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from sessionlint.model.regex import regex
from sessionlint.run.files.wildcards import ANY_CHARACTER, Token, Wildcard, expression

_NO_CHARACTER = "(?!)"
_SPECIAL = regex(r"[*?\[\\]")
_STARS = regex(r"\*+")
_CLASSES: Mapping[str, str] = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r" \t-\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


class NoPatternError(ValueError):
    """A bracket or a backslash is not followed by what belongs to it; to git, such a pattern matches nothing."""


class Pattern:
    """One line. ``excludes`` is False behind a ``!``; ``plain``: a name, or a path from the folder of the file.

    ``by_name``: compared with the last name of a path instead of the whole; ``folders_only``: with those of folders.
    """

    def __init__(self, line: str) -> None:
        self.excludes = not line.startswith("!")
        text = line[0 if self.excludes else 1 :]
        self.folders_only = text.endswith("/")
        text = text[:-1] if self.folders_only else text
        self.by_name = "/" not in text
        text = text if self.by_name else text.removeprefix("/")
        special = _SPECIAL.search(text)
        self._start, self._rest = (text, "") if special is None else (text[: special.start()], text[special.start() :])

    @property
    def plain(self) -> str | None:
        """What the pattern stands for when it has no wildcards."""
        return None if self._rest else self._start

    def matches(self, path: str, name: str, is_folder: bool) -> bool:
        """``name`` is the last one of ``path``."""
        compared = name if self.by_name else path
        if (self.folders_only and not is_folder) or not compared.startswith(self._start):
            return False
        return self._expression.fullmatch(compared, len(self._start)) is not None

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        try:
            return re.compile(expression(_tokens(self._rest)), re.DOTALL)
        except NoPatternError:
            return re.compile(_NO_CHARACTER)


class Patterns:
    """All patterns of a file; the last one that matches decides."""

    def __init__(self, text: str) -> None:
        patterns = [Pattern(line) for line in lines_of(text)]
        self._with_wildcards = [(place, each) for place, each in enumerate(patterns) if each.plain is None]
        self._plain: dict[tuple[str, bool], list[tuple[int, Pattern]]] = {}
        for place, each in enumerate(patterns):
            if each.plain is not None:
                self._plain.setdefault((each.plain, each.by_name), []).append((place, each))

    def verdict(self, path: str) -> bool | None:
        """Whether they exclude ``path`` (a folder's ends in a slash); None: they say nothing of it."""
        is_folder, path = path.endswith("/"), path.rstrip("/")
        name = path.rpartition("/")[2]
        candidates = (*self._plain.get((name, True), ()), *self._plain.get((path, False), ()))
        place, verdict = max(
            ((place, each.excludes) for place, each in candidates if is_folder or not each.folders_only), default=(-1, None)
        )
        for later, each in reversed(self._with_wildcards):
            if later < place:
                break
            if each.matches(path, name, is_folder):
                return each.excludes
        return verdict


def lines_of(text: str) -> list[str]:
    """The lines that are patterns: without comments, blanks at the end unless a backslash keeps them, and what follows a NUL."""
    lines = (line.removesuffix("\r").partition("\0")[0] for line in text.split("\n"))
    return [pattern for line in lines if not line.startswith("#") and (pattern := _trimmed(line))]


def _trimmed(line: str) -> str:
    bare = line.rstrip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return line[: len(bare) + 1] if backslashes % 2 else bare


def _tokens(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        character = text[position]
        if character == "*":
            token, position = _stars(text, position)
        elif character == "[":
            token, position = _class(text, position + 1)
        elif character == "\\":
            token, position = re.escape(_escaped(text, position)), position + 2
        else:
            token, position = ANY_CHARACTER if character == "?" else re.escape(character), position + 1
        yield token


def _stars(text: str, start: int) -> tuple[Token, int]:
    """Two and more cross folders where they stand for whole names; else they are one star."""
    run = _STARS.match(text, start)
    assert run is not None
    end = run.end()
    if end - start > 1 and (start == 0 or text[start - 1] == "/"):
        if text.startswith("/", end):
            return Wildcard.FOLDERS, end + 1
        if end == len(text) or text.startswith("\\/", end):
            return Wildcard.DEEP, end
    return Wildcard.STAR, end


def _class(text: str, position: int) -> tuple[str, int]:
    """The class whose bracket ends at ``position``, and where it ends."""
    negated = text.startswith(("!", "^"), position)
    position += negated
    members: list[str] = []
    before, first = "", True  # the character that a dash may count from
    while first or not text.startswith("]", position):
        first = False
        if before and text.startswith("-", position) and text[position + 1 : position + 2] not in ("", "]"):
            last = _escaped(text, position + 1)
            members += [f"{re.escape(before)}-{re.escape(last)}"] if before <= last else []
            before, position = "", position + (3 if text[position + 1] == "\\" else 2)
        elif (named := _named(text, position)) is not None:
            members.append(_CLASSES[named])
            before, position = "", position + len(named) + 4
        else:
            before = _escaped(text, position)
            members.append(re.escape(before))
            position += 2 if text[position] == "\\" else 1
    return f"(?!/)[{'^' if negated else ''}{''.join(members)}]", position + 1


def _named(text: str, position: int) -> str | None:
    """The name in a ``[:name:]``."""
    if not text.startswith("[:", position):
        return None
    name = text[position + 2 : text.find("]", position + 2)]
    if "]" not in text[position + 2 :] or (name.endswith(":") and name[:-1] not in _CLASSES):
        raise NoPatternError(text)
    return name[:-1] if name.endswith(":") else None


def _escaped(text: str, position: int) -> str:
    """The character at ``position``, or behind the backslash there."""
    position += text.startswith("\\", position)
    if position >= len(text):
        raise NoPatternError(text)
    return text[position]

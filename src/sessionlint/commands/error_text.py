"""An error text as people paste it: a message, a part of one, or a whole traceback with what their terminal put around it."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from sessionlint.model.regex import regex

_TRACEBACK = regex(r"Traceback \(most recent call last\)")
_FRAME = regex(r'File ".*", line \d+|^\S+\.pyw?:\d+: ')
_DECORATION = regex(r"^[\s|+>]*(?:E\s{2,})?")  # exception groups draw lines, pytest writes an E
_TYPOGRAPHIC = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})  # what a chat makes of quotes
_MACHINERY = regex(r"next\(self\.gen|shield\(task\)")  # contextlib and SQLAlchemy do so in every traceback
_POINTER = regex(r"^[\s^~|]*$")
_MOST_LINES = 500  # of a log file: the last error is at its end
_LINK = regex(r"\(?Background on this error at", re.IGNORECASE)

_TOKEN = regex(
    r"(?P<address>\b0x[0-9a-f]+\b)"
    r"|<class\s+['\"](?P<cls>[\w.]+)['\"]>"
    r"|(?P<quote>['\"`])(?P<quoted>[^'\"`]{1,80})['\"`](?=\W|$)"
    r"|(?P<number>\b\d+(?:\.\d+)*\b)"
    r"|(?P<word>[^\W\d](?:\w|(?<=\w)'(?=\w)|\.(?=\w))*)"
)
_ERROR_CLASS = regex(r"[A-Z]\w*(?:Error|Exception|Warning|Started|Greenlet|Transaction|Exit|Timeout)$")


class Token(NamedTuple):
    """One word of a message. A ``firm`` one belongs to the message; others (names, numbers) differ from program to program, and
    the class of the error (``is_class``) stands in front of it or does not."""

    text: str
    firm: bool = True
    is_class: bool = False


class ErrorText(NamedTuple):
    """``messages``: (weight, line), where the last error of a traceback weighs most; ``frames``: the lines that led there."""

    messages: tuple[tuple[float, str], ...]
    frames: tuple[str, ...]

    @property
    def is_one_line(self) -> bool:
        return len(self.messages) == 1 and not self.frames


def read_error(text: str) -> ErrorText:
    """Tell the messages of a pasted text from the frames around them."""
    messages: list[list[str]] = [[]]
    frames: list[str] = []
    in_frames = False
    for raw in text.translate(_TYPOGRAPHIC).splitlines()[-_MOST_LINES:]:
        line = _DECORATION.sub("", raw).strip()
        indented = raw[:1] in (" ", "\t") and not raw.lstrip().startswith(("|", "+", "E  "))
        if _TRACEBACK.search(raw):
            messages.append([])
            in_frames = True
        elif _FRAME.search(line) or (in_frames and (indented or _POINTER.match(raw))):
            in_frames = True
            if not _MACHINERY.search(line):
                frames.append(line)
        elif line and not _LINK.match(line):
            messages[-1].append(line)
            in_frames = False
    return ErrorText(tuple(_weighted([lines for lines in messages if lines])), tuple(frames))


def _weighted(errors: list[list[str]]) -> Iterator[tuple[float, str]]:
    """The error that came last is the one people see; the ones behind it ("during handling of ...") still count."""
    for index, lines in enumerate(errors):
        weight = 1.0 if index == len(errors) - 1 else 0.8
        for line in lines:
            yield weight, line
        for first, second in pairwise(lines):
            yield weight, f"{first} {second}"  # a terminal or a mail program has broken it


@cache
def tokens(message: str) -> tuple[Token, ...]:
    """The words of a message, in lower case; ``'X' object``, ``object X`` and ``"X" has`` are one word: X says what it is."""
    found: list[Token] = []
    for match in _TOKEN.finditer(message):
        follows = message[match.end() :].lstrip()
        if match["quoted"] is not None and _is_message(match["quoted"]):
            found += tokens(match["quoted"])
        elif match["quoted"] is not None:
            text = match["quoted"].rpartition(".")[2].lower()
            suffix = "-object" if follows.startswith("object") else "-type" if follows.startswith("has no attribute") else ""
            found.append(Token(text.removesuffix("()") + suffix, firm=bool(suffix)))
        elif match["cls"] is not None:
            found.append(Token(match["cls"].rpartition(".")[2].lower(), firm=False))
        elif match["number"] is not None:
            found.append(Token("#", firm=False))
        elif match["word"] is not None:
            found += _word(match["word"], follows, found)
    return tuple(found)


def _is_message(quoted: str) -> bool:
    """A message in quotes, and no name: ``TimeoutError('QueuePool limit of ...')``, ``(2006, 'MySQL server has gone away')``."""
    return quoted.count(" ") > 1 and not quoted.startswith("<")


def _word(word: str, follows: str, before: list[Token]) -> Iterator[Token]:
    name = word.rpartition(".")[2]
    if before and before[-1].text == "object" and follows.startswith("can't"):
        before.pop()
        yield Token(f"{name.lower()}-object")
    elif _ERROR_CLASS.match(name) and follows.startswith(":"):
        yield Token(name.lower(), firm=False, is_class=True)
    else:
        yield from (Token(part.lower()) for part in word.split("."))

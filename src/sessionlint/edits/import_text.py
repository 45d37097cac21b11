"""The text of one import statement, with names added and dropped."""

from collections.abc import Callable, Sequence

from sessionlint.edits.removal import CannotError, Cut, is_pragma
from sessionlint.model.records import dataclass
from sessionlint.model.regex import regex
from sessionlint.text.lexer import Token, tokens

_LINE_END = regex(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class _Entry:
    """``a`` or ``a as b``; ``comma`` is where the comma behind it ends, or None."""

    start: int
    end: int
    text: str
    comma: int | None

    @property
    def local(self) -> str:
        return self.text.split()[-1].partition(".")[0]


class ImportText:
    """``text`` of a ``from x import ...`` or ``import ...`` statement, as it stands between its first and last token."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        keyword = next(token for token in self.tokens if token.text == "import")
        behind = [token for token in self.tokens if token.start >= keyword.end]
        self.in_parentheses = behind[0].text == "("
        self.first = behind[0].end if self.in_parentheses else behind[0].start
        self.comments = [token for token in behind if token.kind == "comment"]
        self.entries = _entries(text, [token for token in behind if token.kind in ("name", "op") and token.text not in "()"])

    def with_name(self, name: str) -> str:
        """The text with ``name`` added: in its place where the names are sorted, else at the end."""
        index = _sorted_index([entry.text for entry in self.entries], name)
        if index == len(self.entries):
            return self._appended(name)
        entry = self.entries[index]
        line_start = self._line_start(entry.start)
        indent = self.text[line_start : entry.start]
        separator = f"{self._newline()}{indent}" if line_start and not indent.strip() else " "
        if not self.in_parentheses:
            separator = " "
        return _spliced(self.text, [Cut(entry.start, entry.start, f"{name},{separator}")])

    def without(self, local: str) -> str:
        """The text without the name bound as ``local``, which must not be the only one. Raises CannotError."""
        index = next(index for index, entry in enumerate(self.entries) if entry.local == local)
        entry = self.entries[index]
        end = entry.comma or entry.end
        line = Cut(self._line_start(entry.start), self._line_end(end))
        behind = self.text[end : line.end].strip()
        alone = self.in_parentheses and line.start > 0 and not self.text[line.start : entry.start].strip()
        if alone and (not behind or behind.startswith("#")):
            if any(line.start <= one.start < line.end and not is_pragma(one) for one in self.comments):
                raise CannotError
            return _spliced(self.text, [Cut(line.start, self._next_line(line.end)), *self._comma_no_longer_needed(index)])
        if index + 1 < len(self.entries):
            cut = Cut(entry.start, self.entries[index + 1].start)
        else:
            cut = Cut(self.entries[index - 1].end, entry.end)
        if any(cut.start <= comment.start < cut.end for comment in self.comments):
            raise CannotError
        return _spliced(self.text, [cut])

    def renamed(self, local: str, new: str) -> str:
        """The text with another name in the place of ``local``: where it belongs when the names are sorted."""
        names = [entry.text for entry in self.entries]
        index = next(index for index, entry in enumerate(self.entries) if entry.local == local)
        if len(names) > 1 and _is_sorted(names):
            try:
                return ImportText(self.without(local)).with_name(new)
            except CannotError:
                pass
        return _spliced(self.text, [Cut(self.entries[index].start, self.entries[index].end, new)])

    def in_lines(self, indent: str, unit: str, newline: str) -> str:
        """The statement in parentheses, one name to a line."""
        head = self.text[: self.entries[0].start].rstrip()
        names = "".join(f"{indent}{unit}{entry.text},{newline}" for entry in self.entries)
        return f"{head} ({newline}{names}{indent})"

    def _appended(self, name: str) -> str:
        last = self.entries[-1]
        line_start = self._line_start(last.start)
        own_line = self.in_parentheses and line_start > 0 and not self.text[line_start : last.start].strip()
        if not own_line:
            return _spliced(
                self.text, [Cut(last.comma or last.end, last.comma or last.end, f" {name}," if last.comma else f", {name}")]
            )
        indent, line_end = self.text[line_start : last.start], self._line_end(last.end)
        if ")" in self.text[last.end : line_end].partition("#")[0]:
            line_end = last.comma or last.end
        line = f"{self._newline()}{indent}{name}"
        if last.comma:
            return _spliced(self.text, [Cut(line_end, line_end, line + ",")])
        between = self.text[last.end : line_end]
        return _spliced(self.text, [Cut(last.end, line_end, "," + between + line)])

    def _comma_no_longer_needed(self, index: int) -> list[Cut]:
        """The comma before a dropped last name, in the style without a trailing one."""
        last = index == len(self.entries) - 1
        before = self.entries[index - 1].comma if last and index else None
        return [Cut(before - 1, before)] if before and self.entries[index].comma is None else []

    def _newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def _line_start(self, offset: int) -> int:
        return max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1

    def _line_end(self, offset: int) -> int:
        end = _LINE_END.search(self.text, offset)
        return end.start() if end else len(self.text)

    def _next_line(self, line_end: int) -> int:
        return line_end + (2 if self.text.startswith("\r\n", line_end) else 1)


def _entries(text: str, parts: Sequence[Token]) -> list[_Entry]:
    found: list[_Entry] = []
    current: list[Token] = []
    for token in parts:
        if token.text != ",":
            current.append(token)
        elif current:
            found.append(_entry(text, current, token.end))
            current = []
    return [*found, _entry(text, current, None)] if current else found


def _entry(text: str, parts: Sequence[Token], comma: int | None) -> _Entry:
    return _Entry(parts[0].start, parts[-1].end, text[parts[0].start : parts[-1].end], comma)


def _by_type(name: str) -> tuple[int, str]:
    """isort's and ruff's default: CONSTANTS, then Classes, then functions."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name


def _without_case(name: str) -> str:
    return name.lower()


_ORDERS: tuple[Callable[[str], tuple[int, str] | str], ...] = (_by_type, _without_case, str)


def _is_sorted(names: Sequence[str]) -> bool:
    return any(list(names) == sorted(names, key=order) for order in _ORDERS)


def _sorted_index(names: Sequence[str], new: str) -> int:
    """Where ``new`` belongs under the first ordering that ``names`` already follow; behind all when they follow none."""
    for order in _ORDERS:
        keys: list[object] = [order(name) for name in names]
        if keys == sorted(keys):  # type: ignore[type-var]
            return sum(key <= order(new) for key in keys)  # type: ignore[operator]
    return len(names)


def _spliced(text: str, cuts: Sequence[Cut]) -> str:
    for cut in sorted(cuts, reverse=True):
        text = text[: cut.start] + cut.text + text[cut.end :]
    return text

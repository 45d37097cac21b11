"""What stays of a finding while the text around it moves: its rule, its file, the definition around it, what its line says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from sessionlint.model.digest import blake2b
from sessionlint.model.finding import Finding
from sessionlint.model.source import Source
from sessionlint.text.enclosing import Enclosing
from sessionlint.text.logical_lines import LogicalLines

_LONGEST = 200


class Identity(NamedTuple):
    """A finding without its place in the text, in the order in which a list of them is sorted.

    ``name`` is the qualified name of the definition around it; ``line`` the line it begins on, without comment and with single
    blanks. Where the definition has several such lines, this is the ``nth`` of so many (``of``).
    """

    path: str
    name: str
    line: str
    code: str
    nth: int = 1
    of: int = 1

    @property
    def loosely(self) -> tuple[str, str, str, str]:
        """As it is where lines that say the same came or went."""
        return self.path, self.name, self.line, self.code


class Identities:
    """The identities of findings in ``sources``; a text is looked at when the first finding in it is asked about."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self._texts: dict[str, _Text] = {}

    def of(self, findings: Iterable[Finding]) -> list[Identity]:
        return [self._text(finding.place.path).identity(finding) for finding in findings]

    def defines(self, path: str, name: str) -> bool:
        """Whether there still is such a file, and such a definition in it ("": the module itself)."""
        return path in self.sources and (not name or name in self._text(path).names)

    def _text(self, path: str) -> "_Text":
        if path not in self._texts:
            self._texts[path] = _Text(self.sources.get(path) or Source(path, ""))
        return self._texts[path]


class _Text:
    def __init__(self, source: Source) -> None:
        lines = LogicalLines(source.text)
        comments = [source.position(comment.start) for comment in reversed(lines.comments)]
        self._source = source
        self._comments = {position.line: position.column for position in comments}
        self._enclosing = Enclosing(source, lines.plain)
        self.names = self._enclosing.spans.keys()

    def identity(self, finding: Finding) -> Identity:
        path, offset = self._source.path, finding.place.span.start
        number, column = self._source.position(offset)
        if number not in self._said or column >= self._comments.get(number, column + 1):
            said = self._source.line_text(number)  # it is the comment that the finding is about
            return Identity(path, self._enclosing.at(offset), _shortened(said), finding.code)
        return Identity(path, *self._said[number], finding.code, *self._ordinals[number])

    @cached_property
    def _said(self) -> Mapping[int, tuple[str, str]]:
        """The definition around each line that is not blank, and what the line says."""
        said = {}
        for number in range(1, self._source.line_count + 1):
            text = self._source.line_text(number)
            code = text[: self._comments.get(number, len(text) + 1) - 1]
            if code.strip():
                start = self._source.line_span(number).start + len(code) - len(code.lstrip())
                said[number] = (self._enclosing.at(start), _shortened(code))
        return said

    @cached_property
    def _ordinals(self) -> Mapping[int, tuple[int, int]]:
        """Of each line, which it is among those that say the same in the same definition, and how many they are."""
        numbers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for number, said in self._said.items():
            numbers[said].append(number)
        return {number: (nth, len(same)) for same in numbers.values() for nth, number in enumerate(same, 1)}


def _shortened(text: str) -> str:
    """The words of a line; one of data can be as long as a file, and what is cut off still counts."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST:
        return line
    return f"{line[:_LONGEST]}... {blake2b(line.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"

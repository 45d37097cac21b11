"""What the rules about suppression comments ask: the comments, and what each of them did in this run."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from sessionlint.model.facts import ModuleFacts, Suppression
from sessionlint.model.finding import Rule
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source, Span
from sessionlint.sift.naming import matches

WHOLE = -1
"""The index of a comment that names no code and so means every rule."""


class Use(NamedTuple):
    """A code of a comment (``position`` is its index in ``Suppression.codes``, or WHOLE) that hid a finding."""

    path: str
    comment: Span
    position: int


@dataclass(frozen=True, slots=True)
class Comments:
    """All suppression comments of the project, after the other rules ran.

    ``used``: what hid something. ``ran``: codes of the rules that ran, so that a comment for another one is not called
    unused. ``rules``: every rule there is.
    """

    modules: Mapping[str, ModuleFacts]
    sources: Mapping[str, Source]
    rules: tuple[Rule, ...]
    ran: frozenset[str]
    used: frozenset[Use]
    today: date
    require_reason: bool = False

    def __iter__(self) -> Iterator[tuple[str, Suppression]]:
        """Path and comment, of files that could be read."""
        for path in sorted(self.modules):
            if self.modules[path].problem is None:
                for suppression in self.modules[path].suppressions:
                    yield path, suppression

    def named(self, selector: str) -> tuple[Rule, ...]:
        """The rules that a code, name or prefix in a comment stands for."""
        return tuple(rule for rule in self.rules if matches(selector, rule))

    def unused(self, path: str, suppression: Suppression) -> tuple[int, ...]:
        """Indexes of the codes that hid nothing although their rules ran; WHOLE for a comment without codes."""
        if not suppression.codes:
            if suppression.style == "noqa":  # it may well be meant for another linter
                return ()
            on = {rule.code for rule in self.rules if rule.on}
            idle = on <= self.ran and Use(path, suppression.span, WHOLE) not in self.used
            return (WHOLE,) if idle else ()
        return tuple(
            index
            for index, code in enumerate(suppression.codes)
            if is_ours(suppression, code) and self._ran(code) and Use(path, suppression.span, index) not in self.used
        )

    def is_used(self, path: str, suppression: Suppression) -> bool:
        """Whether the comment, or a code of it, hid something."""
        positions = (WHOLE, *range(len(suppression.codes)))
        return any(Use(path, suppression.span, position) in self.used for position in positions)

    def _ran(self, code: str) -> bool:
        """Whether every rule that ``code`` stands for ran: those that are off need no suppression unless named one by one."""
        named = self.named(code)
        needed = [rule for rule in named if rule.on or len(named) == 1]
        return bool(needed) and all(rule.code in self.ran for rule in needed)


def is_ours(suppression: Suppression, code: str) -> bool:
    """Whether a code of a comment is meant for sessionlint: in a ``noqa``, only what begins with SES."""
    return suppression.style != "noqa" or code.upper().startswith("SES")


def expiry(suppression: Suppression) -> date | None:
    """The last day on which the comment holds; None when it says none."""
    if suppression.until is None:
        return None
    try:
        return date.fromisoformat(suppression.until)
    except ValueError:
        return None


def holds(suppression: Suppression, today: date) -> bool:
    """Whether the comment can hide anything: it is understood and not expired."""
    last = expiry(suppression)
    return suppression.problem is None and (last is None or today <= last)

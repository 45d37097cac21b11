"""Findings of before: which of today's they were, and which of them are no more. An entry stands for one finding.

What decides is the identity. Of lines that say the same in one definition, each is one of its own as long as none of them
comes or goes; after that, one of today's is hidden for each of before. An entry moves to another file when the file, or the
definition that it was in, is gone, and the same line stands there in a definition of the same name.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from sessionlint.model.finding import Finding, Rule
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.sift.identity import Identities, Identity


@dataclass(frozen=True, slots=True)
class Sorted:
    """``new`` were not there before; ``known`` were, each with its entry; ``stale`` entries match nothing."""

    new: tuple[Finding, ...]
    known: tuple[tuple[Finding, Identity], ...]
    stale: tuple[Identity, ...]


def identities(findings: Iterable[Finding], sources: Mapping[str, Source]) -> list[Identity]:
    """The entries for ``findings``, in their order."""
    return Identities(sources).of(findings)


def told_apart(findings: Sequence[Finding], entries: Iterable[Identity], sources: Mapping[str, Source]) -> Sorted:
    """Which of ``findings`` the ``entries`` stand for, where ``sources`` are all files of the project."""
    matching = _Matching(findings, sorted(entries), Identities(sources))
    return Sorted(
        tuple(finding for index, finding in enumerate(findings) if index not in matching.matched),
        tuple((findings[index], entry) for index, entry in sorted(matching.matched.items())),
        tuple(matching.left),
    )


def under_todays_codes(entries: Iterable[Identity], rules: Iterable[Rule]) -> list[Identity]:
    """The entries of rules that were called otherwise when they were written, under the codes that these have now."""
    codes = {former.upper(): rule.code for rule in rules for former in rule.former}
    return [entry._replace(code=codes[entry.code]) if entry.code in codes else entry for entry in entries]


class _Matching:
    """Entries meet findings, the surest first."""

    def __init__(self, findings: Sequence[Finding], entries: list[Identity], known: Identities) -> None:
        self.matched: dict[int, Identity] = {}
        self.left = entries
        if not entries:
            return
        self._now = known.of(findings)
        self._match(lambda identity: identity)
        self._match(_with_number, _other_number)
        self._match(lambda identity: identity.loosely, _other_number)
        at_home = frozenset(entry.loosely for entry in entries)
        self.left, stayed = _parted(self.left, lambda entry: not known.defines(entry.path, entry.name))
        self._match(lambda identity: identity[1:], of=lambda identity: identity.loosely not in at_home)
        self._match(lambda identity: identity.loosely[1:], _other_number, of=lambda identity: identity.loosely not in at_home)
        self.left = sorted([*self.left, *stayed])

    def _match(
        self,
        key: Callable[[Identity], Hashable],
        fits: Callable[[Identity, Identity], bool] = lambda entry, identity: True,
        of: Callable[[Identity], bool] = lambda identity: True,
    ) -> None:
        """Match what has the same ``key``, in the order of the text, each only once, if it ``fits``. ``of`` are the findings to
        match."""
        waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for index, identity in enumerate(self._now):
            if index not in self.matched and of(identity):
                waiting[key(identity)].append(index)
        left = []
        for entry in self.left:
            candidates = waiting[key(entry)]
            if candidates and fits(entry, self._now[candidates[0]]):
                self.matched[candidates.popleft()] = entry
            else:
                left.append(entry)
        self.left = left


def _with_number(identity: Identity) -> Hashable:
    return *identity.loosely, identity.nth


def _other_number(entry: Identity, identity: Identity) -> bool:
    """Whether lines that say the same came or went."""
    return entry.of != identity.of


def _parted(entries: Iterable[Identity], is_one: Callable[[Identity], bool]) -> tuple[list[Identity], list[Identity]]:
    sides: tuple[list[Identity], list[Identity]] = ([], [])
    for entry in entries:
        sides[not is_one(entry)].append(entry)
    return sides

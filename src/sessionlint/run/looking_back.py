"""What there was before a run: the baseline, and the project as git has it at another moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.run.discovery.discovery import Scope
from sessionlint.run.errors import UsageError
from sessionlint.run.files.inputs import Warn
from sessionlint.run.past import Past
from sessionlint.run.planning import Plan
from sessionlint.run.request import Request
from sessionlint.run.settings.globs import matches_any
from sessionlint.sift.identity import Identities, Identity

if TYPE_CHECKING:
    from sessionlint.run.revision.change import Texts

_WHOLE = Scope(frozenset(), ("",))


class Found(Protocol):
    """What a run found, and the texts that it speaks of."""

    @property
    def outcome(self) -> Outcome: ...

    @property
    def sources(self) -> Mapping[str, Source]: ...


class Find(Protocol):
    def __call__(self, planned: Plan, texts: dict[str, bytes], refused: Mapping[str, str], past: bool) -> Found: ...


def looked_back(
    request: Request, planned: Plan, texts: dict[str, bytes], refused: dict[str, str], warn: Warn, find: Find
) -> tuple[Plan, dict[str, bytes], dict[str, str], Past]:
    """The plan and the texts, which for ``--staged`` are those of git's index, and what there was before. Raises UsageError.

    ``find`` finds what there is in texts.
    """
    past = Past(_entries(request, planned, warn))
    if request.since is None and not request.staged:
        return planned, texts, refused, past
    from sessionlint.run.revision.change import Texts, change_since, staged_change

    root = planned.root.folder
    change = staged_change(root, warn) if request.since is None else change_since(root, request.since, warn)
    if change is None:
        return planned, texts, refused, past
    belongs = _belonging(planned)
    after = change.after(Texts(texts, refused), belongs)
    planned = replace(planned, files=sorted({*after.read, *after.refused}))

    def before() -> Sequence[Identity]:
        sides = [_found_before(planned, texts, after, find) for texts in change.before(after, belongs)]
        return list(dict.fromkeys(entry for entries in sides for entry in entries))

    return planned, dict(after.read), dict(after.refused), replace(past, before=before)


def _entries(request: Request, planned: Plan, warn: Warn) -> Sequence[Identity] | None:
    if planned.baseline is None:
        return None
    entries = planned.baseline.read()
    if entries is None:
        complaint = f"{planned.baseline.shown}: there is no such file; `sessionlint baseline create` makes it"
        if request.baseline is not None:
            raise UsageError(f"--baseline {complaint}")
        warn(complaint)
    return entries


def _belonging(planned: Plan) -> Callable[[str], bool]:
    """Which files a walk would find if they were there, beside those that it did find."""
    found, patterns = frozenset(planned.files), (*planned.settings.exclude, *planned.settings.extend_exclude)
    return lambda path: path in found or not matches_any(patterns, path)


def _found_before(planned: Plan, before: "Texts", after: "Texts", find: Find) -> Sequence[Identity]:
    """The findings of before, under the names that their files and definitions have now."""
    files = sorted({*before.read, *before.refused})
    found = find(replace(planned, files=files, scope=_WHOLE, stdin=None), dict(before.read), before.refused, past=True)
    entries = Identities(found.sources).of(found.outcome.findings)
    from sessionlint.run.revision.moves import moved

    return moved(entries, before.read, after.read)

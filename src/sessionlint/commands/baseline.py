"""``sessionlint baseline``: the findings that are kept for later, and are not reported meanwhile."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sessionlint.commands.console import prepare, say, write_out
from sessionlint.model.outcome import Outcome
from sessionlint.report.visible import visible
from sessionlint.run import pipeline
from sessionlint.run.errors import CLEAN, FAILED, UsageError
from sessionlint.run.files.baseline_file import BaselineFile
from sessionlint.run.looking import Result
from sessionlint.run.past import judged
from sessionlint.run.planning import baseline_file
from sessionlint.run.request import Request, available_cores
from sessionlint.sift.baseline import Sorted, identities, told_apart, under_todays_codes
from sessionlint.sift.identity import Identity

_AT_RISK = "nothing was written: with these failures, the baseline would miss findings"


def run_baseline(action: str, paths: Sequence[str], options: Mapping[str, Any]) -> int:
    """Run one of ACTIONS and return its exit code. Raises UsageError."""
    prepare()
    request = Request(
        paths=tuple(paths) or (".",),
        config=options["config"],
        isolated=options["isolated"],
        project_root=options["project_root"],
        cache=not options["no_cache"],
        cache_dir=options["cache_dir"],
        jobs=available_cores(),
        baseline=options["baseline"],
    )
    file = baseline_file(request)
    entries = file.read()
    if action == "create" and file.exists():
        raise UsageError(f"{file.shown}: is there already; `sessionlint baseline update` brings it up to date")
    if action != "create" and entries is None:
        raise UsageError(f"{file.shown}: there is no such file; `sessionlint baseline create` makes it")
    result = pipeline.check(replace(request, paths=(str(file.project),), use_baseline=False), _warn)
    for error in result.outcome.errors:
        say(f"error: internal: {error}")
    if result.outcome.errors:
        say(f"error: {_AT_RISK}")
        return FAILED
    return ACTIONS[action](file, _Compared.of(result, entries or ()))


class _Compared:
    """The findings of a project beside the entries of its baseline."""

    def __init__(self, apart: Sorted, now: Mapping[Any, Identity], stale: Sequence[Identity]) -> None:
        self.new = [now[finding] for finding in apart.new]
        self.known = [(now[finding], entry) for finding, entry in apart.known]
        self.stale = list(stale)
        self.unknown = [entry for entry in apart.stale if entry not in stale]

    @classmethod
    def of(cls, result: Result, entries: Sequence[Identity]) -> "_Compared":
        outcome: Outcome = result.outcome
        apart = told_apart(outcome.findings, under_todays_codes(entries, outcome.rules.values()), result.sources)
        now = dict(zip(outcome.findings, identities(outcome.findings, result.sources), strict=True))
        return cls(apart, now, judged(apart.stale, outcome, result.plan))

    @property
    def kept(self) -> list[Identity]:
        """The entries that stay, as their findings are now; of what could not be looked at all."""
        return [*(now for now, _ in self.known), *self.unknown]


def _create(file: BaselineFile, compared: _Compared) -> int:
    file.create(compared.new)
    say(f"{_entries(len(compared.new))} in {file.shown}: what they stand for is not reported any more.")
    say(f"Commit it. With `{file.shown} merge=union` in .gitattributes, merges keep the lines of both sides.")
    return CLEAN


def _update(file: BaselineFile, compared: _Compared) -> int:
    file.replace([*compared.kept, *compared.new])
    say(f"{file.shown}: {len(compared.new)} added, {len(compared.stale)} removed, {len(compared.kept)} kept.")
    return CLEAN


def _prune(file: BaselineFile, compared: _Compared) -> int:
    file.replace(compared.kept)
    say(f"{file.shown}: {len(compared.stale)} removed, {len(compared.kept)} kept.")
    return CLEAN


def _show(file: BaselineFile, compared: _Compared) -> int:
    """Every entry, in the order of the file; what is said of it stands before it."""
    states = Counter((entry, "stale") for entry in compared.stale)
    states += Counter((entry, "     ") for _, entry in compared.known)
    states += Counter((entry, "?    ") for entry in compared.unknown)
    write_out("".join(f"{_shown(entry, state)}\n" for entry, state in sorted(states.elements())))
    unknown = f", {len(compared.unknown)} not looked at (?)" if compared.unknown else ""
    count = _entries(sum(states.values()))
    say(f"{count} in {file.shown}, {len(compared.stale)} stale{unknown}; {len(compared.new)} new findings.")
    return CLEAN


def _shown(entry: Identity, state: str) -> str:
    within = f" in {entry.name}" if entry.name else ""
    which = f" ({entry.nth} of {entry.of})" if entry.of != 1 else ""
    return visible(f"{state} {entry.path}: {entry.code}{within}{which}: {entry.line}")


ACTIONS: Mapping[str, Callable[[BaselineFile, _Compared], int]] = {
    "create": _create,
    "update": _update,
    "prune": _prune,
    "show": _show,
}


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _warn(text: str) -> None:
    say(f"warning: {text}")

"""``sessionlint fleet fix``: patches with the fixes of what a run has found, in a folder of their own."""

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from sessionlint.commands.console import prepare, say
from sessionlint.commands.surroundings import warn
from sessionlint.commands.waiting import Waiting, is_anybody_waiting
from sessionlint.fleet.asked import Asked
from sessionlint.fleet.engine import EngineLostError, started
from sessionlint.fleet.file_name import file_name
from sessionlint.fleet.history import History, Run
from sessionlint.fleet.mend_message import why_left
from sessionlint.fleet.mending import Mended, Mending, Wanted
from sessionlint.fleet.progress import Progress
from sessionlint.fleet.review import Review
from sessionlint.fleet.storage import LocalFolder, opened
from sessionlint.fleet.store import Store
from sessionlint.fleet.task import Limits
from sessionlint.fleet.timeline import Timeline, timeline
from sessionlint.report.fleet.patches import Patch, as_json, as_markdown
from sessionlint.report.fleet.view import Service
from sessionlint.run.errors import CLEAN, FOUND, UsageError
from sessionlint.run.request import available_cores

_ONCE = 1


def run_fix(options: Mapping[str, Any]) -> int:
    """Write the patches and what came of it, and return the exit code. Raises UsageError, OSError."""
    prepare()
    gc.enable()  # the command line has turned it off, for runs that end with what they have made
    chooses = _choice(options["select"])
    output = Path(options["output"])
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UsageError(f"{output}: expected a folder that is empty, or none yet")
    store = Store(opened(options["store"]), warn)
    known = timeline(History(store.storage, warn), options["run"], options["store"])
    asked = _asked(known.run)
    review = Review(store, known, 0)
    wanted = Wanted("unsafe" if options["unsafe_fixes"] else "safe", chooses)
    try:
        patches = _mended(review, known, asked, wanted, options, LocalFolder(output))
    except EngineLostError as error:
        raise UsageError(f"{options['engine']}: {error}") from None
    patches += [_unknown(service) for service in review.services() if not service.is_analysed]
    patches.sort(key=lambda patch: patch.repository)
    folder = LocalFolder(output)
    folder.write("patches.json", as_json(patches).encode("ascii"))
    folder.write("README.md", as_markdown(patches).encode("utf-8", "backslashreplace"))
    return _told(patches, options)


def _choice(select: Iterable[str]) -> Callable[[str], bool]:
    """Whether a rule, by its code, is one of those that were chosen: all, if none were. Raises UsageError."""
    from sessionlint.rules.registry import registered_rules
    from sessionlint.run.settings.selectors import check_selectors
    from sessionlint.sift.naming import matches

    selectors, rules = tuple(select), [entry.rule for entry in registered_rules()]
    check_selectors(selectors, rules, "--select")
    chosen = {rule.code for rule in rules if not selectors or any(matches(selector, rule) for selector in selectors)}
    return chosen.__contains__


def _asked(run: Run) -> Asked:
    """What the run was told to look for, as it is noted in the store. Raises UsageError."""
    try:
        asked = Asked.decoded(run.told[0]["asked"])
    except (LookupError, TypeError, ValueError):
        raise UsageError(f"run {run.number} does not say what it was told to look for: run the fleet again") from None
    if asked.digest != run.configuration:
        raise UsageError(f"run {run.number} says two things of what it was told to look for: run the fleet again")
    return asked


def _mended(
    review: Review, known: Timeline, asked: Asked, wanted: Wanted, options: Mapping[str, Any], folder: LocalFolder
) -> list[Patch]:
    services = [service.repository for service in review.services() if service.is_analysed and wanted.codes(service)]
    progress, patches = Progress(len(services)), []
    limits = Limits(options["timeout"], options["memory"], _ONCE)
    waiting = Waiting(progress) if is_anybody_waiting(options["quiet"], os.environ) else None
    with started(options["engine"], options["workers"] or available_cores()) as engine, waiting or nullcontext():
        mending = Mending(engine, asked, limits, wanted, lambda repository: known.sightings[repository].revision)
        for mended in mending.run(map(review.service, services)):
            progress.running = mending.running
            progress.statuses[mended.status] += 1
            progress.findings += len(mended.fixed)
            patches.append(_kept(mended, folder))
    return patches


def _kept(mended: Mended, folder: LocalFolder) -> Patch:
    file = file_name(mended.repository, "patch") if mended.patch else ""
    if file:
        folder.write(file, mended.patch)
    keys = ("code", "name", "filename", "location", "fingerprint")
    return Patch(
        mended.repository,
        mended.source,
        mended.commit,
        mended.status,
        mended.reason,
        file,
        mended.branch,
        dict(sorted(Counter(str(each["code"]) for each in mended.fixed).items())),
        dict(sorted(Counter(map(why_left, mended.left)).items())),
        [{key: each[key] for key in keys} for each in mended.fixed],
        mended.errors,
    )


def _unknown(service: Service) -> Patch:
    return Patch(service.repository, service.source, service.commit, service.status, f"not analysed: {service.reason}")


def _told(patches: list[Patch], options: Mapping[str, Any]) -> int:
    made, failed = [each for each in patches if each.file], [each for each in patches if not each.file]
    findings = sum(sum(each.fixed.values()) for each in made)
    if not options["quiet"]:
        count = f"{len(made):,} {'patch' if len(made) == 1 else 'patches'}"
        say(f"{count} for {findings:,} finding{'' if findings == 1 else 's'} in {options['output']}; nothing was pushed")
    for each in failed:
        say(f"{each.repository}: {each.status}, {each.reason}")
    return FOUND if failed else CLEAN

"""What came of fixing a fleet: which patches there are, how to take them, and what could not be fixed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from sessionlint.model.records import dataclass
from sessionlint.report.audit import markdown
from sessionlint.report.audit.blocks import Block, Listing, Prose, Table, Title, number, quoted
from sessionlint.report.fleet.view import Data
from sessionlint.report.visible import without_brackets

_HOW = (
    "git -C CLONE switch -c BRANCH COMMIT   # the commit that was analysed",
    "git -C CLONE am --keep-cr PATCH        # or: git -C CLONE apply PATCH",
)


@dataclass(frozen=True, slots=True)
class Patch:
    """One repository: the ``file`` of its patch, with how many findings it fixes, by rule, and how many are ``left``, by why; or,
    without a file, the ``reason`` why there is none. ``places``: the findings that it fixes; ``errors``: fixes that do harm."""

    repository: str
    source: str
    commit: str
    status: str
    reason: str = ""
    file: str = ""
    branch: str = ""
    fixed: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    places: Sequence[Data] = ()
    errors: Sequence[str] = ()


def as_json(patches: Sequence[Patch]) -> str:
    return without_brackets(json.dumps({"patches": list(map(_data, patches))}, indent=2), "\\u0023") + "\n"


def _data(patch: Patch) -> dict[str, Any]:
    return {
        "repository": patch.repository,
        "source": patch.source,
        "commit": patch.commit,
        "status": patch.status,
        "reason": patch.reason,
        "file": patch.file or None,
        "branch": patch.branch or None,
        "fixed": dict(patch.fixed),
        "places": list(patch.places),
        "left": dict(patch.left),
        "errors": list(patch.errors),
    }


def as_markdown(patches: Sequence[Patch]) -> str:
    return markdown.render(_document(patches))


def _document(patches: Sequence[Patch]) -> Iterator[Block]:
    made, failed = [each for each in patches if each.file], [each for each in patches if not each.file]
    yield Title(1, "Fixes across repositories")
    findings = sum(sum(each.fixed.values()) for each in made)
    yield Prose(f"{number(len(made), 'patch', 'patches')} for {number(findings, 'finding')}. Nothing was pushed.")
    if made:
        yield Prose(
            "Each was made against the commit that was analysed, applied to it, and what came of that was analysed again:"
        )
        yield Listing(_HOW, "sh")
        if any(":" in each.commit or "+" in each.commit for each in made):
            yield Prose(
                "A commit with `tree:` or `+` is none: its files were not as git has them. Apply the patch in that folder."
            )
        yield Table(("repository", "commit", "branch", "patch", "fixed", "left"), tuple(map(_row, made)))
    if failed:
        yield Title(2, f"Could not be fixed ({len(failed):,})")
        yield Table(
            ("repository", "status", "why"), tuple((quoted(each.repository), each.status, quoted(each.reason)) for each in failed)
        )
    dropped = [(quoted(each.repository), quoted(error)) for each in made for error in each.errors]
    if dropped:
        yield Title(2, f"Fixes that were dropped ({len(dropped):,})")
        yield Table(("repository", "why"), tuple(dropped))


def _row(patch: Patch) -> tuple[str, ...]:
    names = (patch.repository, patch.commit[:12], patch.branch, patch.file)
    fixed = ", ".join(f"{count} {quoted(code)}" for code, count in patch.fixed.items())
    left = ", ".join(f"{count} {why}" for why, count in patch.left.items())
    return (*map(quoted, names), fixed, left)

"""What a patch says of itself: what was changed, why, and what is left to people."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from sessionlint import __version__
from sessionlint.fleet.record import Finding
from sessionlint.report.visible import wrap

_WIDTH = 76
_MOST = 30
_WITHOUT = "without a fix"
_REASONS = {
    "unsafe": "with an unsafe fix only",
    "display": "with a fix for people to make",
    "safe": "with a fix that was not made",
}


def subject(fixed: Sequence[Finding]) -> str:
    rules = sorted({f"{each['code']} {each['name']}" for each in fixed})
    if len(rules) == 1:
        return f"Fix {rules[0]}" + (f" in {len(fixed)} places" if len(fixed) > 1 else "")
    return f"Fix {len(fixed)} findings of {len(rules)} rules of sessionlint"


def message(commit: str, level: str, fixed: Sequence[Finding], left: Sequence[Finding]) -> Iterator[str]:
    kept = (
        "Every fix keeps what the program does." if level == "safe" else "What is marked unsafe may change what the program does."
    )
    yield from wrap(f"Made by sessionlint {__version__} against {commit}. {kept}", _WIDTH)
    for (code, name), some in _by_rule(fixed):
        yield ""
        yield f"{code} {name}"
        yield from wrap(some[0]["why"], _WIDTH, "  ", "  ")
        yield f"  More: sessionlint rule {code}"
        yield from _listed(some, _done)
    if left:
        yield ""
        yield f"Left to people: {len(left)} finding{'' if len(left) == 1 else 's'} (at the lines of the patched files)"
        yield from _listed(left, lambda each: f"{each['code']} {each['name']}, {why_left(each)}")


def _done(finding: Finding) -> str:
    """What was done about it; where it has no fix of its own, that of another one did."""
    fix = finding.get("fix")
    if not fix:
        return str(finding["message"])
    return f"{fix['title']} (unsafe)" if fix["applicability"] == "unsafe" else str(fix["title"])


def why_left(finding: Finding) -> str:
    """Why a finding is still there."""
    fix = finding.get("fix")
    return _REASONS.get(fix["applicability"], _WITHOUT) if fix else _WITHOUT


def _by_rule(fixed: Sequence[Finding]) -> Iterator[tuple[tuple[str, str], Sequence[Finding]]]:
    ordered = sorted(fixed, key=lambda each: (each["code"], each["filename"], each["location"]["row"]))
    yield from ((key, list(some)) for key, some in groupby(ordered, key=lambda each: (each["code"], each["name"])))


def _listed(some: Sequence[Finding], told: Callable[[Finding], str]) -> Iterator[str]:
    for each in some[:_MOST]:
        yield from wrap(f"{each['filename']}:{each['location']['row']}: {told(each)}", _WIDTH, "  * ", "    ")
    if len(some) > _MOST:
        yield f"  * and {len(some) - _MOST} more"

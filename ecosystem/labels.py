"""What people said of the findings, and what that says of the rules."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ecosystem.findings import Key
from ecosystem.toml import read_toml, toml_string

Verdict = Literal["true", "false", "debatable"]
FIELDS = ("package", "rule", "path", "scope", "line")


@dataclass(frozen=True, slots=True)
class Label:
    """``why`` is one line for the next reader."""

    verdict: Verdict
    why: str


Labels = Mapping[Key, Label]


def read_labels(path: Path) -> dict[Key, Label]:
    """The labels file; {} when there is none. Raises ValueError for a bad or doubled entry, with its key."""
    labels: dict[Key, Label] = {}
    for entry in read_toml(path).get("label", []) if path.exists() else []:
        key = Key(**{field: entry[field] for field in FIELDS}, ordinal=entry.get("ordinal", 0))
        if key in labels:
            raise ValueError(f"labelled twice: {key}")
        labels[key] = Label(checked_verdict(entry["label"]), entry["why"])
    return labels


def checked_verdict(word: str) -> Verdict:
    for verdict in get_args(Verdict):
        if word == verdict:
            return word  # type: ignore[return-value]
    raise ValueError(f"a label is true, false or debatable, not {word!r}")


def write_labels(path: Path, labels: Labels) -> None:
    """Sorted by key, so that two people's labels merge."""
    path.write_text("\n".join(_entry(key, labels[key]) for key in sorted(labels)), "utf-8")


def _entry(key: Key, label: Label) -> str:
    pairs = [*((field, getattr(key, field)) for field in FIELDS), ("label", label.verdict), ("why", label.why)]
    ordinal = f"ordinal = {key.ordinal}\n" if key.ordinal else ""
    return "[[label]]\n" + "".join(f"{name} = {toml_string(value)}\n" for name, value in pairs) + ordinal


def short_id(key: Key) -> str:
    """Ten hexadecimal digits by which a person names a finding."""
    return hashlib.sha256("\0".join(map(str, key)).encode("utf-8", "surrogatepass")).hexdigest()[:10]


def read_verdicts(text: str, keys: Iterable[Key]) -> dict[Key, Label]:
    """Labels from lines ``ID VERDICT why``; blank lines and ``#`` comments do not count. Raises ValueError with the line."""
    by_id = {short_id(key): key for key in keys}
    labels = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, verdict, why = [*line.split(maxsplit=2), "", ""][:3]
        if name not in by_id or not why:
            raise ValueError(f"line {number}: expected a finding's id, its verdict and one line why, got {line!r}")
        labels[by_id[name]] = Label(checked_verdict(verdict), why.strip())
    return labels


@dataclass(frozen=True, slots=True)
class Tally:
    """How a rule's findings were labelled."""

    true: int = 0
    false: int = 0
    debatable: int = 0
    unlabelled: int = 0

    @property
    def precision(self) -> float | None:
        """Share of true ones among the true and the false; None when there is neither. The debatable stay apart."""
        decided = self.true + self.false
        return self.true / decided if decided else None


def tally(keys: Iterable[Key], labels: Labels) -> dict[str, Tally]:
    """Per rule, of the findings that stand now."""
    counts: dict[str, dict[str, int]] = {}
    for key in keys:
        of_rule = counts.setdefault(key.rule, {})
        verdict = labels[key].verdict if key in labels else "unlabelled"
        of_rule[verdict] = of_rule.get(verdict, 0) + 1
    return {rule: Tally(**counts[rule]) for rule in sorted(counts)}


def vanished(keys: Iterable[Key], labels: Labels, packages: Iterable[str]) -> list[Key]:
    """Labelled findings of these packages that are no longer reported."""
    standing, linted = set(keys), set(packages)
    return sorted(key for key in labels if key.package in linted and key not in standing)

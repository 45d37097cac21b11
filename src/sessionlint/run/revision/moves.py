"""Findings of before, where the files and the definitions that they were in have other names now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sessionlint.run.files.reading import decoded
from sessionlint.run.revision.renames import renamed
from sessionlint.sift.identity import Identity
from sessionlint.text.enclosing import Enclosing
from sessionlint.text.logical_lines import LogicalLines


def moved(entries: Sequence[Identity], before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[Identity]:
    """``entries`` for files as they were ``before``, under the names of ``after``."""
    gone = {entry.path: before[entry.path] for entry in entries if entry.path in before.keys() - after.keys()}
    paths = renamed(gone, {path: data for path, data in after.items() if path not in before}) if gone else {}
    names: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        names[entry.path].add(entry.name)
    found: dict[tuple[str, str], str] = {}
    for path, defined in names.items():
        now = paths.get(path, path)
        if path in before and now in after and before[path] != after[now]:
            found |= {(path, old): new for old, new in _renamed(defined, before[path], after[now]).items()}
    return [
        entry._replace(path=paths.get(entry.path, entry.path), name=found.get((entry.path, entry.name), entry.name))
        for entry in entries
    ]


def _renamed(names: set[str], before: bytes, after: bytes) -> dict[str, str]:
    """What became of those ``names`` that are gone from a file: a definition that is new there and says much the same."""
    old, new = _definitions(before), _definitions(after)
    gone = {name: old[name] for name in names & old.keys() - new.keys()}
    return renamed(gone, {name: text for name, text in new.items() if name not in old}) if gone else {}


def _definitions(data: bytes) -> dict[str, bytes]:
    source, _ = decoded("", data)
    spans = Enclosing(source, LogicalLines(source.text).plain).spans
    return {name: source.text[slice(*span)].encode("utf-8", "surrogatepass") for name, span in spans.items()}

"""What an earlier run said of the very same project, or of one that differs in nothing that matters.

Findings depend on all files at once, so they are remembered for all of them or not at all. The key holds every text, the
settings, the targets, the day (suppressions end) and the code of the linter itself. Beside it stands what the outcome rests
on, its *footing*: a file of which only the imports were looked at, and which holds none of the words that files were searched
for, can change below its imports, and the outcome stays what it was.

What was found in each module is kept for whoever asks about whichever files: from there a run can go on (``run/kept``).
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from sessionlint.model.digest import blake2b
from sessionlint.model.outcome import Outcome
from sessionlint.model.regex import regex
from sessionlint.run.cache.fingerprint import code_fingerprint
from sessionlint.run.cache.store import Store
from sessionlint.run.planning import Plan

if TYPE_CHECKING:
    from sessionlint.model.facts import ModuleFacts
    from sessionlint.model.source import Source
    from sessionlint.run.analysis import Analysis, Checked

_MOST_CHANGES = 50
_WORD = regex(r"\w+")


class _Standing(NamedTuple):
    """What a run rests on, and the files that say something else now: those that were ``parsed``, and ``others``, where it does
    not matter."""

    footing: dict[str, Any]
    parsed: Set[str]
    others: Set[str]


class Unchanged:
    """Remembers outcomes in ``store``; ``texts`` are the files as bytes, by path, and ``digests`` what is known of each.

    ``distributions`` are the folders that decide what is a part of the project.
    """

    def __init__(self, store: Store, planned: Plan, texts: Mapping[str, bytes], distributions: Set[str] = frozenset()) -> None:
        self._store = store
        self._texts = texts
        self.digests = {path: _digest(data) for path, data in texts.items()}
        self._claims_key = _claims_key(planned, distributions)
        self._settings_key = _settings_key(planned, self._claims_key)
        files = "".join(f"{path}\0{digest}" for path, digest in self.digests.items())
        self._key = _key(self._settings_key + files.encode("utf-8", "surrogatepass"))
        self._known_in_part: _Standing | None = None

    def outcome(self) -> Outcome | None:
        """What the run before came to, if this one would come to the same. To be asked once: the texts are let go of."""
        known = self._read(self._key.hex())
        if known is None and (standing := self._standing(self._settings_key)) is not None and not standing.parsed:
            known = self._read(standing.footing["outcome"])
            if known is not None:
                self._keep(known, standing.footing)
        if known is None:
            self._known_in_part = self._standing(self._claims_key, in_part=True)
        self._texts = {}
        return known

    def keep(self, checked: "Checked") -> None:
        """Remember what a project came to, unless something went wrong in us on the way to it."""
        project = checked.project
        if checked.outcome.errors or project is None or checked.found is None:
            return
        from sessionlint.run.kept import claims, keeping

        has_asked = _finder_of_beginnings(project.asked)
        asked = {module.path for module in project.outlines if has_asked(project.source(module).text)}
        told = sorted(asked | project.looked_into)
        words = sorted(project.searched | project.asked)
        footing = {"parsed": [*project.modules], "words": words, "told": told}
        kept = keeping.claims_of(project, checked.found, self.digests.__getitem__)
        self._keep_all(checked.outcome, footing, claims.dump(kept))

    def keep_outcome(self, outcome: Outcome) -> None:
        """Remember what a project came to of which each part is remembered by itself."""
        if not outcome.errors:
            self._keep_outcome(outcome)

    @property
    def is_known_in_part(self) -> bool:
        """Whether an earlier run may tell all but what a few files say otherwise, or others are asked about."""
        return self._known_in_part is not None

    def resumed(self, analysis: "Analysis", sources: "Mapping[str, Source]", *, keep: bool) -> "Checked | None":
        """The run, if it can go on from what the one before has kept; ``keep``: so that the next one can go on from it."""
        standing = self._known_in_part
        if standing is None or (text := self._claims(standing)) is None:
            return None
        from sessionlint.run.kept import claims
        from sessionlint.run.kept.resuming import NoWayError, Resuming

        files, words = standing.footing["files"], frozenset(standing.footing["words"])
        before = {path: facts for path in standing.parsed if (facts := self._facts(files[path], path)) is not None}
        if before.keys() != standing.parsed:
            return None
        try:
            known, text_of = claims.load(text), self.digests.__getitem__
            checked, kept = Resuming(analysis, known, sources, before, standing.others, text_of, words).checked()
        except NoWayError:
            return None
        except Exception:
            import logging

            logging.getLogger(__name__).debug("the run begins at the beginning", exc_info=True)
            return None
        assert checked.project is not None
        told = sorted({*standing.footing["told"], *checked.project.looked_into})
        if keep:
            self._keep_all(checked.outcome, {**standing.footing, "told": told}, claims.dump(kept))
        return checked

    def _keep_all(self, outcome: Outcome, footing: Mapping[str, Any], kept: str) -> None:
        """What was found, for those who ask about the same files, and what it is made of, for all."""
        self._keep(outcome, footing)
        state = self._key.hex()
        self._store.keep_footing(self._claims_key, _json({**footing, "files": self.digests, "state": state}))
        self._store.keep_claims(self._claims_key, f"{state}\n{kept}")

    def _claims(self, standing: "_Standing") -> str | None:
        """Those of the run that the footing is of: the two are written one after the other, and another run may come between."""
        state, _, kept = (self._store.claims(self._claims_key) or "").partition("\n")
        return kept if kept and state == standing.footing.get("state") else None

    def _facts(self, digest: str, path: str) -> "ModuleFacts | None":
        """Those of an earlier text of the file."""
        found = self._store.facts([bytes.fromhex(digest)]).get(bytes.fromhex(digest))
        return None if found is None else replace(found, path=path)

    def _keep_outcome(self, outcome: Outcome) -> None:
        from sessionlint.model import outcome_codec

        self._store.keep_outcome(self._key, _json(outcome_codec.dump(outcome)))

    def _keep(self, outcome: Outcome, footing: Mapping[str, Any]) -> None:
        self._keep_outcome(outcome)
        footing = {**footing, "files": self.digests, "outcome": self._key.hex()}
        self._store.keep_footing(self._settings_key, _json(footing))

    def _read(self, key: str) -> Outcome | None:
        from sessionlint.model import outcome_codec

        try:
            text = self._store.outcome(bytes.fromhex(key))
            return None if text is None else outcome_codec.load(json.loads(text))
        except RecursionError:  # who wrote it stood on a lower stack
            return None

    # --- what does not matter -----------------------------------------------------------------------------------------

    def _standing(self, key: bytes, *, in_part: bool = False) -> "_Standing | None":
        """The footing of the latest outcome under a key, if it is that of this project, too, but for files that were parsed.

        ``in_part``: whoever goes on from it asks by himself what the words of the other files that changed have to say.
        """
        try:
            footing: dict[str, Any] | None = json.loads(self._store.footing(key) or "null")
            if footing is None or (before := footing["files"]).keys() != self.digests.keys():
                return None
            told, words = ((), ()) if in_part else (footing["told"], footing["words"])
            changed = {path: before[path] for path, digest in self.digests.items() if before[path] != digest}
            if len(changed) > _MOST_CHANGES or not changed.keys().isdisjoint(told):
                return None
            parsed = changed.keys() & {*footing["parsed"]}
            others = changed.keys() - parsed
            same = (self._says_the_same(path, changed[path], words) for path in others)
            return _Standing(footing, parsed, others) if all(same) else None
        except RecursionError:
            return None

    def _says_the_same(self, path: str, before: str, words: Sequence[str]) -> bool:
        """Whether the file imports what it did, at the same places, and has no word that would have it read."""
        from sessionlint.index.imports import outline
        from sessionlint.index.interest import is_relevant, starts_something
        from sessionlint.run.cache.store import Look, encoded
        from sessionlint.run.files.reading import decoded

        source, problem = decoded(path, self._texts[path])
        data = self._texts[path]
        if problem or is_relevant(path, data) or starts_something(data) or any(word in source.text for word in words):
            return False
        known = self._store.looks([bytes.fromhex(before)]).get(bytes.fromhex(before))
        imports = outline(source)
        if known is None or known.telling or known.starting or encoded(replace(known.outline, path=path)) != encoded(imports):
            return False
        self._store.keep_look(bytes.fromhex(self.digests[path]), Look(False, imports))
        return True


def _finder_of_beginnings(names: Iterable[str]) -> Callable[[str], bool]:
    """What tells whether a word of a text begins with one of ``names``; each word is thought about once."""
    beginnings = {match[0] for name in names if (match := _WORD.match(name)) is not None}
    known: dict[str, bool] = {}

    def begins(word: str) -> bool:
        if word not in known:
            known[word] = any(word[:length] in beginnings for length in range(1, len(word) + 1))
        return known[word]

    return lambda text: any(map(begins, set(_WORD.findall(text)))) if beginnings else False


def _settings_key(planned: Plan, claims_key: bytes) -> bytes:
    """Of what is found by comments and in the files that are asked about, on this day."""
    scope = (sorted(planned.scope.files), planned.scope.folders)
    return _key(repr((claims_key, scope, planned.stdin, date.today())).encode("utf-8", "surrogatepass"))


def _claims_key(planned: Plan, distributions: Set[str]) -> bytes:
    """Of what is found in all files, whoever asks."""
    settings = replace(planned.settings, output_format="", fail_on="", max_warnings=None)  # what happens to the outcome later
    settings = replace(settings, baseline="", cache_dir=None)
    part = (planned.files[0], sorted(planned.around)) if planned.around else ()
    told = (code_fingerprint(), settings, planned.targets, planned.root.package, part, sorted(distributions))
    return _key(repr(told).encode("utf-8", "surrogatepass"))


def _key(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _json(data: object) -> str:
    return json.dumps(data, separators=(",", ":"))

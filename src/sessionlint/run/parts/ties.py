"""What files name of other distributions, from run to run: a file that did not change names what it did, among the same files."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sessionlint.model.digest import blake2b
from sessionlint.run.cache.fingerprint import code_fingerprint
from sessionlint.run.planning import Plan


class Ties:
    """``named``: by path, the files of other distributions that a file names, as far as it is known.

    ``distribution`` says where each file belongs, ``digests`` what it holds; without them nothing is kept.
    """

    def __init__(self, planned: Plan, distribution: Mapping[str, str], digests: Mapping[str, str]) -> None:
        self._store = planned.store if digests else None
        self._digests = digests
        told = repr((code_fingerprint(), sorted(distribution.items()), planned.settings.src, planned.root.package))
        self._key = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        text = self._store.footing(self._key) if self._store is not None else None
        known: Mapping[str, Any] = {"files": {}, "named": {}} if text is None else json.loads(text)
        same = (path for path, digest in known["files"].items() if digest == digests.get(path))
        self.named: dict[str, Sequence[str]] = {path: known["named"].get(path, ()) for path in same}
        self._before = frozenset(self.named)

    def keep(self) -> None:
        """Remember what was found out."""
        if self._store is None or self.named.keys() == self._before:
            return
        files = {path: self._digests[path] for path in self.named if path in self._digests}
        named = {path: each for path, each in self.named.items() if each}
        self._store.keep_footing(self._key, json.dumps({"files": files, "named": named}, separators=(",", ":")))

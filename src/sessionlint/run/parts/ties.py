"""What files name of other distributions, from run to run: a file that did not change names what it did, among the same files."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sessionlint.model.digest import blake2b
from sessionlint.run.cache.fingerprint import code_fingerprint
from sessionlint.run.discovery.distributions import Distributions
from sessionlint.run.planning import Plan


class Ties:
    """``named``: by path, the files of other distributions that a file names, as far as it is known.

    ``paths`` are those of all files, ``digests`` what each holds; without them nothing is kept.
    """

    def __init__(self, planned: Plan, paths: Iterable[str], digests: Mapping[str, str]) -> None:
        self._store = planned.store if digests else None
        self._digests = digests
        homes = Distributions(planned.root.folder)
        lie = sorted((path, homes.of(path)) for path in paths)
        told = repr((code_fingerprint(), lie, planned.settings.src, planned.root.package))
        self._key = blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        text = self._store.footing(self._key) if self._store is not None else None
        known: Mapping[str, Any] = {"files": {}, "named": {}} if text is None else json.loads(text)
        same = (path for path, digest in known["files"].items() if digest == digests.get(path))
        self.named: Mapping[str, Sequence[str]] = {path: known["named"].get(path, ()) for path in same}

    def keep(self, named: Mapping[str, Sequence[str]]) -> None:
        """Remember what was found out."""
        if self._store is None or named.keys() == self.named.keys():
            return
        files = {path: self._digests[path] for path in named if path in self._digests}
        told = {path: each for path, each in named.items() if each}
        self._store.keep_footing(self._key, json.dumps({"files": files, "named": told}, separators=(",", ":")))

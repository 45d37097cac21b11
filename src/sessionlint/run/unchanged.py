"""What an earlier run said of the very same project.

Findings depend on all files at once, so they are remembered for all of them or not at all: the key holds every text, the
settings, the targets, the day (suppressions end) and the code of the linter itself.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from hashlib import blake2b

from sessionlint.model.outcome import Outcome
from sessionlint.run.fingerprint import code_fingerprint
from sessionlint.run.planning import Plan
from sessionlint.run.store import Store


def key_of(planned: Plan, texts: Mapping[str, bytes]) -> bytes:
    """The same for two runs that must come to the same outcome; ``texts`` are the files as bytes, by path."""
    scope = (sorted(planned.scope.files), planned.scope.folders)
    settings = replace(planned.settings, output_format="", fail_on="", cache_dir="")  # what happens to the outcome later
    told = (code_fingerprint(), settings, planned.targets, scope, planned.stdin, date.today())
    digest = blake2b(repr(told).encode("utf-8", "surrogatepass"), digest_size=16)
    for path, data in texts.items():
        digest.update(path.encode("utf-8", "surrogatepass") + b"\0" + blake2b(data, digest_size=16).digest())
    return digest.digest()


def earlier_outcome(store: Store, key: bytes) -> Outcome | None:
    """The outcome that was kept for ``key``, if there is one that can be read."""
    text = store.outcome(key)
    if text is None:
        return None
    import json

    from sessionlint.model import outcome_codec

    try:
        return outcome_codec.load(json.loads(text))
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def keep_outcome(store: Store, key: bytes, outcome: Outcome) -> None:
    """Remember ``outcome``, unless something went wrong in us on the way to it."""
    if outcome.errors:
        return
    import json

    from sessionlint.model import outcome_codec

    store.keep_outcome(key, json.dumps(outcome_codec.dump(outcome), separators=(",", ":")))

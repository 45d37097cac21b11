"""Texts to facts, by the cheapest way there is: remembered, read off the text, or parsed."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from time import perf_counter

from sessionlint.index.imports import outline
from sessionlint.index.interest import hands_on, mentions_anything_of_interest, starts_something
from sessionlint.index.words import finder_of_names
from sessionlint.model.digest import blake2b
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.source import Source
from sessionlint.run.cache.store import Look, Store, decoded, encoded
from sessionlint.run.extraction.contained import contained, facts_of
from sessionlint.run.timings import Timings

# Measured on two cores: to read what a worker answers costs this process a third of what parsing would have cost it, and to
# write it costs the worker a quarter, so two gain nothing, however much there is to parse (28 MB: 9.6 s, alone 9.3 s).
_WORTH_A_WORKER = 1_000_000
_FEWEST = 3


class Text:
    """One source with its bytes and their digest, which are wanted again and again."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @property
    def data(self) -> bytes:
        return self.source.data

    @cached_property
    def digest(self) -> bytes:
        return blake2b(self.data, digest_size=16).digest()


class Extractor:
    """Gives the first look at texts, and the facts of those that are worth parsing.

    Both are kept in ``store``, when there is one, by content: it does not matter what a file was called or when. Who goes on with
    the same extractor looks anew only at what is not the same source.
    Up to ``jobs`` processes parse, when there is enough to parse.
    """

    def __init__(self, store: Store | None = None, jobs: int = 1, timings: Timings | None = None) -> None:
        self.timings = timings or Timings()
        self._store = store
        self._jobs = jobs
        self._looked: dict[str, tuple[Source, Look]] = {}
        self._names: frozenset[str] = frozenset()
        self._named: dict[str, tuple[Source, set[str]]] = {}

    def looks(self, texts: Iterable[Text]) -> dict[str, Look]:
        """The first look at each text, by path."""
        with self.timings.stage("prefilter"):
            texts = [*texts]
            new = [text for text in texts if self._looked.get(text.source.path, (None,))[0] is not text.source]
            self._looked |= {path: (text.source, look) for text, (path, look) in zip(new, self._looks(new).items(), strict=True)}
            return {text.source.path: self._looked[text.source.path][1] for text in texts}

    def _looks(self, texts: Sequence[Text]) -> dict[str, Look]:
        known = self._store.looks([text.digest for text in texts]) if self._store else {}
        found = {}
        for number, text in enumerate(texts):
            self.timings.step(number, len(texts), text.source.path)
            look = known.get(text.digest)
            if look is None:
                look = _look(text)
                if self._store and look.outline.failure is None:
                    self._store.keep_look(text.digest, look)
            path = text.source.path
            found[path] = Look(look.telling or hands_on(path, text.data), replace(look.outline, path=path), look.starting)
        return found

    def named(self, names: Iterable[str], texts: Iterable[Text]) -> Iterator[tuple[Text, set[str]]]:
        """Each text with those of ``names`` that stand in it."""
        asked = frozenset(names)
        if asked != self._names:
            self._names, self._named = asked, {}
        names_in = finder_of_names(asked)
        for text in texts:
            source, found = self._named.get(text.source.path, (None, set[str]()))
            if source is not text.source:
                found = names_in(text.data)
                self._named[text.source.path] = text.source, found
            yield text, found

    def facts(self, texts: Iterable[Text]) -> dict[str, ModuleFacts]:
        """The facts of each text, by path."""
        with self.timings.stage("parse"):
            return self._facts(list(texts))

    def _facts(self, texts: Sequence[Text]) -> dict[str, ModuleFacts]:
        known = self._store.facts([text.digest for text in texts]) if self._store else {}
        found: dict[str, ModuleFacts] = {}
        for text in texts:
            # two files of one text need facts of their own: what is remembered of a node is what it means in its file
            if text.digest in known:
                found[text.source.path] = replace(known.pop(text.digest), path=text.source.path)
        missing = [text for text in texts if text.source.path not in found]
        if missing:
            found |= self._extracted(missing)
        return found

    def _extracted(self, texts: Sequence[Text]) -> dict[str, ModuleFacts]:
        written = self._in_workers(texts)
        if written is None:
            return self._in_this_process(texts)
        found = {}
        for text in texts:
            self.timings.files[text.source.path], stored = written[text.source.path]
            facts = found[text.source.path] = decoded(stored)
            if self._store and facts.failure is None:
                self._store.keep_facts(text.digest, stored)
        return found

    def _in_workers(self, texts: Sequence[Text]) -> dict[str, tuple[float, str]] | None:
        """Seconds and facts (JSON text) of each, by path; None where the work is too small for workers, or they fail."""
        count = min(self._jobs, sum(len(text.source.text) for text in texts) // _WORTH_A_WORKER)
        if count < _FEWEST or not sys.executable:
            return None
        from sessionlint.run.extraction import workers
        from sessionlint.run.processes import WorkerFailedError

        try:
            return workers.extracted([text.source for text in texts], count, lambda done: self.timings.step(done, len(texts)))
        except (WorkerFailedError, OSError):
            import logging

            logging.getLogger(__name__).debug("parsing in this process, the workers failed", exc_info=True)
            return None

    def _in_this_process(self, texts: Sequence[Text]) -> dict[str, ModuleFacts]:
        found = {}
        for number, text in enumerate(texts):
            self.timings.step(number, len(texts), text.source.path)
            begun = perf_counter()
            facts = found[text.source.path] = facts_of(text.source)
            self.timings.files[text.source.path] = perf_counter() - begun
            if self._store and facts.failure is None:
                self._store.keep_facts(text.digest, encoded(facts))
        return found


def _look(text: Text) -> Look:
    if mentions_anything_of_interest(text.data):
        return Look(True, ModuleFacts(text.source.path, outline=True))  # it will be parsed, so nobody asks what it imports
    return Look(False, contained(outline, text.source, outline=True), starts_something(text.data))

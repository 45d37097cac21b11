"""Extraction of one file that costs no other one anything when it fails."""

from collections.abc import Callable

from sessionlint.model.facts import ModuleFacts
from sessionlint.model.failure import is_ours, told
from sessionlint.model.source import Source


def facts_of(source: Source) -> ModuleFacts:
    """What extraction finds in ``source``; what it fails with, if it does."""
    from sessionlint.extract.module import extract  # and with it ast, which a run that finds its facts stored does not need

    return contained(extract, source)


def contained(read: Callable[[Source], ModuleFacts], source: Source, *, outline: bool = False) -> ModuleFacts:
    """What ``read`` makes of ``source``, or facts that hold nothing but its failure."""
    try:
        return read(source)
    except BaseException as error:
        if not is_ours(error):
            raise
        return ModuleFacts(source.path, outline=outline, failure=told(error))

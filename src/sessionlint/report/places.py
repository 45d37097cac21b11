"""Offsets -> lines and columns, for places whose file may be gone from the sources."""

from collections.abc import Mapping

from sessionlint.model.source import Place, Position, Source


def start_of(place: Place, sources: Mapping[str, Source]) -> Position:
    """Where ``place`` begins; the first line when its text is not at hand."""
    return _position(place.path, place.span.start, sources)


def end_of(place: Place, sources: Mapping[str, Source]) -> Position:
    """Behind the last character of ``place``."""
    return _position(place.path, place.span.end, sources)


def _position(path: str, offset: int, sources: Mapping[str, Source]) -> Position:
    source = sources.get(path)
    return source.position(offset) if source is not None else Position(1, 1)

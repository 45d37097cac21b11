"""The output formats by name. Each is a module of this package with a ``render``; it is imported when it is used."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TypeAlias

from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.look import Look

FORMATS = ("full", "concise", "json", "github")

Render: TypeAlias = Callable[[Outcome, Mapping[str, Source], Look], str]
"""Findings and the sources they lie in (by path) -> the whole text for stdout, ending in a newline, or "" for none."""


def renderer(name: str) -> Render:
    """The ``render`` of one of FORMATS, or of "statistics". Raises ValueError for another name."""
    if name not in (*FORMATS, "statistics"):
        raise ValueError(f"unknown output format: {name}")
    render: Render = import_module(f"sessionlint.report.{name}").render
    return render

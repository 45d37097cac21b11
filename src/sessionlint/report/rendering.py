"""An outcome to the text of one format. The format's module, with a ``render``, is imported when it is used."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import TypeAlias

from sessionlint.model.failure import told
from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.formats import FORMATS, module_of
from sessionlint.report.look import Look

Render: TypeAlias = Callable[[Outcome, Mapping[str, Source], Look], str]
"""Findings and the sources they lie in (by path) -> the whole text for stdout, ending in a newline, or "" for none."""


def rendered(render: Render, outcome: Outcome, sources: Mapping[str, Source], look: Look) -> tuple[str, Outcome]:
    """What ``render`` makes of the outcome. A finding that it fails with is left out, and told among the outcome's errors."""
    try:
        return render(outcome, sources, look), outcome
    except Exception:
        outcome = _presentable(render, outcome, sources, look)
        return render(outcome, sources, look), outcome


def _presentable(render: Render, outcome: Outcome, sources: Mapping[str, Source], look: Look) -> Outcome:
    errors = {finding: _failure(render, replace(outcome, findings=(finding,)), sources, look) for finding in outcome.findings}
    told = [f"{finding.place.path}: {finding.code} could not be shown: {error}" for finding, error in errors.items() if error]
    shown = tuple(finding for finding in outcome.findings if not errors[finding])
    return replace(outcome, findings=shown, errors=(*outcome.errors, *told))


def _failure(render: Render, outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str | None:
    try:
        render(outcome, sources, look)
    except Exception as error:
        return told(error)
    return None


def renderer(name: str) -> Render:
    """The ``render`` of one of FORMATS, or of "statistics". Raises ValueError for another name."""
    if name not in (*FORMATS, "statistics"):
        raise ValueError(f"unknown output format: {name}")
    render: Render = import_module(module_of(name)).render
    return render

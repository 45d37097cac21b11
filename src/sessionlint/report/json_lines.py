"""One JSON object per line and finding, with the keys that a finding has in ``json``; nothing when nothing is found."""

import json
from collections.abc import Mapping

from sessionlint.model.outcome import Outcome
from sessionlint.model.source import Source
from sessionlint.report.json import finding_data
from sessionlint.report.look import Look
from sessionlint.report.visible import without_brackets


def render(outcome: Outcome, sources: Mapping[str, Source], look: Look) -> str:
    lines = (json.dumps(finding_data(finding, outcome, sources, look)) for finding in outcome.findings)
    return "".join(without_brackets(line, "\\u0023") + "\n" for line in lines)

"""The document: twelve sections, in the order in which somebody who has to decide reads them."""

from collections.abc import Iterator

from sessionlint.report.audit import closing, dependencies, extremes, overview, plan, risks
from sessionlint.report.audit.blocks import Block, Title, quoted
from sessionlint.report.audit.view import Audit

_SECTIONS = (
    ("What was read and searched", overview.sources),
    ("What the code does", overview.summary),
    ("Components", overview.components),
    ("Dependencies and contracts", dependencies.dependencies),
    ("Problems and risks", risks.risks),
    ("Extremes", extremes.section),
    ("Impact", risks.impact),
    ("Patch plan", plan.plan),
    ("Verification", closing.verification),
    ("Risk rating", closing.rating),
    ("History", closing.history),
    ("Next actions", closing.actions),
)


def document(audit: Audit) -> Iterator[Block]:
    asked = ", ".join(quoted(path or audit.map.name) for path in audit.asked)
    yield Title(1, f"Audit of {asked}")
    yield from overview.head(audit)
    for number, (title, section) in enumerate(_SECTIONS, start=1):
        yield Title(2, f"{number}. {title}")
        yield from section(audit)

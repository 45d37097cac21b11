"""A page for each rule: what its page in the package tells users, the proofs, who speaks where several see, and its errors."""

import re
import sys
from collections.abc import Iterator

from documentation.errors import ErrorText
from documentation.page import ROOT, Page
from sessionlint.report.page import user_part
from sessionlint.rules.registry import RegisteredRule, registered_rules

sys.path.insert(0, str(ROOT / "tests"))

from pages.page import Proof, read_page
from pages.versions import Span

FAMILIES = {
    "engine": "Engines",
    "factory": "Session factories",
    "session": "Sessions",
    "provider": "Providers",
    "consumption": "Use of providers",
    "concurrency": "Tasks, threads and await",
    "object": "Objects of a session",
    "linter": "Files and comments",
}
_KINDS = {
    "fails": "This ends in `{raises}`.",
    "fixed": "As it stands this ends in `{raises}`; with the fix of this rule it works.",
    "works": "This ends well.",
    "table": "This prints the row of the table above for the version that is installed.",
}


def family(entry: RegisteredRule) -> str:
    return entry.page.parents[1].name


def target_of(entry: RegisteredRule) -> str:
    """Where the rule's page lies on the site."""
    return f"rules/{entry.rule.name}.md"


def rule_pages(errors: dict[str, ErrorText]) -> Iterator[Page]:
    """The page of each rule; ``errors`` are the error texts that have pages, by their words."""
    for entry in registered_rules():
        text = "\n".join([_told(entry), *_more(entry, errors)])
        title = f"{entry.rule.code} {entry.rule.name}"
        yield Page(target_of(entry), text, entry.page.relative_to(ROOT).as_posix(), title, entry.rule.why)


def _told(entry: RegisteredRule) -> str:
    """What the page in the package tells users, and since when there is the rule."""
    text = user_part(entry.page.read_text(encoding="utf-8"))
    return re.sub(r"^Severity: .+$", rf"\g<0> Since {entry.rule.since}.", text, count=1, flags=re.MULTILINE)


def _more(entry: RegisteredRule, errors: dict[str, ErrorText]) -> Iterator[str]:
    yield from _errors(entry, errors)
    yield from _precedence(entry)
    yield from _proofs(read_page(entry.page).proofs)


def _errors(entry: RegisteredRule, errors: dict[str, ErrorText]) -> Iterator[str]:
    if entry.rule.symptoms:
        yield "## Errors that lead here\n"
        yield from (f"- {errors[symptom].link}" for symptom in entry.rule.symptoms)
        yield ""


def _precedence(entry: RegisteredRule) -> Iterator[str]:
    code = entry.rule.code
    silent = [other.rule.code for other in registered_rules() if code in other.rule.yields_to]
    if entry.rule.yields_to or silent:
        yield "## Where several rules see the same\n"
    if entry.rule.yields_to:
        yield f"This rule is silent where one of these speaks: {', '.join(entry.rule.yields_to)}.\n"
    if silent:
        yield f"Where this rule speaks, these are silent: {', '.join(silent)}.\n"


def _proofs(proofs: tuple[Proof, ...]) -> Iterator[str]:
    if proofs:
        yield "## Proofs\n"
        yield "Scripts in which it happens, or does not, with the real libraries. The tests run them.\n"
    for proof in proofs:
        yield f'??? example "{proof.title.replace(chr(34), chr(39))}"\n'
        yield from _indented(f"{_KINDS[proof.kind].format(raises=proof.raises)}{_needs(proof)}\n")
        yield from _indented(f"```python\n{proof.script.strip(chr(10))}\n```\n")


def _needs(proof: Proof) -> str:
    versions = (f"{library} {_shown(span)}" for library, spans in proof.versions.items() for span in spans)
    wanted = [*proof.needs, *versions]
    return f" It needs {', '.join(wanted)}." if wanted else ""


def _shown(span: Span) -> str:
    oldest, newest = (".".join(map(str, one)) if one else "" for one in span)
    return f"{oldest} to {newest}" if oldest and newest else f"{oldest} or newer" if oldest else f"up to {newest}"


def _indented(text: str) -> Iterator[str]:
    yield from (f"    {line}".rstrip() for line in text.split("\n"))

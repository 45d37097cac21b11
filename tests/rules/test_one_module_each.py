"""Asked about a module, a rule speaks of that module, and so of nothing twice."""

import pytest
from pages.page import Page, read_page

from sessionlint.extract.module import extract
from sessionlint.link.project import Project, link
from sessionlint.model.source import Source
from sessionlint.rules.registry import RegisteredRule, registered_rules

# what they find hangs on suppression comments, or on the project's configuration, which is not read here
_ELSEWHERE = frozenset({"SES002", "SES003", "SES004", "SES005", "SES006", "SES311"})
_ENTRIES = [entry for entry in registered_rules() if entry.rule.code not in _ELSEWHERE]


@pytest.mark.parametrize("entry", _ENTRIES, ids=[entry.rule.code for entry in _ENTRIES])
def test_what_a_rule_finds_in_a_module_lies_in_it(entry: RegisteredRule) -> None:
    found = [
        (module.path, finding.place.path)
        for project in _projects(read_page(entry.page))
        for module in project.modules.values()
        for finding in entry.check(project, module)
    ]
    assert found
    assert [places for places in found if len(set(places)) > 1] == []


def _projects(page: Page) -> list[Project]:
    """The files of each case that finds something, linked."""
    cases = [case for case in page.cases if any(marked.markers for marked in case.marked.values())]
    texts = [{path: Source(path, text) for path, text in case.files.items() if path.endswith(".py")} for case in cases]
    return [link([extract(source) for source in sources.values()], sources) for sources in texts]

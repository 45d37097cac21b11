"""Every finding on every rule page can be suppressed where it stands."""

import pytest
from pages.page import read_page

from sessionlint.edits.suppression_comments import with_comments
from sessionlint.model.source import Source
from sessionlint.rules.registry import registered_rules
from sessionlint.run.analysis import analyse_sources

PAGES = {entry.rule.code: entry.page for entry in registered_rules() if not entry.rule.code.startswith("SES0")}


@pytest.mark.thorough
@pytest.mark.parametrize("code", sorted(PAGES))
def test_a_comment_hides_what_it_is_written_for_and_nothing_else_changes(code: str) -> None:
    for case in read_page(PAGES[code]).cases:
        sources = {path: Source(path, marked.text) for path, marked in case.marked.items() if path.endswith((".py", ".pyi"))}
        before = analyse_sources(sources)
        commented = dict(sources)
        for path in {finding.place.path for finding in before.findings}:
            found = [finding for finding in before.findings if finding.place.path == path and finding.code[3] != "0"]
            commented[path] = sources[path].with_text(with_comments(sources[path], found, "why"))
        after = analyse_sources(commented)
        about_comments = [finding.message for finding in before.findings if finding.code[3] == "0"]
        assert [finding.message for finding in after.findings] == about_comments, case.title
        for path, source in sources.items():
            assert _without_comments(commented[path].text) == _without_comments(source.text)


def _without_comments(text: str) -> list[str]:
    """The lines without comments of ours, and without the lines that held nothing else."""
    lines = text.replace("\r\n", "\n").split("\n")
    return [line.partition("  # sessionlint: ")[0] for line in lines if not line.lstrip().startswith("# sessionlint: ")]

"""SECURITY.md names a test for each promise, and each is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
POLICY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", POLICY)


def test_every_promise_names_a_test() -> None:
    table = POLICY[POLICY.index("| promise |") : POLICY.index("\n\n", POLICY.index("| promise |"))]
    rows = table.splitlines()[2:]
    assert rows
    assert [row for row in rows if "::" not in row] == []


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_is_there(file: str, name: str) -> None:
    assert re.search(rf"^ *(?:def|class) {name}\b", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_links_lead_somewhere() -> None:
    for path, anchor in re.findall(r"\]\((\w+\.md)(?:#([\w-]+))?\)", POLICY):
        text = (ROOT / path).read_text(encoding="utf-8")
        headings = {
            re.sub(r"[^\w-]", "", title.lower().replace(" ", "-")) for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        }
        assert not anchor or anchor in headings

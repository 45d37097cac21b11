"""Pages: one script, nothing fetched, and no text from the code that becomes a part of the page."""

import base64
import hashlib
import json
from html.parser import HTMLParser

from sessionlint.commands.page_assets import assets
from sessionlint.report.html.escape import data_block, text
from sessionlint.report.html.page import Assets, page

EVIL = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\u2028\u2029\u202e\udcff\x00'\"&amp;]]>"


class _Read(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._inside, []).append(data)


def test_text_is_text_between_tags_and_in_attributes() -> None:
    read = _Read(f'<p title="{text(EVIL)}">{text(EVIL)}</p>')
    assert [tag for tag, _ in read.tags] == ["p"]
    assert "</script><script>alert(1)</script>" in (read.tags[0][1]["title"] or "")
    assert "".join(read.texts["p"]) == read.tags[0][1]["title"]
    assert not set("\u2028\u2029\u202e\x00") & set(text(EVIL))
    text(EVIL).encode()


def test_data_survives_and_ends_no_script() -> None:
    block = data_block("map", {"evil": EVIL, "##[error]": "##vso[x]"})
    read = _Read(block)
    assert [tag for tag, _ in read.tags] == ["script"]
    assert json.loads("".join(read.texts["script"])) == {"evil": EVIL, "##[error]": "##vso[x]"}
    assert "##[" not in block and block.isascii()


def test_a_page_runs_its_own_script_and_fetches_nothing() -> None:
    for ours in (Assets("p { color: red }", "1 < 2;"), Assets("p {}"), assets("map")):
        html = page(EVIL, "<p>body</p>", ours)
        read = _Read(html)
        meta = [attributes for tag, attributes in read.tags if tag == "meta"]
        policy = next(one["content"] or "" for one in meta if one.get("http-equiv") == "Content-Security-Policy")
        assert policy.startswith("default-src 'none'; ")
        digests = {
            name: _digest(content) for name, content in (("style-src", ours.style), ("script-src", ours.script)) if content
        }
        for name, digest in digests.items():
            assert f"{name} 'sha256-{digest}'" in policy
        assert ours.script or "script-src 'none'" in policy
        assert "unsafe" not in policy and "http" not in policy
        fetching = [
            attributes for _, attributes in read.tags if attributes.get("src") or attributes.get("href", "data:,") != "data:,"
        ]
        assert fetching == []
        assert [tag for tag, _ in read.tags].count("script") == bool(ours.script)


def _digest(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def test_our_script_makes_no_markup_of_texts() -> None:
    script = assets("map").script
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "fetch(",
        "XMLHttp",
        "import(",
    ):
        assert way not in script
    assert "</script" not in script and "</style" not in assets("map").style


def test_a_page_without_parts_of_its_own_has_the_common_style() -> None:
    assert assets("nothing").style and not assets("nothing").script
    assert assets("map").style.startswith(assets("nothing").style)

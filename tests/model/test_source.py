"""Texts as they are kept."""

import pytest

from sessionlint.model.source import Source


@pytest.mark.parametrize("text", ["", "plain", "naïve", "„schön“ 🙂", "half a pair: \ud83d", "\ud83d\ude42"])
def test_a_text_comes_back_as_it_was(text: str) -> None:
    source = Source("app.py", text)
    assert source.text == text
    assert source == Source("app.py", text)
    assert source != Source("app.py", f"{text}.")


def test_a_text_takes_as_much_as_its_file() -> None:
    source = Source("app.py", "x = 1\n" * 1000 + "# 🙂\n")
    assert source.text.endswith("# 🙂\n")
    kept = [value for value in vars(source).values() if isinstance(value, str | bytes)]
    assert sum(map(len, kept)) < len(source.text) + 100
    assert not any(isinstance(value, str) and "x = 1" in value for value in kept)


def test_words_are_found_in_a_text() -> None:
    source = Source("app.py", "größe = session\n")
    assert source.mentions("größe") and source.mentions("session") and not source.mentions("sessions")


def test_a_changed_text_is_written_as_the_one_before() -> None:
    source = Source("app.py", "é", "latin-1", bom=False)
    assert source.with_text("à").encode("à") == b"\xe0"
    assert Source("app.py", "é", bom=True).with_text("à").bom

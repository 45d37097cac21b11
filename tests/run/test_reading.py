import codecs

import pytest

from sessionlint.run.files.reading import decoded, sources_of


def test_plain_utf_8_keeps_its_newlines() -> None:
    source, problem = decoded("a.py", "é = 1\r\nb = 2\rc\n".encode())
    assert (source.text, source.encoding, source.bom, problem) == ("é = 1\r\nb = 2\rc\n", "utf-8", False, None)


def test_a_byte_order_mark_is_no_part_of_the_text_but_of_the_file() -> None:
    data = codecs.BOM_UTF8 + b"x = 1\n"
    source, problem = decoded("a.py", data)
    assert (source.text, source.bom, problem) == ("x = 1\n", True, None)
    assert source.encode(source.text) == data


@pytest.mark.parametrize(
    "head", [b"# -*- coding: latin-1 -*-\n", b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\n", b"\n# coding=latin-1\r\n"]
)
def test_a_declared_encoding_in_the_first_two_lines_counts(head: bytes) -> None:
    source, problem = decoded("a.py", head + b"s = '\xe9'\n")
    assert problem is None
    assert source.text.endswith("s = 'é'\n")
    assert source.encode(source.text) == head + b"s = '\xe9'\n"


@pytest.mark.parametrize("head", [b"x = 1\n# coding: latin-1\n", b"\n\n# coding: latin-1\n"])
def test_a_declaration_further_down_or_behind_code_does_not_count(head: bytes) -> None:
    assert decoded("a.py", head)[0].encoding == "utf-8"


def test_bytes_that_do_not_fit_the_encoding_are_a_problem_at_their_place() -> None:
    source, problem = decoded("a.py", "ok = 'é'\n".encode() + b"bad = '\xe9'\n")
    assert problem is not None
    assert source.position(problem.span.start) == (2, 8)
    assert (
        problem.message == "cannot be decoded as utf-8: byte 0xe9 (Python reads UTF-8 unless the file declares another encoding)"
    )


@pytest.mark.parametrize("name", ["klingon", "hex", "rot13"])
def test_an_encoding_that_python_has_not_is_a_problem(name: str) -> None:
    problem = decoded("a.py", f"# coding: {name}\n".encode())[1]
    assert problem is not None
    assert problem.message == f"unknown encoding: {name}"


@pytest.mark.parametrize("name", ["unicode_escape", "RAW-unicode-escape", "utf-7", "U7", "idna"])
def test_an_encoding_that_hides_what_python_reads_is_a_problem(name: str) -> None:
    source, problem = decoded("a.py", f"# coding: {name}\n#\\u000ax = 1\n".encode())
    assert problem is not None
    assert problem.message == f"cannot be read reliably: what the file says is hidden by its encoding, {name}"
    assert source.text == f"# coding: {name}\n#\\u000ax = 1\n"


@pytest.mark.parametrize("name", ["utf-8", "UTF_8", "utf-8-sig", "utf-8-unix", "latin-1", "utf8", "ascii"])
@pytest.mark.parametrize("bom", [b"", codecs.BOM_UTF8])
def test_a_byte_order_mark_goes_with_the_declarations_that_python_takes(name: str, bom: bytes) -> None:
    data = bom + f"# coding: {name}\nx = 1\n".encode()
    source, problem = decoded("a.py", data)
    try:
        compile(data, "a.py", "exec")
    except SyntaxError:
        assert problem is not None
        assert problem.message == f"encoding problem: {name} with BOM"
    else:
        assert problem is None
        assert source.encode(source.text) == data


@pytest.mark.parametrize("name", ["punycode", "undefined", "zlib", "aliases", "x" * 5000, "-"])
def test_no_declaration_ends_the_run(name: str) -> None:
    assert decoded("a.py", f"# coding: {name}\nx = '\u00e9\ud7ff'\n".encode())[1] is not None


def test_utf_16_is_named() -> None:
    problem = decoded("a.py", "x = 1\n".encode("utf-16"))[1]
    assert problem is not None
    assert "UTF-16" in problem.message


def test_the_bytes_are_let_go_of_when_they_are_decoded() -> None:
    texts = {"b.py": b"x = 1\n", "a.py": b"y = 2\n"}
    sources, _ = sources_of(texts, {})
    assert list(sources) == ["b.py", "a.py"]
    assert not texts

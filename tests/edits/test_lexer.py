import pytest

from sessionlint.text.lexer import tokens


def of_kind(text: str, kind: str) -> list[str]:
    return [token.text for token in tokens(text) if token.kind == kind]


@pytest.mark.parametrize(
    "string",
    [
        "'a'",
        '"it\'s"',
        "rb'\\''",
        "'''a\n'b''\n#'''",
        "'a\\\nb'",
        "f'{x}'",
        "F'{{x}}'",
        "f'{x!r:>{width}}'",
        "f'{x[\"a\"]:%H:%M}'",
        'f"{x["a"]}"',
        "f'{d[1:2]} {(lambda y: y)(1)}'",
        'f"""{\nx  # why\n}\n"""',
        "rf'\\{x}'",
        "f'\\N{BULLET} {x}'",
        "f'{x == y != z}'",
        "f'{x=}'",
    ],
)
def test_a_string_is_one_token_whatever_is_in_it(string: str) -> None:
    found = [token for token in tokens(f"a = {string} + b") if not token.nested]
    assert [token.text for token in found] == ["a", "=", string, "+", "b"]


def test_names_in_f_strings_are_found_and_names_in_strings_are_not() -> None:
    assert of_kind("f'no {a.b!r:{c}} {{no}} {\"no\"}' 'no'", "name") == ["a", "b", "c"]


def test_comments_end_with_their_line_and_are_not_in_strings() -> None:
    assert of_kind("a  # one\r\nb = '#'  # two # three\rc #", "comment") == ["# one", "# two # three", "#"]


def test_a_newline_in_brackets_or_behind_a_backslash_does_not_end_the_logical_line() -> None:
    found = [token for token in tokens("a = (\n1) + \\\n2\n") if token.kind == "newline"]
    assert [token.depth for token in found] == [1, 0]


def test_numbers_hold_no_names() -> None:
    assert of_kind("1e5 + 0xff + 1_000j + .5e3 + x1", "name") == ["x1"]

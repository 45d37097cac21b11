"""A document as a page of its own: nothing in it runs, nothing is fetched, and what it quotes is nothing but text there."""

from collections.abc import Iterable, Iterator, Sequence

from sessionlint.report.audit.blocks import Block, Line, Lines, Listing, Prose, Table, Title
from sessionlint.report.html.escape import text
from sessionlint.report.html.page import Assets, page

_CHANGES = {"+": "added", "-": "removed"}


def render(document: Sequence[Block], assets: Assets) -> str:
    titles = [block for block in document if isinstance(block, Title)]
    contents = "".join(
        f'<li><a href="#{_anchor(at)}">{prose(one.text)}</a></li>' for at, one in enumerate(titles) if one.level == 2
    )
    body = "\n".join(_blocks(document))
    return page(
        titles[0].text.replace("`", ""),
        f'<nav aria-label="Contents"><ol>{contents}</ol></nav>\n<main>\n{body}\n</main>',
        assets,
    )


def _blocks(document: Iterable[Block]) -> Iterator[str]:
    titles = 0
    for block in document:
        if isinstance(block, Title):
            yield f'<h{block.level} id="{_anchor(titles)}">{prose(block.text)}</h{block.level}>'
            titles += 1
        else:
            yield _block(block)


def _anchor(place: int) -> str:
    return f"s{place}"


def _block(block: Block) -> str:
    match block:
        case Prose(written, label):
            return f"<p>{_label(label)}{prose(written)}</p>"
        case Lines(lines, numbered):
            tag = "ol" if numbered else "ul"
            return f"<{tag}>{''.join(map(_line, lines))}</{tag}>"
        case Table(head, rows):
            top = "".join(f'<th scope="col">{prose(cell)}</th>' for cell in head)
            below = "".join(f"<tr>{''.join(f'<td>{prose(cell)}</td>' for cell in row)}</tr>" for row in rows)
            return f"<table><thead><tr>{top}</tr></thead><tbody>{below}</tbody></table>"
        case Listing(lines):
            return f'<pre tabindex="0"><code>{"".join(map(_changed, lines))}</code></pre>'
        case _:
            return ""


def _line(line: Line) -> str:
    below = f"<ul>{''.join(map(_line, line.below))}</ul>" if line.below else ""
    return f"<li>{_label(line.label)}{prose(line.text)}{below}</li>"


def _label(label: str) -> str:
    return f'<strong class="label {text(label.lower())}">{text(label)}</strong> ' if label else ""


def _changed(line: str) -> str:
    kind = _CHANGES.get(line[:1], "")
    return f'<span class="{kind}">{text(line)}</span>\n' if kind else f"{text(line)}\n"


def prose(written: str) -> str:
    """Prose with code between backticks; a backtick that is not closed is one."""
    pieces = written.split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = [f"{pieces[-2]}`{pieces[-1]}"]
    return "".join(f"<code>{text(piece)}</code>" if at % 2 else text(piece) for at, piece in enumerate(pieces))

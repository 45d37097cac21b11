"""A fleet as a page: how bad it is, what is not known, whose it is, whether it gets better, then repository by repository."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from sessionlint.model.finding import Severity
from sessionlint.report.audit.blocks import number
from sessionlint.report.audit.html import prose
from sessionlint.report.fleet import told
from sessionlint.report.fleet.card import cards
from sessionlint.report.fleet.view import KINDS, NOBODY, Age, Counts, Fleet, Found, Row, RunLine, Service
from sessionlint.report.html.escape import text
from sessionlint.report.html.page import Assets, pieces

_MOST_PLACES = 5
"""Of a rule in a repository: the page is for the whole, and the other formats have every place."""
_MOST_RUNS = 20
_OPEN = 10
_COLUMNS = ("Errors", "Warnings", "Remarks")


def render(fleet: Fleet, assets: Assets) -> Iterator[str]:
    yield from pieces("Sessions across repositories", _body(fleet), assets)


def _body(fleet: Fleet) -> Iterator[str]:
    yield f'<header>\n<h1>Sessions across repositories</h1>\n<p class="quiet">{text(_about(fleet))}</p>\n'
    yield f"{_contents(fleet)}</header>\n<main>\n"
    yield cards(fleet)
    yield f'<p class="verdict">{prose(told.verdict(fleet.summary))}</p>\n'
    yield from (f'<p class="{kind}">{prose(each)}</p>\n' for kind, each in _sentences(fleet) if each)
    yield from _unknown(told.unknown(fleet.summary.rows))
    yield from _trend(fleet)
    for kind in fleet.kinds:
        yield from _group(fleet, kind)
    yield from _services(fleet)
    yield from _caveats(fleet)
    yield "</main>"


def _contents(fleet: Fleet) -> str:
    titles = {"unknown": "Could not be analysed"} if fleet.summary.unanalysed else {}
    titles |= {"trend": "Is it getting better?"} if fleet.against is not None else {}
    titles |= {f"by-{kind}": KINDS[kind] for kind in fleet.kinds if fleet.summary.groups[kind]}
    titles["repositories"] = "Repositories"
    links = "".join(f'<a href="#{identifier}">{title}</a>' for identifier, title in titles.items())
    return f'<nav aria-label="Contents">{links}</nav>\n'


def _about(fleet: Fleet) -> str:
    beside = f", compared with {fleet.against.name}" if fleet.against is not None else ""
    return f"Run{fleet.run.name[3:]}, sessionlint {fleet.run.version}{beside}"


def _sentences(fleet: Fleet) -> Iterator[tuple[str, str]]:
    yield "alarm", told.incomplete(fleet)
    yield "alarm", told.unanalysed(fleet.summary)
    yield "", told.fixable(fleet.summary)


# --- tables -----------------------------------------------------------------------------------------------------------


def _unknown(rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        return
    yield f'<section id="unknown"><details{" open" if len(rows) <= _OPEN else ""}>'
    yield f"<summary><h2>Could not be analysed ({len(rows):,})</h2></summary>\n"
    cells = (
        (_name(row.repository), _owned(row.owners), f'<span class="badge error">{text(row.status)}</span>', *_why(row))
        for row in rows
    )
    yield from _table(("Repository", "Owner", "Status", "Why", "Last known"), cells)
    yield "</details></section>\n"


def _why(row: Row) -> tuple[str, str]:
    return text(row.reason), text(told.last_known(row))


def _trend(fleet: Fleet) -> Iterator[str]:
    changes = list(told.changes(fleet))
    if not changes:
        return
    yield f'<section id="trend"><h2>Is it getting better?</h2>\n<p>{prose(changes[0])}</p>\n'
    yield f"<ul>{''.join(f'<li>{prose(each)}</li>' for each in changes[1:])}</ul>\n" if changes[1:] else ""
    runs = fleet.runs[-_MOST_RUNS:]
    most = max(sum(run.severities.values()) for run in runs)
    yield from _table(("Run", "Analysed", *_COLUMNS, "Together"), (_run(run, most) for run in reversed(runs)))
    yield "</section>\n"


def _run(run: RunLine, most: int) -> tuple[str, ...]:
    numbers = [run.severities.get(severity.value, 0) for severity in Severity]
    whole = "" if run.is_complete else ' <span class="badge warning">incomplete</span>'
    unknown = run.repositories - run.analysed
    analysed = f"{run.analysed:,} of {run.repositories:,}"
    analysed += f' <span class="badge warning">{unknown:,} unknown</span>' if unknown else ""
    return f"{text(run.name)}{whole}", analysed, *(f"{each:,}" for each in numbers), _bar(numbers, most)


def _bar(numbers: Sequence[int], most: int) -> str:
    """How many, beside the most of all runs: a picture of what the cells before it say."""
    at, parts = 0.0, []
    for severity, count in zip(Severity, numbers, strict=True):
        width = 100 * count / most if most else 0.0
        parts.append(f'<rect class="{severity.value}" x="{at:.2f}" width="{width:.2f}" height="8"/>')
        at += width
    drawn = "".join(parts)
    return f'<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{drawn}</svg>{sum(numbers):,}'


def _group(fleet: Fleet, kind: str) -> Iterator[str]:
    groups = fleet.summary.of(kind)
    if not groups:
        return
    yield f'<section id="by-{kind}"><h2>{KINDS[kind]}</h2>\n'
    columns = (kind.capitalize(), "Repositories", *_COLUMNS, "Fixable", *_compared(fleet))
    cells = ((_label(fleet, kind, name), f"{counts.services:,}", *_numbers(fleet, counts)) for name, counts in groups)
    yield from _table(columns, cells)
    yield "</section>\n"


def _label(fleet: Fleet, kind: str, name: str) -> str:
    shown = {"label": "(none)"}.get(kind, "(nobody is named)") if name == NOBODY else name
    if kind in ("owner", "rule"):
        link = f'<a href="#repositories" data-{kind}="{text(name)}">{text(shown)}</a>'
        return f"{link} {_about_rule(fleet, name)}" if kind == "rule" else link
    return text(shown)


def _about_rule(fleet: Fleet, code: str) -> str:
    rule = fleet.rules.get(code)
    return f'{text(rule.name)}<br><span class="quiet">{prose(rule.why)}</span>' if rule is not None else ""


def _numbers(fleet: Fleet, counts: Counts) -> Iterator[str]:
    yield from (_number(counts.severities[severity]) for severity in Severity)
    yield _number(counts.fixable)
    if fleet.against is not None:
        yield _number(counts.recent)
        yield _number(counts.ages[Age.FIXED])


def _number(count: int) -> str:
    return f"{count:,}" if count else '<span class="quiet zero">0</span>'


def _compared(fleet: Fleet) -> tuple[str, ...]:
    return ("New", "Fixed") if fleet.against is not None else ()


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Cells are HTML; each says what it is, for where there is no room for columns."""
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    yield f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>\n'
    for row in rows:
        cells = "".join(f'<td data-column="{column}">{cell}</td>' for column, cell in zip(columns, row, strict=True))
        yield f"<tr>{cells}</tr>\n"
    yield "</tbody></table>\n"


def _name(repository: str) -> str:
    return f'<span class="name">{text(repository)}</span>'


def _owned(owners: Sequence[str]) -> str:
    return text(", ".join(owners[:3])) + (", ..." if len(owners) > 3 else "") or '<span class="quiet">nobody is named</span>'


# --- repositories -----------------------------------------------------------------------------------------------------


def _services(fleet: Fleet) -> Iterator[str]:
    rows = told.worst_first(fleet.summary.rows)
    yield f'<section id="repositories"><h2>Repositories ({len(rows):,} with findings, or changes)</h2>\n'
    if rows:
        yield _tools(fleet)
    for row in rows:
        yield _service(fleet.service(row.repository), row)
    yield "</section>\n"


def _tools(fleet: Fleet) -> str:
    owners = [(name, name or "(nobody is named)") for name, _ in sorted(fleet.summary.of("owner"))]
    rules = [(code, f"{code} {fleet.name_of(code)}") for code, _ in sorted(fleet.summary.of("rule"))]
    recent = '<label class="check"><input type="checkbox" id="recent"> New only</label>' if fleet.against is not None else ""
    return f"""<div class="tools" role="search">
<label class="search">Name, owner or label<input type="search" id="search" autocomplete="off" spellcheck="false"></label>
{_select("owner", "Owner", owners)}
{_select("rule", "Rule", rules)}
{recent}
<button type="button" id="reset">Reset</button>
<span id="count" class="quiet" role="status"></span>
</div>
"""


def _select(identifier: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    listed = "".join(f'<option value="={text(value)}">{text(shown)}</option>' for value, shown in options)
    return f'<label>{label}<select id="{identifier}"><option value="">all</option>{listed}</select></label>'


def _service(service: Service, row: Row) -> str:
    counts, codes = row.counts, " ".join(sorted({found.code for found in (*service.found, *service.gone)}))
    recent = counts.recent
    owners = [owner for found in service.found for owner in service.owners_of(found)] or list(service.owners) or [NOBODY]
    told_ = "\n".join(dict.fromkeys(owners))
    search = " ".join((service.repository, *service.owners, *service.labels)).lower()
    data = f'data-owners="{text(told_)}" data-rules="{text(codes)}" data-search="{text(search)}" data-recent="{recent}"'
    labels = "".join(f' <span class="badge">{text(label)}</span>' for label in service.labels)
    head = (
        f'<h3 class="name">{text(service.repository)}</h3> {_badges(counts)} <span class="quiet">{_owned(service.owners)}</span>'
    )
    inside = f'<div class="inside">{_inside(service)}</div>'
    return f'<details class="service" {data}>\n<summary>{head}{labels}</summary>\n{inside}\n</details>\n'


def _badges(counts: Counts) -> str:
    shown = [(each.value, number(counts.severities[each], word)) for each, word in told.WORDS.items() if counts.severities[each]]
    recent, fixed = counts.recent, counts.ages[Age.FIXED]
    shown += [("new", f"{recent:,} new")] if recent else []
    shown += [("one", f"{fixed:,} fixed")] if fixed else []
    return " ".join(f'<span class="badge {kind}">{each}</span>' for kind, each in shown)


def _inside(service: Service) -> str:
    parts = [f'<p class="quiet">{_source(service)}</p>']
    by_rule = sorted(service.found, key=lambda found: (found.severity.rank, found.code))
    for (_, code), some in groupby(by_rule, key=lambda found: (found.severity.rank, found.code)):
        parts.append(_rule(service, code, list(some)))
    for age in (Age.FIXED, Age.WITHDRAWN):
        if gone := [found for found in service.gone if found.age is age]:
            lines = "".join(f"<li>{text(found.code)} {_place(found)}</li>" for found in gone[:_MOST_PLACES])
            parts.append(f"<h4>{age.value.capitalize()} ({len(gone):,})</h4><ul>{lines}{_more(len(gone))}</ul>")
    for title, lines_of in (
        ("Not read", [f"{each['filename']}: {each['reason']}" for each in service.skipped]),
        ("Errors of sessionlint", service.errors),
    ):
        if lines_of:
            listed = "".join(f"<li>{text(each)}</li>" for each in lines_of[:_MOST_PLACES])
            parts.append(f"<h4>{title} ({len(lines_of):,})</h4><ul>{listed}{_more(len(lines_of))}</ul>")
    return "\n".join(parts)


def _source(service: Service) -> str:
    commit = f" at {text(service.commit[:12])}" if service.commit else ""
    if service.source.startswith(("https://", "http://")):
        return f'<a href="{text(service.source)}" rel="noreferrer noopener">{text(service.source)}</a>{commit}'
    return f"{text(service.source)}{commit}"


def _rule(service: Service, code: str, found: Sequence[Found]) -> str:
    first = found[0]
    recent_first = sorted(found, key=lambda each: not each.is_recent)
    places = "".join(_finding(service, each) for each in recent_first[:_MOST_PLACES])
    badge = f'<span class="badge {first.severity.value}">{first.severity.value}</span>'
    title = f"{text(code)} {text(first.data['name'])} ({len(found):,})"
    return f"<h4>{badge} {title}</h4><ul>{places}{_more(len(found))}</ul>"


def _finding(service: Service, found: Found) -> str:
    badges = f'<span class="badge new">{found.age.value}</span> ' if found.is_recent else ""
    badges += '<span class="badge one">fixable</span> ' if found.is_fixable else ""
    since = f' <span class="quiet">since run {found.run}</span>' if found.run else ""
    owners = [] if service.owner else found.owners
    owned = f' <span class="quiet">{text(", ".join(owners))}</span>' if owners else ""
    return f"<li>{_place(found)} {badges}<br>{prose(found.data['message'])}{since}{owned}</li>"


def _place(found: Found) -> str:
    return f'<span class="at">{text(found.where)}</span>'


def _more(count: int) -> str:
    return f'<li class="quiet">and {count - _MOST_PLACES:,} more</li>' if count > _MOST_PLACES else ""


def _caveats(fleet: Fleet) -> Iterator[str]:
    if lines := list(told.caveats(fleet)):
        listed = "".join(f"<li>{prose(each)}</li>" for each in lines)
        yield f'<section id="caveats"><h2>To be known</h2><ul>{listed}</ul></section>\n'

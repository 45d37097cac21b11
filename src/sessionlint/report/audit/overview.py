"""What the audit is of, what it was made from, what the code does, and the parts that it consists of."""

from collections.abc import Iterator, Sequence

from sessionlint import __version__
from sessionlint.model.source import Place
from sessionlint.questions.inventory.files import FileRecord
from sessionlint.questions.inventory.records import Code, Engine, Factory, Option, Part, Provider, Standing
from sessionlint.report.audit.blocks import (
    INFERRED,
    OBSERVED,
    UNKNOWN,
    Block,
    Line,
    Lines,
    Prose,
    Title,
    listed,
    number,
    quoted,
)
from sessionlint.report.audit.view import Audit
from sessionlint.report.map.data import shape_of
from sessionlint.report.map.graph import count

_FEW, _MOST_FILES = 6, 40
_BROKEN = "SES001"
_KINDS = {True: "asynchronous", False: "synchronous", None: "synchronous or asynchronous (a setting decides)"}


def head(audit: Audit) -> Iterator[Block]:
    history = audit.history
    commit = history.commit
    told = (
        (quoted(audit.map.name), "Project"),
        (f"{quoted(commit.name)} of {commit.date}" if commit is not None else f"unknown: {history.missing}", "Commit"),
        (_state(audit), "State of the tree"),
        (audit.level.value, "Rating"),
        (f"`sessionlint audit`, version {__version__}", "Written by"),
    )
    yield Lines(tuple(Line(*each) for each in told))
    yield Prose("What is said below has one of these before it:")
    yield Lines(
        (
            Line("it stands in the code", OBSERVED),
            Line("it follows from what does, if nothing else holds", INFERRED),
            Line("it cannot be told from the code", UNKNOWN),
        )
    )


def _state(audit: Audit) -> str:
    history = audit.history
    if history.commit is None:
        return "unknown"
    if not history.changed:
        return f"the {number(audit.read, 'file')} that were read are as the commit has them"
    shown = [quoted(path) for path in history.changed]
    told = f"{len(shown):,} of the {number(audit.read, 'file')} that were read differ from the commit, or are not in it"
    return f"{told}: {listed(shown, _FEW, audit.every)}"


# --- what was read ----------------------------------------------------------------------------------------------------


def sources(audit: Audit) -> Iterator[Block]:
    files = [quoted(record.path) for record in audit.files]
    lines = [
        Line(
            f"{number(audit.read, 'Python file')} of the project, {audit.parsed:,} in full and the imports of the others", "Read"
        ),
        Line(f"{number(len(files), 'file')}: {listed(files, _FEW, audit.every)}" if files else "no Python file", "Asked about"),
        Line(
            "every import, call and assignment in them that can lead to an engine, a factory or a session; overrides and patches;"
            f" what {number(len(audit.rules), 'rule')} know of",
            "Searched",
        ),
        Line("workers and threads in `Dockerfile`, `Procfile` and the like beside and above the files, and in calls", "Searched"),
        Line("nothing of the project was imported or executed: settings and the environment at run time are not known", UNKNOWN),
    ]
    if not audit.is_root_sure:
        told = (
            f"whether more of the project lies above {quoted(audit.map.name)}: neither a configuration nor a repository says so"
        )
        lines.append(Line(f"{told} (`--project-root` does)", UNKNOWN))
    broken = [one.finding for risk in audit.risks if risk.rule.code == _BROKEN for one in risk.evidence]
    lines += [Line(f"{quoted(audit.at(one.place))}: {one.message}", "Not understood") for one in broken[:_FEW]]
    lines += [Line(f"{quoted(path)}: {reason}", "Not read") for path, reason in audit.skipped[:_FEW]]
    if len(audit.skipped) > _FEW:
        lines.append(Line(f"{len(audit.skipped) - _FEW} more", "Not read"))
    yield Lines(tuple(lines))


# --- what it does -----------------------------------------------------------------------------------------------------


def summary(audit: Audit) -> Iterator[Block]:
    told = [(record, _sentences(audit, record)) for record in audit.files if record.path in audit.subjects]
    with_sessions = [(record, sentences) for record, sentences in told if sentences]
    if not with_sessions:
        yield Prose("no engine, factory, provider or session of SQLAlchemy was found in what was asked about.", OBSERVED)
        return
    shown = with_sessions if audit.every else with_sessions[:_MOST_FILES]
    yield Lines(tuple(Line(f"{quoted(record.path)} {'; '.join(sentences)}.", OBSERVED) for record, sentences in shown))
    if len(shown) < len(with_sessions):
        yield Prose(f"{len(with_sessions) - len(shown)} more files have to do with sessions; `-v` names all.")


def _sentences(audit: Audit, record: FileRecord) -> list[str]:
    inventory = audit.map.inventory
    sentences = [_built_engine(one) for one in inventory.engines if one.code.place.path == record.path]
    sentences += [_made_factory(one) for one in inventory.factories if one.code.place.path == record.path]
    lends = [one for one in inventory.providers if one.code.place.path == record.path]
    if lends:
        named = [f"{quoted(one.code.name)} ({shape_of(one)}, {_users(audit, one.code.place)})" for one in lends]
        sentences.append(f"lends sessions through {listed(named, _FEW, audit.every)}")
    providers = {one.code.place for one in lends}
    used = [use.by for use in inventory.uses if use.place.path == record.path and use.by.place not in providers]
    users = dict.fromkeys(used)
    if users:
        sentences.append(f"gets sessions of providers in {_counted(list(users))}")
    opened = {one.by: None for one in inventory.openings if one.place.path == record.path}
    if opened:
        sentences.append(f"opens sessions by itself in {_counted(list(opened))}")
    return sentences


def _built_engine(engine: Engine) -> str:
    source = f" from {quoted(engine.url)}" if engine.url else ""
    when = "when it is imported" if engine.at_import else "when its function runs"
    return f"builds the {_KINDS[engine.is_async]} engine {quoted(engine.code.name)}{source} {when}"


def _made_factory(factory: Factory) -> str:
    return f"makes the {'asynchronous ' if factory.is_async else ''}{_what(factory)} {quoted(factory.code.name)}"


def _what(factory: Factory) -> str:
    return "registry" if factory.is_scoped else "factory"


def _users(audit: Audit, place: Place) -> str:
    users = {use.by: None for use in audit.map.inventory.uses_of(place)}
    return f"used by {_counted(list(users))}" if users else "no use of it was found"


def _counted(codes: Sequence[Code]) -> str:
    return ", ".join(count(amount, part) for part in Part if (amount := sum(code.part is part for code in codes)))


# --- components -------------------------------------------------------------------------------------------------------


def components(audit: Audit) -> Iterator[Block]:
    inventory = audit.map.inventory
    found = list(_titled(audit))
    if not found:
        yield Prose("none: what was asked about builds no engine and no factory, and lends no session.", OBSERVED)
        rests = [quoted(code.full_name) for code in inventory.codes]
        if rests:
            yield Prose(f"it rests on {listed(rests, _FEW, audit.every)}.", OBSERVED)
    for code, what, lines in found:
        yield Title(3, f"{what} {quoted(code.full_name)} ({quoted(audit.at(code.place))})")
        yield Lines(tuple(lines))
    yield from _other_calls(audit)


def _titled(audit: Audit) -> Iterator[tuple[Code, str, list[Line]]]:
    paths, inventory = audit.subjects, audit.map.inventory
    for engine in inventory.engines:
        if engine.code.place.path in paths:
            yield engine.code, "engine", list(_engine(audit, engine))
    for factory in inventory.factories:
        if factory.code.place.path in paths:
            yield factory.code, _what(factory), list(_factory(audit, factory))
    for provider in inventory.providers:
        if provider.code.place.path in paths:
            yield provider.code, "provider", list(_provider(audit, provider))


def _engine(audit: Audit, engine: Engine) -> Iterator[Line]:
    given = [quoted(engine.url)] if engine.url else []
    yield Line(listed([*given, *map(_option, engine.options)], 99) or "nothing that a setting decides", "Inputs")
    factories = [quoted(one.code.full_name) for one in audit.whole.factories if one.engine == engine.code.place]
    driver = f" for {listed([quoted(each) for each in engine.driver], 9)}" if engine.driver else ""
    rests = f"; {listed(factories, _FEW, audit.every)} rests on it" if factories else ""
    yield Line(
        f"{'an' if engine.is_async is not False else 'a'} {_KINDS[engine.is_async]} engine with its pool{driver}{rests}",
        "Outputs",
    )
    if engine.at_import:
        told = "the engine is built: the URL is parsed and the driver imported, so that either can make the import fail"
        yield Line(f"{told}; no connection is opened", "Side effects at import")
    else:
        yield Line("none: it is built when its function runs", "Side effects at import")
    disposed = [quoted(audit.at(place)) for place in engine.disposed]
    yield Line(f"disposed at {listed(disposed, _FEW, audit.every)}" if disposed else "nothing in the project disposes it", "End")


def _factory(audit: Audit, factory: Factory) -> Iterator[Line]:
    engine = next((one.code for one in audit.whole.engines if one.code.place == factory.engine), None)
    given = [f"the engine {quoted(engine.full_name)}" if engine is not None else "an engine that cannot be followed"]
    yield Line(listed([*given, *map(_option, factory.options)], 99), "Inputs")
    yield Line(f"{'asynchronous' if factory.is_async else 'synchronous'} sessions", "Outputs")
    yield Line(
        "none beyond the object itself" if factory.at_import else "none: it is made when its function runs",
        "Side effects at import",
    )


def _provider(audit: Audit, provider: Provider) -> Iterator[Line]:
    names = {code.place: code.full_name for code in audit.whole.codes}
    behind = [names[place] for place in (provider.source, *provider.delegates_to) if place in names]
    yield Line(listed([quoted(name) for name in behind], _FEW) or "what it is given", "Inputs")
    commits = "commits on success" if provider.commits else "does not commit"
    kind = "an asynchronous" if provider.is_async else "a synchronous"
    yield Line(f"{kind} session, as {shape_of(provider)}; it {commits}", "Outputs")
    standing = provider.standing.value
    if provider.standing in (Standing.DUPLICATE, Standing.DELEGATE) and provider.of in names and provider.of is not None:
        standing = f"{'duplicates' if provider.standing is Standing.DUPLICATE else 'delegates to'} {quoted(names[provider.of])}"
    yield Line(f"{standing}; {_users(audit, provider.code.place)}", "Standing")
    yield Line("none", "Side effects at import")


def _option(option: Option) -> str:
    return quoted(f"{option.name}={option.written}")


def _other_calls(audit: Audit) -> Iterator[Block]:
    """What importing the file calls beside what builds its components."""
    built = {code.place for code in audit.whole.codes}
    for record in audit.files if audit.is_one_file else ():
        others = [f"{quoted(f'{name}()')} ({audit.at(place)})" for name, place in record.calls_at_import if place not in built]
        if others:
            yield Prose(
                f"importing the file also calls {listed(others, _FEW, audit.every)}; what these do is not followed here.",
                OBSERVED,
            )
        elif record.calls_at_import:
            yield Prose("importing the file calls nothing else.", OBSERVED)
        if record.importers and record.calls_at_import:
            told = number(len(record.importers) + len(record.reached), "file")
            yield Prose(f"this happens wherever the file is imported: in {told}.", INFERRED)

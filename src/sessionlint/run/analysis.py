"""Texts in, findings out: the pure middle of the pipeline, which the fixpoint runs again and tests run on texts in memory."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import field, replace
from datetime import date
from time import perf_counter
from typing import TYPE_CHECKING

from sessionlint.link.memory import UNASKED
from sessionlint.link.names.scopes import ModuleScope
from sessionlint.link.project import Project
from sessionlint.link.values.trust import MissingName
from sessionlint.model.facts import ModuleFacts
from sessionlint.model.failure import file_of, told
from sessionlint.model.finding import Applicability, Finding, Rule, Severity, place_order
from sessionlint.model.outcome import Outcome, Remarks, Skipped
from sessionlint.model.records import dataclass
from sessionlint.model.source import Source
from sessionlint.model.targets import Targets
from sessionlint.questions.providers.helper import Unusable, unusable_helper
from sessionlint.rules.registry import RegisteredRule, registered_rules
from sessionlint.run.extraction.extractor import Extractor
from sessionlint.run.extraction.rounds import link, link_without_prefilter
from sessionlint.run.parts.joining import joined
from sessionlint.run.remarks import in_words, remarks_on
from sessionlint.run.settings.choice import Choice
from sessionlint.run.settings.named_rules import notes_on_rules
from sessionlint.run.settings.selectors import check_selectors
from sessionlint.run.settings.settings import Settings
from sessionlint.run.timings import Timings
from sessionlint.sift.comments import Comments
from sessionlint.sift.precedence import most_specific
from sessionlint.sift.suppression import suppress, suppress_by_name

if TYPE_CHECKING:
    from sessionlint.run.parts.partition import Partition
    from sessionlint.run.past import Past

NEWEST = Targets()


class Everything(Container[str]):
    """The scope that holds every path."""

    def __contains__(self, path: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Checked:
    """Facts of each file as far as they were extracted, the outcome, and what is wrong with the configured names.

    ``missing`` do not exist; ``unusable_helper`` says why no session can be opened with the ``session-provider``.
    ``project`` is kept for the sake of the time that it would take to take it apart; ``comments`` with what they hid. Where there
    are parts that do not know each other, ``parts`` are the texts of each and what it came to, and there is no ``project``.
    """

    facts: Mapping[str, ModuleFacts]
    outcome: Outcome
    missing: tuple[MissingName, ...] = ()
    unusable_helper: Unusable | None = None
    project: Project | None = None
    comments: Comments | None = None
    found: "Found | None" = None
    parts: "Sequence[State]" = ()

    @property
    def largest_project(self) -> Project | None:
        """The project, or that of its largest part."""
        return self.parts[-1].checked.project if self.parts else self.project

    def project_of(self, path: str) -> Project | None:
        """The project, or its part, that a file belongs to."""
        return next((part.checked.project for part in self.parts if path in part.sources), self.project)


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules ``codes`` found in each module, before anything is left out, and ``remarks`` on the project."""

    codes: tuple[str, ...]
    by_module: Mapping[str, Sequence[Finding]]
    remarks: Remarks


@dataclass(frozen=True, slots=True)
class State:
    """All sources, and what is found in them."""

    sources: Mapping[str, Source]
    checked: Checked

    def is_of(self, sources: Mapping[str, Source]) -> bool:
        """Whether it is what is found in these very sources, and the project is still linked with them."""
        project = self.checked.project
        same = self.sources.keys() == sources.keys() and all(self.sources[path] is source for path, source in sources.items())
        return same and project is not None and project.is_of(sources)


@dataclass(frozen=True, slots=True)
class Analysis:
    """How to look at texts. ``scope``: a finding is reported when a place of its trace lies in it.

    ``package`` is what the project's root is called, where it is a package itself; ``past`` says what was there before, which no
    fix is made for; ``around`` are the paths of all files of the project, where the texts are those of a part of it.
    ``partition`` tells which parts do not know each other, each of which is looked at by itself; without it all is one part.
    """

    settings: Settings = field(default_factory=Settings)
    targets: Targets = NEWEST
    scope: Container[str] = field(default_factory=Everything)
    package: str = ""
    today: date = field(default_factory=date.today)
    prefilter: bool = True
    extractor: Extractor = field(default_factory=Extractor)
    past: "Past | None" = None
    around: frozenset[str] = frozenset()
    partition: "Partition | None" = None

    def check(
        self,
        sources: Mapping[str, Source],
        facts: Mapping[str, ModuleFacts] | None = None,
        before: Checked | None = None,
    ) -> Checked:
        """Extract what ``facts`` (of unchanged files) does not hold, link, run the rules, select and suppress.

        ``before`` is what was checked with other texts: what that came from is asked again only where it matters.
        """
        parts = self.partition.parts(sources, self.around) if self.partition is not None else [sources.keys()]
        if len(parts) > 1:
            return self._checked_apart(parts, sources, facts or {}, before)
        project = (before.largest_project if before is not None else None) or self.project()
        project.around = self.around  # what was a part of the tree may be all of it now
        (link if self.prefilter else link_without_prefilter)(project, sources, facts or {}, self.extractor)
        return self.judged(project, project.facts)

    def _checked_apart(
        self, parts: Sequence[Set[str]], sources: Mapping[str, Source], facts: Mapping[str, ModuleFacts], before: Checked | None
    ) -> Checked:
        """Each part by itself; one of which all texts are what they were is what it was ``before``."""
        known_parts = before.parts if before is not None else ()
        is_same_tree = {path for part in known_parts for path in part.sources} == sources.keys()
        former = {min(part.sources): part for part in known_parts if is_same_tree}
        analysis = replace(self, partition=None, around=self.around or frozenset(sources))
        checked = []
        for part in parts:
            own = {path: sources[path] for path in sorted(part)}
            was = former.get(min(part))
            if was is not None and was.is_of(own):
                checked.append(was)
                continue
            known = {path: facts[path] for path in own if path in facts}
            checked.append(State(own, analysis.check(own, known, was.checked if was is not None else None)))
        return _together(checked, self.scope)

    def project(self) -> Project:
        """One that is not linked yet."""
        requested = Choice(self.settings, tuple(entry.rule for entry in registered_rules())).anywhere(asked=True)
        return Project(self.targets, self.settings.vocabulary, self.settings.src, self.package, requested, self.around)

    def judged(self, project: Project, facts: Mapping[str, ModuleFacts], earlier: Found | None = None) -> Checked:
        """Run the rules in what is linked, select and suppress. ``facts`` are those of all files of which more is to be said than
        what the rules find; of modules of which an ``earlier`` run tells what is found, no rule is asked."""
        registered = registered_rules()
        choice = Choice(self.settings, tuple(entry.rule for entry in registered))
        selected = [entry for entry in registered if entry.rule.code in choice.anywhere()]
        errors = [f"{path}: {module.failure}" for path, module in sorted(facts.items()) if module.failure]
        asking = _Asking(project, errors, self.extractor.timings)
        with self.extractor.timings.stage("rules"):
            by_module = asking.about_modules(selected, earlier.by_module if earlier is not None else {})
        noted = earlier.remarks if earlier is not None else remarks_on(project, self.settings.vocabulary.words)
        found = Found(tuple(entry.rule.code for entry in selected), by_module, noted)
        outcome, comments = self._outcome(asking, facts, selected, choice, found)
        return Checked(project.facts, outcome, tuple(project.trust.missing), unusable_helper(project), project, comments, found)

    def _outcome(
        self,
        asking: "_Asking",
        facts: Mapping[str, ModuleFacts],
        selected: Sequence[RegisteredRule],
        choice: Choice,
        found: Found,
    ) -> tuple[Outcome, Comments]:
        """What is left of what was ``found`` where comments and the settings hide some, and what is found in the comments."""
        rules, running, sources = choice.rules, choice.anywhere(), asking.project.sources
        raw = most_specific([one for some in found.by_module.values() for one in some], {rule.code: rule for rule in rules})
        sifted = suppress(raw, facts, rules, self.today)
        comments = Comments(facts, sources, rules, running, sifted.used, self.today, self.settings.require_reason)
        resifted = suppress_by_name(asking.about_comments(selected, comments), facts, rules, self.today)
        candidates = [finding for finding in (*sifted.open, *resifted.open) if self._in_scope(finding)]
        shown = dict.fromkeys(choice.shown(finding) for finding in candidates)
        findings = sorted((finding for finding in shown if finding is not None), key=place_order)
        hidden = (entry for entry in (*sifted.suppressed, *resifted.suppressed) if self._in_scope(entry.finding))
        suppressed = sorted(hidden, key=lambda entry: place_order(entry.finding))
        unread = () if "SES001" in running else _unread(facts, self.scope)
        outcome = Outcome(
            findings=tuple(findings),
            suppressed=tuple(suppressed),
            rules={rule.code: rule for rule in rules},
            fixable_safe=self._count(findings, Applicability.SAFE),
            fixable_unsafe=self._count(findings, Applicability.UNSAFE),
            skipped=tuple(_skipped(facts, self.scope)),
            notes=(*unread, *notes_on_rules(self.settings, rules), *in_words(found.remarks, self.scope)),
            errors=tuple(asking.errors),
            checked=sum(path in self.scope for path in sources),
            remarks=found.remarks,
        )
        return outcome, replace(comments, used=sifted.used | resifted.used)

    def _count(self, findings: Iterable[Finding], applicability: Applicability) -> int:
        """How many a run with the same paths would fix: those that lie there, not those that only pass through."""
        fixes = [finding.fix for finding in findings if finding.place.path in self.scope]
        return sum(fix is not None and fix.applicability is applicability for fix in fixes)

    def _in_scope(self, finding: Finding) -> bool:
        return any(place.path in self.scope for place in finding.trace)


def analyse_sources(sources: Mapping[str, Source], targets: Targets = NEWEST, settings: Settings | None = None) -> Outcome:
    """Check texts in memory, by path. Raises UsageError when ``settings`` name a rule that does not exist."""
    rules = [entry.rule for entry in registered_rules()]
    settings = settings or Settings()
    for layer in settings.layers:
        check_selectors(layer.selectors, rules, "settings")
    return Analysis(settings, targets).check(sources).outcome


def _together(parts: Sequence[State], scope: Container[str]) -> Checked:
    """What the parts of a project came to, as of the whole."""
    each = [part.checked for part in parts]
    facts = {path: module for checked in each for path, module in checked.facts.items()}
    comments = [checked.comments for checked in each if checked.comments is not None]
    used = frozenset(use for one in comments for use in one.used)
    sources = {path: source for part in parts for path, source in part.sources.items()}
    return Checked(
        dict(sorted(facts.items())),
        joined([checked.outcome for checked in each], scope),
        tuple(missing for checked in each for missing in checked.missing),
        next((checked.unusable_helper for checked in each if checked.unusable_helper is not None), None),
        comments=replace(comments[0], modules=facts, sources=sources, used=used),
        parts=parts,
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks rules what they find. A rule that fails is an internal error, and keeps what it found before; all others go on."""

    project: Project
    errors: list[str]
    timings: Timings

    def about_modules(
        self, rules: Sequence[RegisteredRule], earlier: Mapping[str, Sequence[Finding]]
    ) -> dict[str, Sequence[Finding]]:
        """What the rules find in each module that no ``earlier`` run knows; where one fails, only that module goes without it."""
        found = dict(earlier)
        failed: dict[tuple[str, str], list[str]] = defaultdict(list)
        paths, codes = [*self.project.modules], tuple(entry.rule.code for entry in rules)
        with self.timings.stage("start"):
            for entry in rules if any(path not in found for path in paths) else ():
                entry.prepare()
        for number, path in enumerate(paths):
            self.timings.step(number, len(paths), path)
            if path not in found:
                module = self.project.modules[path]
                known = self.project.memory.known((codes, module))
                found[path] = self._in_module(rules, codes, module, failed) if known is UNASKED else known
        self.errors.extend(f"{code} failed in {_listed(paths)}: {what}" for (code, what), paths in sorted(failed.items()))
        return {path: found[path] for path in paths}

    def _in_module(
        self,
        rules: Sequence[RegisteredRule],
        codes: tuple[str, ...],
        module: ModuleScope,
        failed: dict[tuple[str, str], list[str]],
    ) -> Sequence[Finding]:
        found: list[Finding] = []
        all_went_well = True
        for entry in rules:
            begun = perf_counter()
            error = self._of_rule(entry, module, found)
            self._took(entry.rule, begun)
            if error is not None:
                all_went_well = False
                failed[entry.rule.code, told(error)].append(module.path)
        parts = [part for code in codes if (part := (code, module)) in self.project.memory.answers]
        if all_went_well and parts:
            self.project.memory.gather((codes, module), module.bit, found, parts)
        return found

    def about_comments(self, rules: Iterable[RegisteredRule], comments: Comments) -> list[Finding]:
        """What each rule finds in the comments of all files."""
        found: list[Finding] = []
        for entry in rules if self.project.modules else ():
            begun = perf_counter()
            error = _collect(entry.check_comments(comments), found)
            self._took(entry.rule, begun)
            if error is not None:
                path = file_of(error, self.project.facts)
                self.errors.append(f"{entry.rule.code} failed{f' in {path}' if path else ''}: {told(error)}")
        return found

    def _of_rule(self, entry: RegisteredRule, module: ModuleScope, found: list[Finding]) -> Exception | None:
        """Adds to ``found`` what the rule finds in a module, up to an exception, which is given back; the next time it is asked
        only if what it is made of changed.

        Of a rule that says nothing in files of that role, which most are in tests, nothing is remembered: the role is.
        """
        some: list[Finding] = []
        try:
            if self.project.role(module) not in entry.rule.silent_in:
                key, project = (entry.rule.code, module), self.project
                found += project.memory.ask(key, module.bit, (), _in_module, entry, project, module, some)
        except Exception as error:
            found += some
            return error
        return None

    def _took(self, rule: Rule, begun: float) -> None:
        self.timings.rules[f"{rule.code} {rule.name}"] += perf_counter() - begun


def _in_module(entry: RegisteredRule, project: Project, module: ModuleScope, found: list[Finding]) -> tuple[Finding, ...]:
    """What the rule finds in a module; ``found`` keeps what came before an exception."""
    is_milder = project.role(module) in entry.rule.milder_in
    found.clear()  # what led too deep is asked from its beginning
    said = entry.check(project, module)
    found.extend((replace(finding, severity=Severity.INFO) for finding in said) if is_milder else said)
    return tuple(found)


def _collect(finding: Iterator[Finding], found: list[Finding]) -> Exception | None:
    """Adds to ``found`` what there is, up to an exception, which is given back."""
    try:
        found.extend(finding)  # keeps what came before an exception
    except Exception as error:
        return error
    return None


def _listed(paths: list[str]) -> str:
    """A failure of what is asked of the whole project comes back in each module: one line for all of them."""
    more = len(paths) - 1
    return f"{paths[0]} and {more} more file{'s' if more > 1 else ''}" if more else paths[0]


def _skipped(facts: Mapping[str, ModuleFacts], scope: Container[str]) -> Iterator[Skipped]:
    for path, module in sorted(facts.items()):
        if module.skipped is not None and path in scope:
            yield Skipped(path, module.skipped)


def _unread(facts: Mapping[str, ModuleFacts], scope: Container[str]) -> Iterator[str]:
    """Files that could not be parsed, for runs in which no finding says so."""
    for path, module in sorted(facts.items()):
        if module.problem is not None and path in scope:
            yield f"{path}: not checked, it could not be parsed: {module.problem.message}"

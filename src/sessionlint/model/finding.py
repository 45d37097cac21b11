"""What a rule says: a finding, the places that belong to it, and the edits that would mend it."""

from dataclasses import field
from enum import Enum

from sessionlint.model.records import dataclass
from sessionlint.model.role import Role
from sessionlint.model.source import Place


class Severity(Enum):
    """How bad, worst first. Errors and warnings fail a run; info is shown."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Stability(Enum):
    """What a release may do to a rule (``docs/versioning.md``). Only a stable one is selected by a prefix, or by ALL."""

    STABLE = "stable"
    PREVIEW = "preview"
    DEPRECATED = "deprecated"


class Applicability(Enum):
    """SAFE keeps what the program does or turns a certain crash into working code; UNSAFE may change it; DISPLAY only shows."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what stands at ``place`` by ``text``; an empty span inserts, an empty text deletes."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A titled list of edits, possibly in several files, all relative to the same texts; applied all or none.

    ``alone``: it renames what another fix might refer to anew, so it shares a pass only with its like in other files.
    """

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Related:
    """Another place of the story: where the factory is built, where the provider is used.

    ``is_counted_in``: the same problem once more, at a place that would have a finding of its own if it were not told here.
    """

    place: Place
    message: str
    is_counted_in: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at one place.

    ``message`` says what will happen, in the user's terms; ``help`` what to do about it (one sentence, may be empty);
    ``related`` the other places of the trace. Linters' "primary location" is ``place``. ``on_request``: it is a milder form
    of what the rule is on for, shown where the configuration or the command line selects the rule.
    """

    code: str
    place: Place
    message: str
    severity: Severity
    related: tuple[Related, ...] = ()
    help: str = ""
    fix: Fix | None = None
    on_request: bool = False

    @property
    def trace(self) -> tuple[Place, ...]:
        return (self.place, *(related.place for related in self.related))

    @property
    def own_trace(self) -> tuple[Place, ...]:
        """The trace of the first problem alone, where the finding counts others in."""
        return (self.place, *(related.place for related in self.related if not related.is_counted_in))

    @property
    def counted_in(self) -> tuple[Place, ...]:
        return tuple(related.place for related in self.related if related.is_counted_in)


def place_order(finding: Finding) -> tuple[object, ...]:
    """By path, position and code."""
    return finding.place.path, finding.place.span.start, finding.code, finding.place.span.end, finding.message


@dataclass(frozen=True, slots=True)
class Rule:
    """What is known of a rule without running it.

    ``why`` is one sentence for the reader of a finding; ``symptoms`` are error texts people paste into a search box, the
    likeliest first, and ``hints`` words in the frames of their tracebacks that speak for this rule rather than another one;
    those ``speaking_against`` say that it is another one.
    ``on_with`` is a key of the configuration: a rule that is off by default is on where the project sets it.
    ``yields_to`` names the codes of more specific rules: where one of them speaks of the same place, this one is silent.
    ``about_use``: the rule speaks of what is done with a session that works, by its provider, too, or with what is read through
    it; one that ``uncovers`` speaks of lines before which there is no such session. Where they are mended, the other sees for
    the first time what was there all along.
    ``silent_in``: the rule does not look at files of these roles; ``milder_in``: what it finds there is for information.
    ``since`` is the release that first had it; ``former`` are codes and names by which it was known: they keep working.
    """

    code: str
    name: str
    severity: Severity
    why: str
    on: bool = True
    on_with: str = ""
    symptoms: tuple[str, ...] = field(default=())
    hints: tuple[str, ...] = field(default=())
    speaking_against: tuple[str, ...] = field(default=())
    yields_to: tuple[str, ...] = field(default=())
    about_use: bool = False
    uncovers: bool = False
    silent_in: frozenset[Role] = frozenset()
    milder_in: frozenset[Role] = frozenset()
    stability: Stability = Stability.STABLE
    since: str = "0.1.0"
    former: tuple[str, ...] = field(default=())

    def finding(
        self,
        place: Place,
        message: str,
        *,
        severity: Severity | None = None,
        related: tuple[Related, ...] = (),
        help: str = "",
        fix: Fix | None = None,
        on_request: bool = False,
    ) -> Finding:
        """A finding of this rule, as severe as the rule unless ``severity`` says otherwise."""
        return Finding(self.code, place, message, severity or self.severity, related, help, fix, on_request)

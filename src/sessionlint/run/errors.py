"""What ends a run with exit code 2, and the codes."""

from collections.abc import Iterable

CLEAN, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130


class UsageError(Exception):
    """An argument, a path or a setting that makes no sense; its text is one line for the user, place first."""


_LONGEST_WORD = 100  # to compare longer ones takes long
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def suggestion(word: str, known: Iterable[str]) -> str:
    """``; did you mean "x"?`` when one of ``known`` is close to ``word``, else nothing."""
    from difflib import get_close_matches  # not needed by a run without mistakes

    if len(word) > _LONGEST_WORD:
        return ""
    candidates = [each for each in known if len(each) <= _LONGEST_WORD]
    code = "SES" + word[3:].upper().translate(_LOOK_ALIKES)
    if word[:3].upper() == "SES" and (code[3:].isdigit() or len(word) == 3):
        # codes lie close together by nature; these are the likely slips
        undoubled = (code[:index] + code[index + 1 :] for index in range(4, len(code)) if code[index] == code[index - 1])
        found = next((each for each in (code, *undoubled) if each in candidates), None)
        return f'; did you mean "{found}"?' if found else ""
    lowered = {candidate.lower(): candidate for candidate in candidates}
    close = get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return f'; did you mean "{lowered[close[0]]}"?' if close else ""

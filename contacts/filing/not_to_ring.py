"""What people write of a number that is none to ring: a fax, one that is no longer in use, one that they warn of."""

import re

from contacts.rules.remark_words import looks_like_hours, tidy_remark

_AND_FAX = re.compile(
    r"\b(?:tel|tfn|tele|telefon)\w*\.?\s*(?:/|&|\+|och|o)\s*fax\w*|\bfax\w*\s*(?:/|&|\+|och|o)\s*(?:tel|tfn)\w*",
    re.IGNORECASE,
)
_FAX = re.compile(r"\b(?:tele)?fax\w*", re.IGNORECASE)
_FAX_BEFORE = re.compile(r"\b(?:tele)?fax\w*\.?\s*(?:nr|nummer)?\.?\s*:?\s*$", re.IGNORECASE)
_NO_LONGER = re.compile(
    r"\b(?:gaml[ae]|gammalt?|f\.? ?d|före detta|tidigare|förra|upphör\w*|avsluta\w*|avveckla\w*|nedlag[dt]|utgå\w*"
    r"|ogiltig\w*|inaktuell\w*|felaktig\w*|(?<!vid )fel|felnummer|avstäng\w*|spärra\w*|bortta\w*|ersatt\w*|ersätt\w*"
    r"|byt(?:er|s|t|ts)|trasig\w*|ur bruk|makulera\w*|slopa\w*|slutat|uppsag[dt]|vilande"
    r"|slutar gälla|hänvisa\w*|i ?stället för|flyttat? till(?=\W*$))\b|^\s*(?:-+|=)>\s*$|^\s*[→⇒]\s*$",
    re.IGNORECASE,
)
# "Stängt 12–13" says only when it is answered.
_CLOSED = re.compile(r"^\W*(?:är )?(?:nu )?(?:stängd|stängt|nedstängd)\W*$", re.IGNORECASE)
_NOT = re.compile(r"\b(?:ej|inte|icke|aldrig|undvik)\b", re.IGNORECASE)
_IF_NO_ANSWER = re.compile(
    r"\b(?:om|vid|när)\s+(?:\w+\s+)?(?:ej|inte|icke)\s+(?:\w+\s+)?(?:svar\w*|nås|nåbar)|\b(?:om|när)\s+\w+\s+svarar\s+(?:ej|inte)",
    re.IGNORECASE,
)


def without_and_fax(text: str) -> str:
    """The text, as long as it was, without what says that a telephone is a fax as well."""
    return _AND_FAX.sub(lambda found: "x" * len(found[0]), text)


def is_of_fax(text: str) -> bool:
    return bool(_FAX.search(without_and_fax(text)))


def ends_in_fax(text: str) -> bool:
    """Whether a text that stands before a number says that it is a fax's."""
    return bool(_FAX_BEFORE.search(without_and_fax(text)))


def warns_before(text: str) -> bool:
    """Whether what stands before a number says that it is not to be rung, or no longer."""
    said = _IF_NO_ANSWER.sub(" ", text)
    return bool(_NO_LONGER.search(said) or _NOT.search(said))


def warns_beside(text: str) -> bool:
    """The same of what stands after a number or apart from it; "ej fredagar" says only when it is answered."""
    said = _IF_NO_ANSWER.sub(" ", text)
    is_not = _NOT.search(said) and not looks_like_hours(tidy_remark(said))
    return bool(_NO_LONGER.search(said) or _CLOSED.search(said) or is_not)


def is_of_none_to_ring(heading: str) -> bool:
    """Whether the numbers under a heading are none to ring."""
    return is_of_fax(heading) or warns_before(heading)

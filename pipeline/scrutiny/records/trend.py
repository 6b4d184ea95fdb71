"""Which way a result has gone since an earlier time."""

from __future__ import annotations

import re

from scrutiny.records.phrases import Passage
from scrutiny.report import Attribute, Role

_HAS = r"(?:has|have|had)"
_QUITE = r"(?:\w+ ){0,3}"

#: Better, as the report says in so many words.
_IMPROVED = re.compile(
    rf"\b(?:improved|{_HAS} {_QUITE}(?:improved|strengthened|further developed|recovered|transformed)|"
    rf"further developed|"
    rf"(?:made|making|make|shown|(?:started|begun|beginning) to show|seen|there {_HAS} been) {_QUITE}"
    r"(?:improvements?|progress|strides)\b"
    r"(?! (?:plan|board|journey|notice|partner|work))|"
    rf"(?:improvements?|progress) (?:to \w+ |in \w+ )?{_QUITE}(?:made|achieved|seen|held)|acceleration (?:to|of|"
    rf"in) {_QUITE}"
    r"improvements?|(?:is|are|was|were) improving|better than (?:at|in) (?:the|its|our) (?:last|previous)|"
    r"more \w+ than (?:at the (?:last|previous)|before)|now ranks|lowest (?:in|for|since)|"
    r"(?:was|were|is|are) (?:now|since) (?:in good order|resolved|fully met)|"
    r"(?:significant|substantial|marked|steady|good|notable|real|sustained|some) (?:\w+ )?(?:improvements?|progress)\b"
    r"(?! (?:plan|board|is|are|was) )|clear(?:ly)? better|changed for the better|the better for|stopped altogether|"
    r"has turned (?:a|the) corner)\b",
    re.IGNORECASE,
)
#: Worse. Who "declined to" or "declined them" refused.
_WORSE = re.compile(
    rf"\b(?:declin(?:ed|es|ing)\b(?! (?:to|them|it|him|her|us|and|an?|the|any|for)\b)|decline in\b|"
    rf"deteriorat(?:ed|es|ing|ion)|worsen(?:ed|s|ing)|worse than|weaker than|weaken(?:ed|ing)|slipped|"
    rf"regress(?:ed|ion)|eroded|slid(?:den)?\b|allowed to slide|{_HAS} (?:lengthened|deepened|widened)|"
    rf"less \w+ than (?:at the (?:last|previous)|before)|no longer (?=meets?|met|effective|sufficient|good|able|"
    rf"safe)|changed for the worse|fallen behind|been lost|"
    rf"not (?:been )?(?:maintained|sustained|kept up))\b",
    re.IGNORECASE,
)
#: As it was, in so many words of improvement.
_NO_BETTER = re.compile(
    rf"\b(?:no (?:discernible |significant |further |real |material )?(?:improvement|progress|change)|"
    r"(?:insufficient|limited|too little|little) (?:progress|improvement|change)|"
    r"not (?:made )?(?:enough|sufficient) (?:progress|improvement)|(?:do|does|did) not (?:\w+ly )?(?:improve|change)|"
    r"(?:^|[:;] ?)not (?:yet )?(?:done|implemented|started|completed|closed)|"
    r"(?:is|are|was|were|been) (?:where (?:it|they) (?:was|were)|the same as (?:in|at)|stable (?:since|over|for))|"
    rf"{_HAS} (?:still )?not (?:yet )?(?:\w+ly )?(?:improved|changed|progressed|fallen|reduced|risen)|"
    rf"{_HAS} been (?:too )?slow to|improvement (?:has|have|is) (?:\w+ )?(?:been )?(?:too )?slow)\b",
    re.IGNORECASE,
)
#: As it was, in other words; anything that moved in the same result counts more.
_UNCHANGED = re.compile(
    rf"\b(?:{_HAS} (?:still )?not (?:yet )?(?:been )?(?:sufficiently |fully |adequately )?(?:addressed|resolved|"
    rf"acted on|"
    r"implemented|resumed)|(?:is|are|was|were) still (?:no|not)\b|"
    r"there (?:still )?(?:is|are),? (?:still )?(?:no|not)\b(?= change)|still is,? no|remain(?:s|ed)? (?:unchanged|"
    r"unresolved|outstanding|unaddressed|an? (?:weakness|concern|problem|strength|priority)|(?:too )?(?:high|low|"
    r"long|slow))|"
    r"continues? to be\b|(?:was|were) (?:also )?(?:identified|raised|noted) at the (?:last|previous) inspection|"
    r"in similar terms (?:in|at))\b",
    re.IGNORECASE,
)
_QUANTITIES = (
    r"(?:numbers?|proportion|share|rates?|use|capacity|access|availability|staffing|turnover|waits?|waiting times?|"
    r"levels?|backlogs?|delays|demand|caseloads|vacancies|attendance|exclusions|incidents)"
)
#: A quantity that went up or down; whether that is good depends on the result.
_MOVED = re.compile(
    rf"\b(?:{_HAS} (?:\w+ ){{0,2}}(?:increased|risen|fallen|dropped|reduced|decreased|halved|doubled|grown|"
    r"lengthened|deepened|widened|shortened|gone (?:up|down|from (?=[0-9]))|come down)|(?:increased|rose|rising|fell|"
    r"falling|"
    r"dropped|reduced|decreased|halved|doubled) (?:\w+ ){0,4}?(?:from|since|to|by|over the (?:last|past))\b|"
    r"(?:down|up) (?:from|by)\b|against [0-9]+ ?(?:%|per cent) (?:\w+ ){0,3}(?:earlier|before|ago)|"
    rf"(?:was|were) reduced\b|and falling\b|(?:an?|the) (?:reduction|increase|rise|fall|drop) in\b|"
    rf"(?:increasing|growing|rising|falling|decreasing|reducing|reduced|increased|diminished|shrinking) "
    rf"(?:\w+ )?{_QUANTITIES})\b",
    re.IGNORECASE,
)
_BUT = re.compile(r"[,;] (?:but|however|yet)\b", re.IGNORECASE)
#: What only looks like a trend: something wanted, planned or meant.
_WANTED = re.compile(
    r"\b(?:to|would|will|could|can|may|might|should|must|help(?:s|ed)?|need(?:s|ed)?|for|of|be|where|identified) "
    r"(?:be |have |further )?$",
    re.IGNORECASE,
)


def trend(passage: Passage) -> Attribute | None:
    """``improved``, ``declined`` or ``unchanged``, where the result says that it has.

    The last thing said of better or worse counts ("a decline was seen, and improvements have since been made"); where
    nothing is, quantities that moved, for the better in a strength and for the worse in a finding.
    """
    text, is_strength = passage.text, passage.record.role is Role.STRENGTH
    said = {"unchanged": list(_NO_BETTER.finditer(text)), "declined": list(_WORSE.finditer(text)), "improved": []}
    taken = [match.span() for match in said["unchanged"]]
    said["improved"] = [
        match
        for match in _IMPROVED.finditer(text)
        if not any(match.start() < end and start < match.end() for start, end in taken)
    ]
    found = [
        (match.start(), value, match)
        for value, matches in said.items()
        for match in matches
        if not _WANTED.search(text[: match.start()])
    ]
    if found:
        _, value, match = max(found, key=lambda one: one[0])
        return passage.at(value, *match.span())
    for match in _MOVED.finditer(text):
        if not _WANTED.search(text[: match.start()]):
            # "has fallen from 21 to three, but three is still too many": what moved is not the finding.
            turned = is_strength or _BUT.search(text, match.end())
            return passage.at("improved" if turned else "declined", *match.span())
    unchanged = _UNCHANGED.search(text)
    return passage.at("unchanged", *unchanged.span()) if unchanged else None

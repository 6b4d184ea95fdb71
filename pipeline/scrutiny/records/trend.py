"""Which way a result has gone since an earlier time."""

from __future__ import annotations

import re

from scrutiny.records.phrases import Passage
from scrutiny.report import Attribute, Role

_UNCHANGED = re.compile(
    r"\b(?:(?:has|have|had) (?:still )?not (?:yet )?(?:been )?(?:sufficiently |fully |adequately )?(?:addressed|"
    r"improved|"
    r"changed|progressed|resolved|acted on|implemented|resumed|fallen|reduced)|(?:is|are|was|were) still (?:no|not)\b|"
    r"there (?:still )?(?:is|are),? (?:still )?(?:no|not)\b(?= change)|still is,? no|remain(?:s|ed)? (?:unchanged|"
    r"unresolved|outstanding|unaddressed|a (?:weakness|concern|problem))|"
    r"no (?:discernible |significant |further |real )?(?:improvement|progress|change)|(?:insufficient|limited|"
    r"too little|"
    r"little) (?:progress|improvement|change)|not (?:made )?(?:enough|sufficient) (?:progress|improvement)|"
    r"(?:has|have) been (?:too )?slow to|continues? to be (?:a )?(?:weak|poor|concern|inconsistent|inadequate)|"
    r"(?:was|were) (?:also )?(?:identified|raised|noted) at the (?:last|previous) inspection)",
    re.IGNORECASE,
)
_IMPROVED = re.compile(
    r"\b(?:improved|(?:made|making|make|shown|seen) (?:\w+ ){0,3}(?:improvements?|progress|strides)|"
    r"(?:improvements?|progress) (?:\w+ ){0,2}(?:made|achieved|seen|held)|(?:has|have|had) (?:\w+ ){0,2}(?:improved|"
    r"strengthened|further developed|risen to|recovered|transformed)|further developed|"
    r"(?:is|are|was|were) improving|better than (?:at|in) (?:the|its|our) (?:last|previous)|"
    r"more \w+ than (?:at the (?:last|previous)|before)|now ranks|lowest (?:in|for|since)|"
    r"(?:was|were|is|are) (?:now|since) (?:in good order|resolved|fully met)|sustained (?:\w+ )?improvements?|"
    r"(?:significant|substantial|marked|steady|good|notable|real) (?:improvements?|progress)|"
    r"clear(?:ly)? better|has turned (?:a|the) corner)\b",
    re.IGNORECASE,
)
#: A quantity that went up or down; whether that is good depends on the result.
_MOVED = re.compile(
    r"\b(?:(?:has|have|had) (?:\w+ ){0,2}(?:increased|risen|fallen|dropped|reduced|decreased|halved|doubled|grown|"
    r"lengthened|deepened|widened|shortened|gone (?:up|down|from)|come down)|(?:increased|rose|rising|fell|falling|"
    r"dropped|"
    r"reduced|decreased|halved|doubled) (?:\w+ ){0,4}?(?:from|since|to|by|over the (?:last|past))\b|(?:down|"
    r"up) (?:from|by)\b|"
    r"against [0-9]+ ?(?:%|per cent) (?:\w+ ){0,3}(?:earlier|before|ago)|(?:was|were) reduced\b|and falling\b)",
    re.IGNORECASE,
)
_WORSE = re.compile(
    r"\b(?:declin(?:ed|ing|e in)|deteriorat(?:ed|ing|ion)|worsen(?:ed|ing)|worse than|weaker than|weaken(?:ed|ing)|"
    r"slipped|regress(?:ed|ion)|eroded|slid(?:den)?\b|allowed to slide|(?:has|have|had) (?:lengthened|deepened|"
    r"widened)|"
    r"less \w+ than (?:at the (?:last|previous)|before)|no longer|fallen behind|has been lost)\b",
    re.IGNORECASE,
)
_STEADY = re.compile(
    r"\bhave not fallen\b|\bhas not fallen\b|\bremains? (?:too )?(?:high|low|long|slow)\b", re.IGNORECASE
)
_BUT = re.compile(r"[,;] (?:but|however|yet)\b", re.IGNORECASE)
#: What only looks like a trend: something wanted, planned or meant.
_WANTED = re.compile(
    r"\b(?:to|would|will|could|can|may|might|should|must|help(?:s|ed)?|need(?:s|ed)?|for|of|be) (?:be |have |"
    r"further )?$",
    re.IGNORECASE,
)


def trend(passage: Passage) -> Attribute | None:
    """``improved``, ``declined`` or ``unchanged``, where the result says that it has."""
    text, is_strength = passage.text, passage.record.role is Role.STRENGTH
    moved = "improved" if is_strength else "declined"
    for value, pattern in (
        ("unchanged", _STEADY),
        ("unchanged", _UNCHANGED),
        ("declined", _WORSE),
        ("improved", _IMPROVED),
        (moved, _MOVED),
    ):
        for match in pattern.finditer(text):
            if _WANTED.search(text[: match.start()]) or (value == "unchanged" and is_strength):
                continue
            # "has fallen from 21 to three, but three is still too many": what moved is not the finding.
            turned = pattern is _MOVED and _BUT.search(text, match.end())
            return passage.at("improved" if turned else value, *match.span())
    return None

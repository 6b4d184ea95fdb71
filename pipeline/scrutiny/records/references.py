"""What a record refers to: law and standards, paragraphs and demands of its report, earlier inspections."""

from __future__ import annotations

import re

from scrutiny.records.phrases import Passage
from scrutiny.report import Attribute

_NUMBER = r"[A-Z]{0,3}[-.]?[0-9]+[A-Za-z]?(?:[.][0-9]+[a-z]?)*(?:\([0-9a-zA-Z]{1,4}\))*"
_NUMBERS = rf"{_NUMBER}(?:(?:, | and |, and | to | ?[–-] ?| or ){_NUMBER})*"
_LAW = re.compile(
    rf"\b(?:(?i:regulations?|sections?|articles?|schedules?|rules?|clauses?|cl\.|standards?|reg\.|§) {_NUMBERS}"
    rf"(?: of (?:the )?(?:[A-Z][\w'’&()-]+ |of |and |for |the |in ){{1,12}}(?:\(?[12][0-9]{{3}}\)?|[A-Z]\w+))?"
    rf"|(?:[A-Z][\w'’()-]+ |and |of |for ){{1,9}}(?:Act|Regulations?|Order|Code|Directive|Rules|Standards?) (?:19|"
    rf"20)[0-9]{{2}}"
    rf"|\b(?:ISO(?:/IEC)?|BS|EN|NFPA|IEC|IEEE)(?: [A-Z]{{2,3}})? ?[0-9]{{3,6}}(?:[-:][0-9]+)*"
    rf"|\b[0-9]{{1,3}} (?:C\.?F\.?R\.?|U\.?S\.?C\.?|CFR)(?: (?:Part|§+))? ?[0-9]+(?:\.[0-9]+)*(?:\([a-z0-9]+\))*)"
)
#: What demands are called.
DEMANDS = (
    r"recommendations?|recs?\.?|requirements?|areas? for improvement|afis?|priority actions?|actions?|suggestions?"
)
#: A place in the same report: "paragraphs 30 and 112", "see recommendation 4", "[1.4, 2.1.1]", "(see 4.1)",
#: "(Recommendation)".
PLACE = re.compile(
    rf"(?:\b(?:paragraphs?|paras?\.?|sections?|sects?\.|{DEMANDS}|findings?|conclusions?|observations?|issues?|"
    rf"key concerns?) (?:nos?\.? ?)?|(?:[§¶]{{1,2}} ?)){_NUMBERS}"
    rf"|[(\[](?:see (?:also )?)?"
    rf"(?:[0-9]{{1,2}}(?:\.[0-9]{{1,3}}){{1,3}}(?:(?:, | and |; | ?[–-] ?){_NUMBER})*)[)\]]"
    rf"|[(\[](?:see )?(?P<flagged>recommendation|requirement|area for improvement|priority action|"
    rf"key concern)[)\]]",
    re.IGNORECASE,
)
_EARLIER = (
    (
        "not_met",
        re.compile(
            r"\b(?:not (?:yet )?(?:been )?(?:\w+ly )?(?:met|addressed|implemented|acted on|completed|achieved)|"
            r"(?:recommendations?|requirements?|actions?|issues?) (?:\w+ ){0,8}(?:remains?|is still|are still) "
            r"(?:outstanding|open|unmet)|insufficient progress)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "repeated",
        re.compile(
            r"\b(?:(?:repeat|recurring|repeated) (?:\w+ ){0,2}(?:finding|issue|recommendation|requirement|concern|"
            r"breach)|"
            r"(?:this|which) (?:was|were|had been|has been) (?:also |previously )?(?:a recommendation|identified|"
            r"raised|"
            r"reported|found) (?:at|in|by|during) (?:the|our) (?:last|previous)|for the (?:second|"
            r"third) (?:consecutive )?"
            r"(?:time|inspection)|in similar terms in)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "met",
        re.compile(
            r"\b(?:(?:recommendations?|requirements?|actions?|issues?|minors?|nonconformit\w+|areas? for improvement)"
            r"\b[^.;]{0,90}\b(?:has|have|had|was|were|is|are) (?:now |since |been |all |fully |both ){0,3}(?:met|"
            r"addressed|"
            r"implemented|completed|closed|resolved|fitted)|^(?:fully )?met\b|implemented (?:both|all) of the "
            r"recommendations|effective closure)",
            re.IGNORECASE,
        ),
    ),
)


def references(passage: Passage) -> tuple[Attribute, ...]:
    """Law, standards and places in the report, from left to right."""
    found = [passage.at(match.group().strip(), *match.span()) for match in _LAW.finditer(passage.text)]
    found += [passage.at(match.group(), *match.span()) for match in PLACE.finditer(passage.text)]
    found.sort(key=lambda reference: (reference.start or 0, -(reference.end or 0)))
    kept: list[Attribute] = []
    for reference in found:
        if not kept or (reference.start or 0) >= (kept[-1].end or 0):
            kept.append(reference)
    return tuple(kept)


def earlier(passage: Passage) -> Attribute | None:
    """``met``, ``not_met`` or ``repeated``: what became of an earlier demand or issue."""
    for value, pattern in _EARLIER:
        match = pattern.search(passage.text)
        if match:
            return passage.at(value, *match.span())
    return None

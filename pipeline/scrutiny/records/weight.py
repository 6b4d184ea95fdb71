"""What part of a finding a result is, and the words that weigh it.

The four elements are those of the Government Auditing Standards of the United States (2018 revision, GAO-21-368G,
paragraph 8.116): criteria, condition, cause and effect.
"""

from __future__ import annotations

import re

from scrutiny.records.phrases import Passage
from scrutiny.report import Attribute, Basis

_ELEMENTS = {
    "criterion": re.compile(
        r"^(?:criteri(?:on|a)|requirement|standard)[:.] |\b(?:requires? (?:that|\w+ to)|the standard is|in breach of|"
        r"against (?:a|the) (?:\w+ )?(?:standard|target|requirement) of)\b",
        re.IGNORECASE,
    ),
    "cause": re.compile(
        r"^(?:(?:root )?cause|reason)[:.] |\b(?:because|due to|owing to|caused by|root cause|a consequence of|"
        r"attribut(?:ed|able) (?:\w+ )?to|(?:this|these \w+) occurred|stems? from|the result of)\b",
        re.IGNORECASE,
    ),
    "effect": re.compile(
        r"^(?:impact|effect|consequence|risk)[:.] |\b(?:as a result|which means|consequently|therefore|resulting in|"
        r"this (?:means|led|has led|meant|helps?|reduces?|prevents?|supports?)|lead(?:s|ing)? to|contributed to|"
        r"with the (?:result|effect) that)\b",
        re.IGNORECASE,
    ),
}
_SEVERE = re.compile(
    r"\b(?:serious(?:ly)?|significant(?:ly)?|critical(?:ly)?|severe(?:ly)?|major|urgent(?:ly)?|unsafe|dangerous|fatal|"
    r"widespread|systemic|inadequate|unacceptabl[ey]|grave|fundamental|persistent|material|catastrophic|"
    r"life-threatening|"
    r"immediate (?:risk|danger|harm)|at risk of (?:\w+ )?harm|breach(?:es|ed)?|fail(?:ed|ure|ures)|minor|moderate)\b",
    re.IGNORECASE,
)
#: Severity that a regime gives in as many words before a demand or result: "4.1 Collateral valuation (High)".
_RATED = re.compile(r"[(\[](?P<level>critical|high|medium|moderate|low|major|minor)\b[^)\]]{0,20}[)\]]", re.IGNORECASE)
#: What makes the word of a grade one: "judged good", "an evaluation of adequate", "“Requires improvement”".
_GRADED = re.compile(
    r"\b(?:judged|rated|graded|evaluat(?:ed|ion)|rating|grade|judg(?:e)?ment|assessed|scored)\b[^.;]{0,60}$",
    re.IGNORECASE,
)


def element(passage: Passage) -> Attribute:
    """Criterion, condition, cause or effect; a result that does not say is a condition."""
    for value, pattern in _ELEMENTS.items():
        match = pattern.search(passage.text)
        if match:
            return passage.at(value, *match.span())
    return passage.at("condition", 0, len(passage.text), Basis.INFERRED)


def severity(passage: Passage) -> tuple[Attribute, ...]:
    """The words that say how grave a finding is, and the level in the heading above, in the order of the text."""
    found = [passage.at(match.group().lower(), *match.span()) for match in _SEVERE.finditer(passage.text)]
    for heading in passage.headings[-1:]:
        if match := _RATED.search(heading):
            at = passage.report.text.rfind(heading, 0, passage.record.start)
            if at >= 0:
                found.insert(0, Attribute(match["level"].lower(), at + match.start("level"), at + match.end("level")))
    return tuple(found)


def grades(passage: Passage) -> tuple[Attribute, ...]:
    """The words of the regime's scale that a result gives as grades."""
    if passage.regime.grade is None:
        return ()
    return tuple(
        passage.at(match.group(), *match.span())
        for match in passage.regime.grade.finditer(passage.text)
        if _GRADED.search(passage.text[: match.start()])
        and (match.start() == 0 or not passage.text[match.start() - 1].isalnum())
    )

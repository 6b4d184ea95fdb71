"""How much of something a result is about: words of quantity, and figures."""

from __future__ import annotations

import re
from functools import cache

from scrutiny.records.people import GROUPS
from scrutiny.records.phrases import Passage, Phrases, span
from scrutiny.regimes import Quantifier, Regime
from scrutiny.report import Basis, Proportion

_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_NUMBERS = {word: value for value, word in enumerate(f"zero {_UNITS} eighteen nineteen twenty".split())}
_NUMBERS |= {word: 10 * value for value, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)}
_NUMBERS |= {"none": 0, "neither": 0}
_TENS = "|".join(word for word, value in _NUMBERS.items() if value >= 20)
_WORD = f"(?:(?:{_TENS})-(?:{'|'.join(_UNITS.split()[:9])})|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_COUNT = rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]+|\b{_WORD})\b"
_OF = (
    r"(?: (?:out )?of | in (?:a sample of )?)(?:the |its |their |our |these |those |all |every )?(?:[a-z]+['’]s? )?"
    r"(?:preceding |last |past |sampled )?"
)
#: Two figures, the second of them the whole.
_PART_FIRST = (
    rf"(?<![\w.,£$€-])(?P<part>(?:not )?{_COUNT})(?: \w+){{0,2}}?{_OF}(?P<whole>{_COUNT})(?![.,]?[0-9]|\.[0-9]|%)"
)
_WHOLE_FIRST = (
    rf"\bof (?:the |its |their |our |these )?(?P<whole>{_COUNT})(?! per ?cent)\b(?:[^,;:.%]|"
    rf"(?<=[0-9])[:.](?=[0-9])){{0,120}}(?:, (?:only |just )?| (?=[0-9]+ (?:are|were|had|have|was|is)\b))"
    rf"(?P<part>{_COUNT}|none|all|each|both)(?![.,]?[0-9]| ?%| per ?cent)\b"
)
_SHARE = (
    rf"(?<![\w.,£$€+-])(?:[0-9]+(?:\.[0-9]+)?|\b{_WORD}(?= per ?cent)) ?(?:%|per ?cent\b)"
    r"(?: of (?:those|them|these)\b)?"
)
_TAKEN = (
    r"(?:examined|sampled|observed|interviewed|questioned|asked|tested|checked|reviewed|visited|inspected|"
    r"surveyed|audited)"
)
#: Of persons "no" counts as much as "none of"; "no plan" says that there was none.
_PERSONS = "|".join(sorted(noun for name in ("service_users", "parents", "staff") for noun in GROUPS[name]))
#: A part of what was counted before it: "23 of whom", "two of them", "of these, 118".
_OF_THOSE = (
    rf"(?:\b(?:not )?{_COUNT} of (?:whom|which|them|these|those)\b|"
    rf"(?<!\band )(?<!years )\b(?!(?:19|20)[0-9]{{2}}\b|one\b){_COUNT} (?:said|told|agreed|reported|felt|"
    rf"thought|rated)\b|"
    rf"\b{_COUNT} (?:\w+ )in every (?:\w+)\b|(?<![\w/.-])(?<!no )(?<!ref )[0-9]{{1,3}}/[0-9]{{1,3}}(?![\w/])|"
    rf"^(?:of|in) (?:these|those|them|which|whom),? (?:only )?{_COUNT}|\b{_COUNT} of (?:these|those|the) [a-z]+s\b)"
)
_AGE = re.compile(r"(?:one|an?|1) [a-z-]+(?: [a-z-]+)? of [0-9]{1,2}", re.IGNORECASE)
#: Each, every or none of those whom the sentence is about.
_WHOLES = re.compile(
    rf"\beach of (?:the |its |their |our |these |those )?(?:{_COUNT} )?(?:[\w-]+ ){{0,2}}?[\w-]+s\b|"
    rf"\ball (?:but )?{_COUNT} of (?:the |its |their |our |these |those )[\w-]+|"
    rf"\b(?:each|every|no) (?!one\b)(?:[\w-]+ )?[\w-]+ (?<!had )(?:{_TAKEN}|we [a-z]+(?:ed|e)?)\b|\bnobody {_TAKEN}\b|"
    rf"(?<!been )(?<!is )(?<!was )(?<!were )(?<!are )\b(?:no|not one) (?:{_PERSONS})\b(?! than\b)",
    re.IGNORECASE,
)
_WHOLLY = re.compile(r"\b(?:each|every|all|no|not one|nobody)\b", re.IGNORECASE)
_FIGURES = re.compile(f"(?:{_WHOLE_FIRST})|(?:{_PART_FIRST.replace('part', 'part2').replace('whole', 'whole2')})", re.I)
_SHARES = re.compile(_SHARE, re.IGNORECASE)
_PARTS = re.compile(_OF_THOSE, re.IGNORECASE)
#: What a percentage is when it is no result: a target, a limit, an interest, a step.
_NO_RESULT_AFTER = re.compile(
    r"[ -](?:goal|target|cap|threshold|limit|tolerance|confidence|interval|interest|discount|standard)\b", re.IGNORECASE
)
_NO_RESULT_BEFORE = re.compile(
    r"(?:\b(?:(?:rang|var)\w+ from [0-9.]+ to|(?:(?:in|de)creas\w+|ris\w+|rose|f[ae]ll\w*|gr[eo]wn?|up|down|"
    r"reduc\w+|cut|improv\w+|exceed\w*|drop\w*|"
    r"widen\w*|narrow\w*) by|at most|permissible|maximum|max\.|loss of|target of|standard of|standard is that|"
    r"goal of|minimum of|maximum of|threshold of|"
    r"random|exceeding|"
    r"the threshold\b.{0,60}) )$",
    re.IGNORECASE,
)
#: "most" as a superlative, "some" and "all" of what cannot be counted or is not what the sentence is about.
_SUPERLATIVE = re.compile(r"(?:\b(?:the|its|their|his|her|our|your|is|are|was|were|be|judged)|['’]s) $", re.IGNORECASE)
_ADVERB = re.compile(r" [a-z]+(?:ly|ive|ful|able|ible|ent|ant|ous|al|urgent|recent)\b(?! (?:and|or)? ?[a-z]+s\b)")
_UNCOUNTED = re.compile(
    r"(?: (?:recent|further|good|real|limited|initial|slight))? (?:past|an hour|day|term|progress|improvements?|"
    r"evidence|time|way|ways|respects|extent|distance|of the time|degree|"
    r"further|more|years?|months?|"
    r"weeks?|days?|(?:hundred|thousand|dozen|million)s?|good|doubt|concern|form|sort|kind|detail|[0-9])\b",
    re.IGNORECASE,
)
#: Behind a word of quantity that counts nothing: "worry the fleet most.", "were few, ...", "most of the time".
_NOT_OF_MANY = re.compile(r" ?[.,;:)]| (?:the )?time\b| part\b| likely\b| probably\b", re.IGNORECASE)
#: "Half-term", "half a percentage point".
_HALF = re.compile(r"-| an? (?:percentage )?point", re.IGNORECASE)
_STUFF = ("some", "most", "much", "all", "half")
_ONLY = re.compile(r"\b(?:only|just|but|not|except|bar|for) $", re.IGNORECASE)
#: "Some of it", "half a day": of what is not counted.
_OF_STUFF = re.compile(
    r"(?: of)? (?:it|its|this|that|which)\b|(?<=half) an? (?:day|hour|year|mile|century|turn)\b", re.I
)
#: "All aircraft sampled", "each patient examined".
_SAMPLED = re.compile(rf"(?: (?!that\b|which\b)[\w-]+){{1,3}} (?:{_TAKEN}|concerned)\b", re.IGNORECASE)
#: Before "any of the six", which is none of them only where it is denied.
_DENIED = re.compile(
    r"\b(?:not|never|no|nor|nothing|nobody|without|failed to|unable to|cannot|n['’]t)\b[^.;]*$", re.IGNORECASE
)
#: Before "all" where it begins what is said: at the start, after a mark or a word that opens a clause.
_OPENS = re.compile(
    r"(?:^|[,;:(–—] ?|\b(?:and|but|that|because|while|although|across|nearly|almost) |"
    r"^(?:since|in|by|from|during|on|at) [^,;]{2,24} )$",
    re.I,
)
_ALL_OF_WHAT = re.compile(r" (?:levels|times|aspects|respects|areas of|ages|agencies|partners)\b", re.IGNORECASE)


@cache
def _phrases(scale: tuple[Quantifier, ...]) -> Phrases:
    return Phrases({str(number): words.phrases for number, words in enumerate(scale)})


def proportions(passage: Passage) -> tuple[Proportion, ...]:
    """Every proportion a record states, from left to right, none inside another."""
    text, found = passage.text, list[Proportion]()

    def add(start: int, end: int, share: float | None) -> None:
        if all(end <= other.start - base or start >= other.end - base for other in found):
            found.append(Proportion(text[start:end], base + start, base + end, share, share, Basis.EXPLICIT))

    base = passage.record.start
    for match in _FIGURES.finditer(text):
        whole = _value(match["whole"] or match["whole2"])
        part = whole if match["part"] in ("all", "each", "both") else _value(match["part"] or match["part2"])
        # "One girl of 15": her age.
        if match["part2"] and _AGE.fullmatch(match.group()):
            continue
        if part <= whole and whole > 1 and not _is_year(match["whole"] or match["whole2"]):
            add(*match.span(), round(part / whole, 4))
    for match in _SHARES.finditer(text):
        printed = re.match(r"[0-9.]+|[a-z-]+", match.group(), re.IGNORECASE)[0]  # type: ignore[index]
        share = (float(printed) if printed[0].isdigit() else _value(printed)) / 100
        if not (_NO_RESULT_AFTER.match(text, match.end()) or _NO_RESULT_BEFORE.search(text[: match.start()])):
            add(*match.span(), round(share, 4) if share <= 1 else None)
    wholes = _WHOLES.finditer(text) if _WHOLLY.search(text) else ()
    for match in (*_PARTS.finditer(text), *wholes):
        # "One of them said": whom it was, rather than how many.
        if not (match.group().lower().startswith("one of") and not _ONLY.search(text[: match.start()])):
            add(match.start(), match.end(), None)
    for word in _in_words(passage):
        if all(word.end <= other.start or word.start >= other.end for other in found):
            found.append(word)
    return tuple(sorted(found, key=lambda proportion: proportion.start))


def _in_words(passage: Passage) -> list[Proportion]:
    """Words of quantity, with the range that the regime gives them on the report's day."""
    scale, found = passage.regime.quantifiers, list[Proportion]()
    in_force = _in_force(passage.regime, passage.today)
    for name, first, last in _phrases(scale).find(passage.words):
        start, end = span(passage.words, first, last)
        if not _counts(passage.text, start, end):
            continue
        given = scale[int(name)]
        if not in_force:
            given = Quantifier(phrases=given.phrases)
        basis = Basis.EXPLICIT if given.low is None else Basis.INFERRED
        found.append(
            Proportion(
                passage.text[start:end],
                passage.record.start + start,
                passage.record.start + end,
                given.low,
                given.high,
                basis,
            )
        )
    return found


def _counts(text: str, start: int, end: int) -> bool:
    """Whether the word of quantity at ``start`` says how many of those whom the sentence is about."""
    word, before = text[start:end].lower(), text[:start]
    if (word.startswith(_STUFF) and _OF_STUFF.match(text, end)) or (
        word == "half" and (re.search(r"and[ -]a[ -]$", before, re.IGNORECASE) or _HALF.match(text, end))
    ):
        return False
    if word.startswith("any"):
        return bool(_DENIED.search(before))
    if word.startswith("most"):
        if before.lower().endswith(" at "):
            return False
        return not (_SUPERLATIVE.search(before) or _ADVERB.match(text, end) or _NOT_OF_MANY.match(text, end))
    if word in ("some", "many", "few", "several", "half"):
        none = before.lower().endswith(("how ", "as ", "so ", "the ")) or re.search(r"(?<!there) are $", before, re.I)
        return not (none or _UNCOUNTED.match(text, end) or (word != "some" and _NOT_OF_MANY.match(text, end)))
    if word in ("all", "every", "each"):
        if re.match(r" (?:cases|instances|circumstances)\b", text[end:], re.IGNORECASE):
            return True
        return bool(_OPENS.search(before) or _SAMPLED.match(text, end)) and not _ALL_OF_WHAT.match(text, end)
    return True


def _in_force(regime: Regime, today: str | None) -> bool:
    """Whether the regime's words had their meaning on the day; of a report without one if they still have it."""
    begins, ends = regime.scaled
    if today is None:
        return ends is None
    return (begins is None or begins.isoformat()[: len(today)] <= today) and (
        ends is None or today <= ends.isoformat()[: len(today)]
    )


def _value(count: str) -> int:
    """The number that figures or words stand for."""
    count = count.lower().removeprefix("not ")
    if count[0].isdigit():
        return int(count.replace(",", ""))
    return sum(_NUMBERS[word] for word in count.split("-"))


def _is_year(count: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)[0-9]{2}", count))

"""Where a sentence of a report ends: rules over the characters of one block.

One pass over the places where a sentence could end (:data:`_STOP`), each decided from the word before it,
the word after it and the quotation or bracket it stands in. Every look around is bounded, so the time is
linear in the length of the text whatever the text is.
"""

from __future__ import annotations

import re

_OPENERS = "\"'“‘«(["
_CLOSERS = "\"'”’»)]"
#: Opening to closing character. A straight quotation mark closes itself: its neighbours tell which of the two it is.
_PAIRS = {'"': '"', "'": "'", "“": "”", "‘": "’", "«": "»", "(": ")", "[": "]"}

#: How far apart the marks of one quotation or bracket may stand, in characters. A stray mark must not
#: swallow the rest of its block.
_LONGEST_SPAN = 1200
#: How deep a closing mark looks for its opening one.
_DEEPEST_SPAN = 8
#: How far back the word before a stop is looked for, in characters.
_LONGEST_WORD = 40
#: How long a bracket after a stop, such as "(R-22-31)", may be to be a reference, in characters.
_LONGEST_REFERENCE = 60

#: A place where a sentence could end. It opens with one set of characters because that is what ``re`` searches fast.
_STOP = re.compile(
    r"""
    [.!?…\n•▪●‣◦■❖➢✓]
    (?:
        (?<=[.!?…]) (?<![.!?…][.!?…]) (?P<more>[.!?…]*+) (?P<close>["'”’»)\]]*+)
        (?P<note>\d{1,3}(?:,\d{1,3})*+|[¹²³⁰-⁹]++|(?:\[\d{1,3}\])++)?+ (?=\s)  # "practice.3 The"
    |   (?<=[a-z][a-z][a-z][.!?]) (?P<glued>)(?=[A-Z][a-z]*+[\s,])  # "practice.The": a space lost in reading
    |   (?<=\n) (?P<blank>[^\S\n]*+\n)
    |   (?<=\s[•▪●‣◦■❖➢✓]) (?P<bullet>)(?=\s)
    )
    """,
    re.VERBOSE,
)
_DELIMITER = re.compile(r"""["'“”‘’«»()\[\]]""")
_SPACE = re.compile(r"\s*+")
_NEXT_WORD = re.compile(r"""["'“‘«(\[]*+(?P<word>\w+(?:['’-]\w+)*+)(?P<stop>\.?)""")
_SPEECH = re.compile(r"(?:\S+ ){1,3}?(?:said|says|asked|asks|told|replied|added|explained|answered|wrote)\b")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,4}")
_CODE = re.compile(r".*\d.*|[A-Z]{1,4}")
_CONSONANTS = re.compile(r"[B-DF-HJ-NP-TV-Zb-df-hj-np-tv-xz]?[b-df-hj-np-tv-xz]+")
_ENUMERATOR = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})\)?(?:\.\d{1,3}){0,4}")
_BRACKETED = re.compile(r"\((?:[a-z]|[ivx]{1,5})\)\s")
_LABEL = re.compile(
    r"(?P<word>[A-Z][a-z]+|[A-Z]{2,5}) (?:No\. )?#?[A-Z]{0,3}\d+[a-z]?(?:[./-]\d+)*"
    r"|Action|Background|Cause|Comment|Condition|Conclusion|Consequence|Context|Criteri(?:a|on)|Effect|Evidence"
    r"|Findings?|Methods?|Note|Objective|Observation|Recommendations?|Requirements?|Response|Results?|Risk|Scope|Summary"
)
_FRAGMENT = re.compile(r"[\W\d_]*(?:[ivx]{1,4}\.)?")
_ANSWER = re.compile(r"[^.!?…]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Never the end of a sentence.
_TITLES = _words(
    "mr mrs ms messrs dr prof sgt insp supt cllr hon rt rev revd fr capt lt col gen maj cmdr gov sen rep mt approx cf "
    "vs viz eg ie incl esp ca e.g i.e w.e.f v inj"
)
#: Go on before a number or a code, end a sentence before an ordinary word.
_NUMBERED = _words(
    "no nos para paras par pars reg regs fig figs art arts sec secs sect sects ch chs chap cap vol vols app apps sch "
    "schs cl cls pt pts cat ver rev ref refs obs rec recs gr wk ex tab eq item cert dwg ed el pos fol ext rm tel rs "
    "min max avg est dia in ft sq hr hrs mi lb lbs oz yd wt s ss p pp c r rr"
)
#: Among them, words that are whole sentences or end one before any capital letter that is not a code.
_ALSO_WORDS = _words("no art cat item")
#: Among them, those that end a sentence before any capital letter when a number stands before them.
_UNITS = _words("in dia ft sq hr hrs mi lb lbs oz yd min max wt s p pp")
#: End a sentence before any capital letter.
_CLOSING = _words("etc ltd plc inc corp bros jr snr jnr esq llc llp p.a a.m p.m am pm")
#: End a sentence only before a word that often starts one: a name may follow.
_NAMING = _words("st co dept ave rd blvd hwy sr al u.s u.k u.n e.u ft univ hosp govt assn sp spp subsp")
_MONTHS = _words("jan feb mar apr jun jul aug sep sept oct nov dec")
_DAYS = _words("mon tue tues wed thu thur thurs fri sat sun")
_CALENDAR = _MONTHS | _DAYS
#: What may follow "a.m." in the same sentence.
_AFTER_TIME = _CALENDAR | _words(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday gmt bst utc est edt cst cdt mst mdt pst pdt cet cest"
)
#: A capital letter after one of these is a name, not an initial: "Appendix B. The".
_LETTERED = _words(
    "annex appendix attachment band block building category class condition exhibit figure grade group hepatitis "
    "level line lot option part phase plan platform point priority question requirement rule schedule section site "
    "stage table team tier track type unit vitamin ward wing zone"
)
#: Words that often start a sentence and hardly ever follow an abbreviation inside one.
_STARTERS = _words(
    "a about according additionally after all also although among an and another any as asked at based because been "
    "before both but by children consequently despite due during each eight either every few finally first five "
    "following for four from further furthermore given had half he her here his how however i if in indeed inspectors "
    "instead it its later leaders management many more moreover most much neither nearly nine no nobody none nor not "
    "nothing of on once one only or other others our over overall parents patients people pupils records residents "
    "seven she several similarly since six so some staff still students such that the their then there therefore "
    "these they this those three through ten throughout thus to today two under unless until upon we were what when "
    "where whether which while who whose why with within without yet you your"
)


def split_text(text: str) -> list[tuple[int, int]]:
    """The sentences of one block as half-open character offsets into ``text``.

    No sentence begins or ends with white space, and every other character is in exactly one.
    Time is linear in the length of ``text``.
    """
    starts = [_skip_space(text, 0)]
    spans = _spans(text)
    closing = dict(spans)
    coming, guard = iter([*spans, (len(text), len(text))]), -1
    span = next(coming)
    for match in _STOP.finditer(text, starts[0], len(text.rstrip())):
        at = match.start()
        if match.end() <= starts[-1]:
            continue  # in the white space before a sentence that is already found
        while span[0] < at:
            # Inside a quotation or bracket nothing is split, unless the quotation stands by itself.
            if not (span[0] == starts[-1] and _stands_alone(text, *span)):
                guard = max(guard, span[1])
            span = next(coming)
        if match["blank"] is None and guard >= match.end():
            continue
        if (begin := _next_start(text, starts[-1], match, closing)) is not None and begin > starts[-1]:
            starts.append(begin)
    return [
        (start, start + len(text[start:end].rstrip()))
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
        if start < end
    ]


def _next_start(text: str, start: int, match: re.Match[str], closing: dict[int, int]) -> int | None:
    """Where the next sentence starts if the one from ``start`` ends at ``match``, else None."""
    if match["bullet"] is not None:
        return match.start()
    begin = _skip_space(text, match.end())
    if begin == len(text):
        return None
    if match["blank"] is not None:
        return begin
    if match["glued"] is not None:
        word = _word_before(text, match.start(), start)
        return begin if word.replace("-", "").isalpha() and not _is_known(word) else None
    if not _ends(text, start, match, begin):
        return None
    if text[begin] in "([" and begin in closing:
        begin = _after_reference(text, begin, closing[begin])
    return begin if begin < len(text) and _opens(text, begin) else None


def _ends(text: str, start: int, match: re.Match[str], begin: int) -> bool:
    """Whether the stop at ``match`` ends the sentence from ``start``, by the words around it."""
    if not _opens(text, begin):
        return False
    at, close = match.start(), match["close"]
    stop = text[at] + match["more"]
    if len(text) - begin <= _LONGEST_WORD:
        rest = text[begin:].rstrip()
        # "seen working by the officer. 17." and "Is the service safe? Requires improvement" are one unit.
        if _FRAGMENT.fullmatch(rest) or ("?" in stop and not close and _ANSWER.fullmatch(rest) and rest.count(" ") < 4):
            return False
    if stop[0] in "!?" and close and _is_speech(text, begin):
        return False
    if stop != ".":
        return True
    word = _word_before(text, at, start)
    if match["note"]:
        return bool(close) or (word[-1:].islower() and len(word) > 2 and not _is_known(word))
    if at - start <= _LONGEST_WORD and not close:
        lead = text[start:at]
        label = _LABEL.fullmatch(lead)
        if _ENUMERATOR.fullmatch(lead) or (label and (label["word"] or "").lower() not in _STARTERS):
            return False
    return bool(close) or not _goes_on(text, at, start, word, begin)


def _goes_on(text: str, at: int, start: int, word: str, begin: int) -> bool:
    """Whether ``word``, an abbreviation with its stop at ``at``, is followed by more of its sentence at ``begin``."""
    key = word.lower().rsplit("-", 1)[-1]
    following = _NEXT_WORD.match(text, begin)
    after = following["word"] if following else ""
    starter = after[:1].isupper() and after.lower() in _STARTERS and not (following and following["stop"])
    before = _word_before(text, max(start, at - len(word) - 1), start)
    numbered = before[-1:].isdigit() or "-" in word or word[:1].isdigit()
    if len(word) == 1 and word.isupper():
        return not starter and before.lower() not in _LETTERED
    if key in _TITLES:
        return True
    if numbered and key in _UNITS:
        return after[:1].isdigit()
    if key in _NUMBERED and key != "in":
        return (after != "I" and _CODE.fullmatch(after) is not None) or not (
            starter or (key in _ALSO_WORDS and after[:1].isupper())
        )
    if key in _CALENDAR and word[0].isupper():
        return after[:1].isdigit() or not (starter or numbered)
    if (key in _CLOSING and key not in {"am", "pm"}) or (key in {"am", "pm"} and numbered):
        return (after[:1].isdigit() and key != "etc") or (key[-1] == "m" and after.lower() in _AFTER_TIME)
    if key in _NAMING or _DOTTED.fullmatch(word):
        return not starter
    if _CONSONANTS.fullmatch(word) and len(word) > 1 and not numbered:
        return not starter
    return False


def _is_known(word: str) -> bool:
    key = word.lower()
    return key in _TITLES or key in _NUMBERED or key in _CLOSING or key in _NAMING or key in _CALENDAR


def _is_speech(text: str, begin: int) -> bool:
    """Whether the words at ``begin`` name a speaker: ``"Hurry up!" Smith said``."""
    following = _NEXT_WORD.match(text, begin)
    starter = following is not None and following["word"].lower() in _STARTERS
    return not starter and _SPEECH.match(text, begin, begin + 2 * _LONGEST_WORD) is not None


def _opens(text: str, at: int) -> bool:
    """Whether a sentence can start with the characters at ``at``."""
    if _BRACKETED.match(text, at):
        return True
    quoted = False
    for _ in range(_DEEPEST_SPAN):
        if at < len(text) and (text[at] in _OPENERS or text[at] in "-–—"):
            quoted = quoted or text[at] in '"“‘«'
            at = _skip_space(text, at + 1)
    character = text[at : at + 1]
    if character.islower():
        # "eBay", "iPad": a capital inside the first letters.
        return quoted or any(letter.isupper() for letter in text[at + 1 : at + 3])
    return character.isalnum() or (character != "" and character in "£$€§#")


def _after_reference(text: str, opening: int, close: int) -> int:
    """Where the next sentence starts if a bracket follows the stop: at the bracket, or behind it if it refers back.

    "(See requirement 1.)" and "(Closed) Doors: all seals renewed." start a sentence; "(R-22-31)" ends the one before.
    """
    inner = text[opening + 1 : close][: _LONGEST_REFERENCE + 1]
    behind = _skip_space(text, close + 1)
    if inner[-1:] in {".", "!", "?"} or len(inner) > _LONGEST_REFERENCE:
        return opening
    if behind == len(text):
        return behind
    is_reference = any(map(str.isdigit, inner)) and not _ENUMERATOR.fullmatch(inner)
    return behind if is_reference and _opens(text, behind) else opening


def _stands_alone(text: str, opening: int, close: int) -> bool:
    """Whether the span is a quotation of whole sentences that no clause carries."""
    if text[opening] in "([" or text[close - 1] not in ".!?…":
        return False
    behind = _skip_space(text, close + 1)
    return behind == len(text) or (_opens(text, behind) and not _is_speech(text, behind))


def _spans(text: str) -> list[tuple[int, int]]:
    """The quotations and brackets of ``text``: offsets of opening and closing mark, by opening mark."""
    spans: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for match in _DELIMITER.finditer(text):
        at, mark = match.start(), match[0]
        before, after = text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
        if mark in "'’" and before.isalnum() and after.isalnum():
            continue
        if mark in "\"'":
            opens = (before.isspace() or before in "([“‘\"'-–—/") and (
                after.isalpha() if mark == "'" else not after.isspace()
            )
        else:
            opens = mark in _PAIRS
        if opens:
            stack.append((_PAIRS[mark], at))
            continue
        for depth in range(1, min(len(stack), _DEEPEST_SPAN) + 1):
            if stack[-depth][0] == mark:
                opening = stack[-depth][1]
                del stack[-depth:]
                if at - opening <= _LONGEST_SPAN:
                    spans.append((opening, at))
                break
    return sorted(spans)


def _word_before(text: str, at: int, start: int) -> str:
    """The characters between the last white space and ``at``, without opening marks."""
    words = text[max(start, at - _LONGEST_WORD) : at].rsplit(None, 1)
    return words[-1].lstrip(_OPENERS + "–—/") if words and not text[at - 1 : at].isspace() else ""


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at

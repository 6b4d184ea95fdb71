"""Where a sentence of a report ends: rules over the characters of one block.

One pass over the places where a sentence could end (:data:`_STOP`), each decided from the word before it,
the word after it and the quotation or bracket it stands in. Every look around is bounded, so the time is
linear in the length of the text whatever the text is.
"""

from __future__ import annotations

import re

from scrutiny.splitting import words

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
        (?<=[a-z][a-z][a-z][a-z]\.) (?P<plain>)(?=\ [A-Z][a-z])  # "practice. The"
    |   (?<=[.!?…]) (?<![.!?…][.!?…]) (?P<more>[.!?…]*+) (?P<close>(?:["'”’»)\]]|[ \u00a0\u202f]»)*+)
        (?P<note>\d{1,3}(?:,\d{1,3})*+|[¹²³⁰-⁹]++|(?:\[\d{1,3}\])++)?+ (?=\s)  # "practice.3 The"
    |   (?<=[a-z\d)%][.!?]) (?P<glued>)(?=[A-Z][a-z]*+[\s,])  # "practice.The": a space lost in reading
    |   (?<=\n) (?P<blank>[^\S\n]*+\n)
    |   (?<=\s[•▪●‣◦■❖➢✓]) (?P<bullet>)(?=\s)
    )
    """,
    re.VERBOSE,
)
#: A quotation mark or bracket; an apostrophe between two letters is neither.
_DELIMITER = re.compile(r"""["'“”‘’«»()\[\]](?<!\w['’](?=\w))""")
_SPACE = re.compile(r"\s*+")
#: What a sentence may open with: "(b) ", or marks and then a letter, figure or sign.
_OPENING = re.compile(
    r"""\((?:[a-z]|[ivx]{1,5})\)\s | (?P<marks>(?:["'“‘«(\[\-–—]\s*+){0,8}+) (?P<first>[^\W_]|[£€$§#])""", re.VERBOSE
)
_NEXT_WORD = re.compile(r"""["'“‘«(\[]*+(?P<word>(?P<stem>\w+)(?:['’-]\w+)*+)(?P<stop>\.?)""")
_SPEECH = re.compile(r"(?:\S+ ){1,3}?(?:said|says|asked|asks|told|replied|added|explained|answered|wrote)\b")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,4}")
_CODE = re.compile(r".*\d.*|[A-Z]{1,4}")
#: "vessels A and B.": letters, not initials.
_LETTERS = re.compile(r"\s[A-Z] (?:and|or|to) \Z")
_CONSONANTS = re.compile(r"[B-DF-HJ-NP-TV-Zb-df-hj-np-tv-xz]?[b-df-hj-np-tv-xz]+")
#: "eBay", "iPad", "pH": a capital inside the first letters.
_CAMEL = re.compile(r"[a-z]{1,2}[A-Z]")
_ENUMERATOR = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})\)?(?:\.\d{1,3}){0,4}")
#: A printed number of a paragraph that begins: "2.6 The", "2.6. The".
_PARAGRAPH_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,4}\.?\s+[A-Z]")
#: A figure that goes on with the measure or citation before it: "3 ft. 2 in.", "Regn. 7(b)", "Attach. 1, Part 2".
_SMALLER_UNIT = re.compile(r"[\d½¼¾][\d.,/½¼¾]*+\s?(?:in|ft|yds?|lbs?|oz|mins?|secs?|mm|cm|m)\b")
_CITED = re.compile(r"\d+[a-z]?(?:\(|, )")
_LABEL = re.compile(
    r"(?P<word>[A-Z][a-z]+|[A-Z]{2,}) (?:(?:No\. )?#?[A-Z]{0,3}\d+[a-z]?(?:[./-]\d+)*|[A-Z]|[IVX]{1,5})"
    r"|[QA]\. \d[\d,]*+"
)
#: A bracket that its sentence goes on behind, "Marl Ltd. (Sydney) and", or one that holds a sentence.
_ASIDE = re.compile(
    r"[(\[](?:(?![ivx]{1,5}[)\]])[^()\[\].!?]{3,60}[)\]](?:[,;:.]|\s+[a-z])"
    r"|(?P<sentence>[A-Z][^()\[\]]{15,300}[.!?][)\]]))"
)
#: How a noun may end that names the part of a report it heads: "Notification. On 4 May the board was told."
_HEADING_WORD = re.compile(r"[A-Z]\w+(?:[ts]ion|ment|[ae]nce|ity|ship|view)s?", re.IGNORECASE)
_FRAGMENT = re.compile(r"(?:[^\w%]|[\d_])*(?:[ivx]{1,4}\.)?")
#: Whose label it is: "Management's response. The Department concurs."
_POSSESSOR = re.compile(r"[A-Z]\w+(?:['’]s|s['’]) ")
#: "21 Sept. 10:42".
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d\b")
_ANSWER = re.compile(r"[^.!?…]+")
#: A time or date that opens a sentence, before its verb: "In an interview on 4 May at 2 p.m. Nurse Low said".
_ADVERBIAL = re.compile(
    r"(?:(?:\w+ly|just|soon|early|late) )?"
    r"(?:at|in|on|by|from|about|around|before|after|since|until|during|between) ",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"[;?!]|:\s|\b(?:am|is|are|was|were|be|been|has|have|had|do|does|did|can|could|may|might|must|shall|should|will|would"
    r"|became|began|broke|brought|came|caught|drove|fell|felt|found|gave|got|grew|heard|hit|kept|knew|led|left|lost|made"
    r"|met|paid|put|ran|rang|rose|said|sat|saw|sent|set|slept|spoke|stood|struck|taught|thought|told|took|went|woke"
    r"|wrote|\w\w+ed)\b"
)
#: How long such an opening may be, in characters.
_LONGEST_ADVERBIAL = 100
#: How long a short name before a figure may be, in characters.
_LONGEST_CITED = 6
#: What a footnote's figure may follow: "practice.3", "2025.1", "61%.2", "(see p. 4).5".
_BEFORE_NOTE = re.compile(r".*(?:[a-z]{3}|[%)\]\"'”’]|(?<!\d)(?:19|20)\d\d)")


def split_text(text: str) -> list[tuple[int, int]]:
    """The sentences of one block as half-open character offsets into ``text``.

    No sentence begins or ends with white space, and every other character is in exactly one.
    Time is linear in the length of ``text``.
    """
    starts = [_skip_space(text, 0)]
    size = len(text)
    spans = _spans(text)
    closing = dict(spans)
    coming, guard = iter([*spans, (size, size)]), -1
    span = next(coming)
    for match in _STOP.finditer(text, starts[0], len(text.rstrip())):
        (at, end), kind, start = match.span(), match.lastgroup, starts[-1]
        if end <= start:
            continue  # in the white space before a sentence that is already found
        while span[0] < at:
            # Inside a quotation or bracket nothing is split, unless the quotation stands by itself.
            if not (span[0] == start and _stands_alone(text, *span)):
                guard = max(guard, span[1])
            span = next(coming)
        if guard >= end and kind != "blank":
            continue
        # By far the most frequent is an ordinary word, well inside the block: no more need be asked.
        if kind == "plain" and at - start > _LONGEST_WORD and size - at > 2 * _LONGEST_WORD:
            word = text[text.rfind(" ", at - _LONGEST_WORD, at) + 1 or at : at]
            if word.islower() and word.isalpha() and word not in words.ABBREVIATIONS:
                starts.append(end + 1)
                continue
        if (begin := _next_start(text, starts, match, closing)) is not None and begin > start:
            starts.append(begin)
    return [
        (start, start + len(text[start:end].rstrip()))
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
        if start < end
    ]


def _next_start(text: str, starts: list[int], match: re.Match[str], closing: dict[int, int]) -> int | None:
    """Where the next sentence starts if the last of ``starts`` ends at ``match``, else None."""
    at, kind = match.start(), match.lastgroup
    if kind == "bullet":
        return at
    begin = _skip_space(text, match.end())
    if begin == len(text):
        return None
    if kind == "blank":
        return begin
    if kind == "glued":
        return begin if _is_glued(text, starts[-1], at, begin) else None
    if not _ends(text, starts, match, begin):
        return None
    if text[begin] in "([" and begin in closing:
        begin = _after_reference(text, begin, closing[begin])
        return begin if begin < len(text) and _opens(text, begin) else None
    return begin


def _is_glued(text: str, start: int, at: int, begin: int) -> bool:
    """Whether a sentence ends at the stop at ``at`` though no space is printed behind it."""
    word, following = _word_before(text, at, start), _NEXT_WORD.match(text, begin)
    if following and len(following["word"]) > 1 and _is_starter(following):
        # Addresses and file names go on without a space too.
        return not any(mark in word for mark in "@/\\_") and not word.startswith("www.")
    plain = word.replace("-", "")
    return plain.isalpha() and plain[-3:].islower() and len(plain) > 2 and word.lower() not in words.ABBREVIATIONS


def _ends(text: str, starts: list[int], match: re.Match[str], begin: int) -> bool:
    """Whether the stop at ``match`` ends the last sentence of ``starts``, by the words around it."""
    if not _opens(text, begin):
        return False
    start, at, close, note = starts[-1], match.start(), match["close"], match["note"]
    stop = text[at] + (match["more"] or "")
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
    if close:
        # "Northern Homes (Scotland Ltd.) Trust": the bracket closes, not the sentence.
        return close[0] not in ")]" or text[start] in "([" or word.lower() not in words.ABBREVIATIONS
    if note:
        known = word.lower() in words.ABBREVIATIONS
        return not known and (not note[0].isascii() or note[0] == "[" or _BEFORE_NOTE.fullmatch(word) is not None)
    if at - start <= _LONGEST_WORD and _is_label(text[start:at], len(starts) == 1):
        return False
    return not _goes_on(text, at, start, word, begin)


def _is_label(lead: str, first: bool) -> bool:
    """Whether ``lead`` is a number or label that belongs to the sentence after it; ``first`` in its block or not."""
    if _ENUMERATOR.fullmatch(lead) or (first and _HEADING_WORD.fullmatch(lead)):
        return True
    label = _LABEL.fullmatch(lead)
    return (
        (label["word"] or "").lower() not in words.STARTERS
        if label
        else _POSSESSOR.sub("", lead).lower() in words.LABELS
    )


def _goes_on(text: str, at: int, start: int, word: str, begin: int) -> bool:
    """Whether ``word``, an abbreviation with its stop at ``at``, is followed by more of its sentence at ``begin``."""
    key = word.lower().rsplit("-", 1)[-1]
    is_known, is_name = key in words.ABBREVIATIONS, word[:1].isupper()
    if not is_known and not is_name and len(word) > 1 and word.isalpha() and not _CONSONANTS.fullmatch(word):
        return False  # by far the most frequent
    before = _word_before(text, max(start, at - len(word) - 1), start)
    if word.isdigit() and ((before[-1:] == ":" and word == "1") or (before[-1:] == ";" and len(word) <= 2)):
        return True  # "must: 1. Mend the lift; 2. Paint the hall"
    if is_known and text[begin] in "([" and (bracket := _ASIDE.match(text, begin)):
        return bracket["sentence"] is None
    following = _NEXT_WORD.match(text, begin)
    after, starter = (following["word"], _is_starter(following)) if following else ("", False)
    numbered = before[-1:].isdigit() or "-" in word or word[:1].isdigit()
    if len(word) == 1 and is_name:
        initials = following is not None and len(after) == 1 and bool(following["stop"])
        return initials or (
            not starter
            and before.lower() not in words.LETTERED
            and not _LETTERS.search(text[max(start, at - 8) : at - 1])
        )
    if key in words.JOINING or (is_name and (key in words.TITLES or after.lower() in words.COMPANIES)):
        return True
    figure = after[:1].isdigit()
    cites = key in words.CITING and _CODE.fullmatch(after) is not None  # "Article 4 Sec. 12", not "4 min 10 sec. It"
    if numbered and key in words.UNITS and not cites:
        return _SMALLER_UNIT.match(text, begin) is not None
    if key in words.NUMBERED and key != "in":
        is_code = _CODE.fullmatch(after) and (after != "I" or text[begin + 1 : begin + 2] in {",", ";", ")", "."})
        return bool(is_code) or not (starter or (key in words.ALSO_WORDS and after[:1].isupper()))
    if figure and _PARAGRAPH_NUMBER.match(text, begin):
        return False
    if key in words.CALENDAR and is_name:
        if numbered:
            return (figure and (len(after) == 4 or _CLOCK.match(text, begin) is not None)) or _is_adverbial(
                text, start, at
            )
        return figure or not starter
    if key in words.TIMES and (numbered or "." in key):
        return figure or after.lower() in words.AFTER_TIME or _is_adverbial(text, start, at)
    if key in words.CLOSING:
        return figure and key != "etc"
    if key in words.NAMING or (is_name and key in words.PROPER) or _DOTTED.fullmatch(word):
        return not starter
    if _CONSONANTS.fullmatch(word) and len(word) > 1 and not numbered:
        return not starter
    # "134 Stat. 113", "Regn. 7(b)": short names before a figure.
    is_short = is_name and len(word) <= _LONGEST_CITED and key not in words.AFTER_TIME
    return is_short and ((figure and before[-1:].isdigit()) or _CITED.match(text, begin) is not None)


def _is_starter(following: re.Match[str]) -> bool:
    """Whether the next word is one that often starts a sentence: not "No." and other abbreviations."""
    if _CAMEL.match(following["word"]):
        return True
    return following["word"][0].isupper() and not following["stop"] and following["stem"].lower() in words.STARTERS


def _is_adverbial(text: str, start: int, at: int) -> bool:
    """Whether all that stands before ``at`` is a time: "At 4.20 a.m. Deputy Low went round"."""
    if at - start > _LONGEST_ADVERBIAL or not _ADVERBIAL.match(text, start, at):
        return False
    return _VERB.search(text, start, at) is None


def _is_speech(text: str, begin: int) -> bool:
    """Whether the words at ``begin`` name a speaker: ``"Hurry up!" Smith said``."""
    following = _NEXT_WORD.match(text, begin)
    starter = following is not None and _is_starter(following)
    return not starter and _SPEECH.match(text, begin, begin + 2 * _LONGEST_WORD) is not None


def _opens(text: str, at: int) -> bool:
    """Whether a sentence can start with the characters at ``at``."""
    opening = _OPENING.match(text, at)
    if opening is None or (first := opening["first"]) is None:
        return opening is not None
    if not first.islower():
        return True
    return any(mark in opening["marks"] for mark in '"“‘«') or _CAMEL.match(text, opening.start("first")) is not None


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

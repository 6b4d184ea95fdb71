"""Until when: deadlines as printed, and the day they mean for a report of a given day."""

from __future__ import annotations

import re
from calendar import monthrange
from contextlib import suppress
from datetime import date, timedelta

from scrutiny.dates import DATE, MONTH, days_of
from scrutiny.records.obligation import leads_to_answers
from scrutiny.records.phrases import Passage
from scrutiny.records.tags import surest
from scrutiny.report import Basis, Deadline, Role

_NUMBERS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
} | {"a": 1, "an": 1, "fourteen": 14, "eighteen": 18, "thirty": 30, "sixty": 60, "ninety": 90}
_DAY_ONLY = (
    r"(?:\b(?:(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)? (?:of )?"
    r"(?-i:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*|"
    r"(?-i:January|February|March|April|May|June|July|August|September|October|November|December) "
    r"(?:[12][0-9]|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![0-9])(?!,? [0-9]{4}))\b)"
)
_MONTH_ONLY = (
    r"\b(?-i:January|February|March|April|May|June|July|August|September|October|November|December)\b(?! [0-9])"
)
_QUARTER = r"\b(?:the )?(?:(?:first|second|third|fourth|last) quarter of|Q[1-4]) (?:19|20)[0-9]{2}"
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? )?"
_SEASONS = r"(?:spring|summer|autumn|winter|season|school year|academic year|financial year|new year)"
_FEASTS = (
    r"(?-i:Easter|Christmas|Whitsun|Michaelmas|Pentecost|Advent|Lent|Ramadan|Thanksgiving|Passover|Diwali|"
    r"[A-Z][a-z]+ [A-Z][a-z]+['’]s? Day|Lab(?:ou)?r Day)\b"
)
_PERIOD = (
    rf"(?P<count>[0-9]{{1,3}}|{'|'.join(_NUMBERS)}) "
    r"(?P<unit>(?:working |calendar |business )?(?:hour|day|week|month|year))s?"
)
#: "Clear the channel (7 days)".
_PERIOD_ALONE = re.compile(_PERIOD, re.IGNORECASE)
_DEADLINE = re.compile(
    rf"\b(?:well |in good time )?(?:(?:by|before|no later than|not later than|until|on or before|as from|"
    rf"with effect from|from|due:?(?: by)?|beginning with|starting)"
    rf" (?:the )?(?:end of |(?:close of (?:business|play)|noon|midday|midnight|"
    rf"[0-9]{{1,2}}(?:[:.][0-9]{{2}})? ?[ap]\.?m\.?) (?:on )?)?"
    rf"{_WEEKDAY}(?P<date>{DATE}|{MONTH}|{_QUARTER}|{_DAY_ONLY}|{_MONTH_ONLY})"
    rf"|(?:within|in the next|over the next|inside|no later than|not later than) (?:the next |a period of )?{_PERIOD}"
    rf"(?: (?P<of>of|from|after|following)(?: [\w']+){{1,5}})?"
    rf"(?P<namely>,? (?:namely|that is|i\.e\.),? by (?P<named>{DATE}))?"
    rf"|(?:by|from|before|no later than|not later than) (?:the )?(?P<turn>end|close|start|beginning) of (?:this|"
    rf"the current|the present|"
    rf"the|next|the next) (?P<turning>month|quarter|(?:calendar )?year|week)\b(?! of)(?: onwards?)?"
    rf"|(?:within|in|over|during|inside) (?:the )?(?:next|coming|following|current|forthcoming) (?:\w+ )?(?:[\w-]+ )?"
    rf"(?:cycles?|quarters?|seasons?|terms?|periods?|outage|holidays?|weeks|months)\b"
    rf"|in (?P<hence>{'|'.join(_NUMBERS)}|[0-9]{{1,2}}) (?P<unit_hence>days?|weeks?|months?|years?)(?:['’]s?)? time\b"
    rf"|(?:in|during) (?P<coming>{MONTH})|(?:in|"
    rf"during) (?:the )?20[0-9]{{2}}[-–/][0-9]{{2,4}} (?:\w+ )?(?:year|season)\b"
    rf"|in (?:its|their|your) (?:\w+ )?(?:report|accounts|return|statement)s? for 20[0-9]{{2}}(?:[-–/][0-9]{{2,4}})?"
    rf"|(?<!of )(?<!at )(?<!in )(?<!for )this (?:session|parliament|term|season|(?:\w+ )?year|month|week)(?=[.,;]|$)"
    rf"|(?:at|during|as part of) (?:the|its|their|your) next (?:[\w-]+ ){{0,2}}(?:review|inspection|visit|"
    rf"audit|session|"
    rf"revision|update|survey|renewal)\b(?: of(?: [\w'’-]+){{1,4}})?|(?<!as )soon\b(?! (?:as|after|before))"
    rf"|before (?:[\w'’-]+ ){{1,8}}?in 20[0-9]{{2}}\b"
    rf"|(?:no later than|not later than|by|before|in time for|ahead of) (?:its|their|your|our|"
    rf"the board['’]s) (?:[\w-]+ ){{0,3}}"
    rf"(?:meeting|renewal|inspection|audit|review|visit|season|session|recess)\b"
    rf"|at (?:the|its|their|your) (?:next|(?-i:January|February|March|April|May|June|July|August|September|October|"
    rf"November|"
    rf"December)) (?:[\w-]+ ){{0,2}}meeting\b"
    rf"|(?:before|ahead of|prior to) the (?:19|20)[0-9]{{2}} (?:[\w-]+ ){{0,2}}[a-z-]+s?\b|(?:by|"
    rf"before) (?P<closing>the end of )?(?P<year>20[0-9]{{2}})\b"
    rf"|(?:by|before|ahead of|prior to|in time for|not later than|on the occasion of) (?:the )?(?:next|start of|"
    rf"end of|beginning of|following|onset of|surveillance|first|forthcoming|any (?:further|future|new)|academic|"
    rf"{_SEASONS})\b"
    rf"(?: [\w-]+){{0,4}}"
    rf"|(?:by|before|ahead of) {_FEASTS}"
    rf"|by return(?: of post)?\b|(?P<after>(?P<later>{'|'.join(_NUMBERS)}|[0-9]{{1,2}}) (?P<unit_later>weeks?|"
    rf"months?|days?) after "
    rf"(?:publication|receipt|(?:the |this )?(?:\w+ )?report)(?: of (?:this|the) report)?)"
    rf"|(?:with immediate effect|at once|(?:right|straight) ?away|immediately|forthwith|without (?:further )?delay|"
    rf"as (?:soon|quickly|early) as "
    rf"(?:possible|practicable)|as a matter of urgency|urgently)"
    rf"(?: (?:following|upon|on) (?:the )?(?:publication|receipt|completion|issue)(?: of (?:this|the) \w+)?)?"
    rf"(?:,? (?:and |but )?(?:at the latest|no later than|not later than) (?:within |by )?(?P<latest>{DATE}|"
    rf"(?P<most>[0-9]{{1,3}}|{'|'.join(_NUMBERS)}) (?P<unit_of_most>(?:working |calendar )?(?:day|week|month))s?))?)"
    rf"(?: at the (?:very )?latest)?",
    re.IGNORECASE,
)
#: "To be met before accreditation can be confirmed:" leads into a list of what is wanted until then.
_LED_BEFORE = re.compile(r"\b(?:before|prior to|ahead of) [^:,;]{3,80}(?=:)", re.IGNORECASE)
#: A code behind a demand whose time is told at the head of its section: "(A)" where "A, immediate; B, within a year".
_CODE = re.compile(r"[(\[](?P<code>(?:priority )?[A-Z]?[0-9]?|high|medium|low)[)\]]\.?$", re.IGNORECASE)
_CODE_BEFORE = re.compile(r"(?P<code>(?:Priority )?(?:[A-Z]?[0-9]|[A-Z])): ")
_RECEIPT = re.compile(r"\b(?:receipt|receiv\w+)\b", re.IGNORECASE)
_LEGEND_WITHIN = 30
_FEAST_DAYS = {"christmas": (12, 25), "michaelmas": (9, 29), "all saints' day": (11, 1), "new year's day": (1, 1)}
_FEAST = re.compile(r"Easter\b|Lab(?:ou)?r Day|Christmas|Michaelmas|All Saints['’] Day|New Year['’]s Day")
#: A date on a line of its own, behind the demand: "Date to be complied with: 1 June 2024", "Timescale: by 3 May".
_LABELLED = re.compile(
    rf"(?:dates? (?:to be complied with|for (?:completion|compliance|action))|time ?(?:scale|frame)s?|deadline|"
    rf"target (?:date|completion)|due(?: date)?|completion date|to be (?:completed|met) by|by when|implementation date)"
    rf"\s*[:|]?\s*(?:by |within |before )?(?P<date>{DATE}|{MONTH})",
    re.IGNORECASE,
)
_LABELLED_BEHIND = re.compile(rf"(?:^|[;|] ){_LABELLED.pattern}", re.IGNORECASE)
#: "Regulation 23: Substantially compliant, yellow, 30/09/2024".
_DATED_HEADING = re.compile(rf"[,;:|–-] ?(?P<date>{DATE})$", re.IGNORECASE)
#: "Within a year", "2. Straight away:", "Short term (within six months)", "What should happen before the next visit".
_TIMED_HEADING = re.compile(
    rf"(?:[0-9.]+[.)]? )?(?:what (?:.{{3,40}} )?(?:should|must|needs? to|ha(?:s|ve) to|(?:is|are) to) .{{2,30}}? "
    rf"(?=before|within|by|until|in|at)|(?:immediate|(?:short|medium|long)(?:er)?[ -]term|phase|stage|priority)"
    rf"[a-z0-9 -]{{0,30}}\((?=[^()]*\)))?"
    rf"(?P<limit>{_DEADLINE.pattern})\)?:?",
    re.IGNORECASE,
)
#: Where a limit is what the thing asked for is to keep to, not until when it is asked for.
_RULE_BEFORE = re.compile(r"\b(?:how|whether|which|who|reviewed?|occurr?\w*|issues? \w+)\b[^,;]*$", re.I)
_RULE_AFTER = re.compile(r" of (?:any|each|every|all|an?|receiving|such)\b", re.IGNORECASE)
_AT_ONCE = re.compile(
    r"at the|right|straight|without|with immediate|at once|immediately|forthwith|urgently|as a matter"
)
#: What tells a time has a figure or one of these words.
_OF_TIME = re.compile(
    r"[0-9]{1,2} [A-Z]|[0-9]{4}|[0-9] ?(?:hour|day|week|month|year)|\b(?:by|before|within|until|after|from|due|"
    r"next|end|start|once|soon|prior|ahead|now|immediate\w*|forthwith|urgent\w*|delay|today|"
    r"tomorrow|on|in|at|when|as|this|time|(?:hour|day|week|month|quarter|year|season|term|session)s?|daily|weekly|monthly|quarterly|annually)\b",
    re.IGNORECASE,
)
#: So many characters before a time limit are looked at for what it belongs to.
_CLAUSE = 300
#: "so that the master is called at once": how soon is what is asked for.
_OF_RULE = re.compile(r"\b(?:so that|where|if|when|whenever)\b[^,;:]*$", re.IGNORECASE)
_OWN_DAY = re.compile(r"\b(?:report|publication|letter|notice|issue|decision)\b", re.IGNORECASE)


def deadline(passage: Passage) -> Deadline | None:
    """The deadline of a recommendation: in its own words, those of its lead-in, or on a line with a label behind it;
    else what the model takes for it."""
    own: list[Deadline] = []
    for match in _DEADLINE.finditer(passage.text):
        if not _is_rule(passage.text, match) and not _is_past(match, passage):
            day, basis = _day(match, passage)
            start = passage.record.start + match.start()
            own.append(Deadline(match.group(), start, start + len(match.group()), day, basis))
    if own:
        # Of several, the first that is a day: "restock it forthwith and repair the roof by 30 April".
        return next((one for one in own if one.date), own[0])
    # "To ensure ..." does not go on with the sentence before the list.
    if (
        passage.lead_in is not None
        and not passage.text.startswith("To ")
        and not leads_to_answers(passage.lead_in.text)
    ):
        for match in _DEADLINE.finditer(passage.lead_in.text):
            if not _is_rule(passage.lead_in.text, match):
                day, basis = _day(match, passage)
                start = passage.lead_in.start + match.start()
                return Deadline(match.group(), start, start + len(match.group()), day, basis)
        if event := _LED_BEFORE.search(passage.lead_in.text):
            start = passage.lead_in.start + event.start()
            return Deadline(event.group(), start, start + len(event.group()), None, Basis.INFERRED)
    if (code := _CODE.search(passage.text) or _CODE_BEFORE.match(passage.text)) and (
        told := _by_code(code["code"], passage)
    ):
        return told
    for sentence in passage.after:
        if labelled := _LABELLED.match(sentence.text):
            return _at(labelled, sentence.start, passage)
    return _over(passage) or _read_off(passage)


def _at(labelled: re.Match[str], begin: int, passage: Passage) -> Deadline:
    """A date that stands in a text which begins at ``begin``."""
    days = days_of(labelled["date"], order=passage.regime.dates)
    start = begin + labelled.start("date")
    return Deadline(labelled["date"], start, start + len(labelled["date"]), days and days[1], Basis.EXPLICIT)


def _over(passage: Passage) -> Deadline | None:
    """The date with a label at the head of the record's section, before any other record, or, if that is still to
    come, the time that its heading is or the date that it ends with."""
    head = list(passage.preceding()) if passage.headings else []
    if all(sentence.role is Role.OTHER for sentence in head):
        for sentence in head:
            if labelled := _LABELLED_BEHIND.search(sentence.text):
                return _at(labelled, sentence.start, passage)
    heading = passage.headings[-1] if passage.headings else ""
    dated, timed = _DATED_HEADING.search(heading), _TIMED_HEADING.fullmatch(heading)
    at = passage.report.text.rfind(heading, 0, passage.record.start) if dated or timed else -1
    if timed and at >= 0 and not _is_past(timed, passage):
        start = at + timed.start("limit")
        day, basis = _day(timed, passage)
        is_past = day and passage.today and day < passage.today[: len(day)]
        return None if is_past else Deadline(timed["limit"], start, start + len(timed["limit"]), day, basis)
    if dated and at >= 0 and passage.today:
        found = _at(dated, at, passage)
        return found if found.date and found.date >= passage.today[: len(found.date)] else None
    return None


def _read_off(passage: Passage) -> Deadline | None:
    """What the model takes for the deadline, of which the rules know the day at most."""
    sentence = passage.report.sentences[passage.record.sentences[0]]
    if (tag := surest(sentence, "deadline")) is None:
        return None
    # "degrease the wall behind the range: 7 days;": what stands before a colon is what is to be done.
    printed = sentence.text[tag.start : tag.end].rpartition(":")[2].strip(" ,;.")
    if not _OF_TIME.search(printed):
        return None
    start = sentence.start + sentence.text.rindex(printed, tag.start, tag.end)
    begin = start - sentence.start
    match = _DEADLINE.search(passage.text, begin, begin + len(printed))
    if match and (_is_rule(passage.text, match) or _is_past(match, passage)):
        return None
    day, basis = _day(match, passage) if match else (None, Basis.INFERRED)
    if match is None and passage.today and (period := _PERIOD_ALONE.fullmatch(printed)):
        with suppress(ValueError, OverflowError):
            day = _after(passage.today, period["count"], period["unit"])
    return Deadline(printed, start, start + len(printed), day, basis)


def _by_code(code: str, passage: Passage) -> Deadline | None:
    """The time that a sentence before it in the same section gives to the code of a demand."""
    legend = re.compile(rf"(?<![\w]){re.escape(code)} ?[,:=–—(-] ?(?P<limit>immediate(?:ly)?\b|[^,;.)]{{3,60}})")
    for sentence in (*passage.preceding(_LEGEND_WITHIN), *passage.above()):
        if sentence.role is not Role.OTHER or not (told := legend.search(sentence.text)):
            continue
        match = _DEADLINE.match(told["limit"])
        if match or told["limit"].startswith("immediate"):
            day, basis = _day(match, passage) if match else (None, Basis.INFERRED)
            start, printed = sentence.start + told.start("limit"), match.group() if match else told["limit"]
            return Deadline(printed, start, start + len(printed), day, basis)
    return None


def _is_past(match: re.Match[str], passage: Passage) -> bool:
    """Whether "in May 2019" tells of a time before the report rather than until when."""
    if match["year"] and passage.today:
        return match["year"] < passage.today[:4]
    days = days_of(match["coming"]) if match["coming"] else None
    return bool(days and passage.today and days[1] <= passage.today[:7])


def _is_rule(text: str, match: re.Match[str]) -> bool:
    """Whether a time limit is part of what is asked for: "review plans within 30 days of any change"."""
    before = text[max(0, match.start() - _CLAUSE) : match.start()]
    if match["date"] is not None:
        return match.group().lower().startswith("from ") and bool(re.search(r"\d ?$|\bdata\b", text[: match.start()]))
    if match["count"] is None:
        printed = match.group().lower()
        if _AT_ONCE.match(printed) and _OF_RULE.search(before):
            return True
        return bool(_RULE_BEFORE.search(before)) and "next" not in printed and not _AT_ONCE.match(printed)
    return bool(
        _RULE_BEFORE.search(before)
        or _RULE_AFTER.match(text, match.end())
        or (
            match["of"]
            and re.search(r"\bof (?:any|each|every|an?|all|the (?:meeting|event|incident))\b", match.group())
        )
    )


def _day(match: re.Match[str], passage: Passage) -> tuple[str | None, Basis]:
    """The last day of a deadline, and whether it is printed in full; None where the calendar has no such day."""
    try:
        return _reckoned(match, passage)
    except (ValueError, OverflowError):
        return None, Basis.INFERRED


def _reckoned(match: re.Match[str], passage: Passage) -> tuple[str | None, Basis]:
    order, today = passage.regime.dates, passage.today
    printed = match["named"] or match["date"] or match["coming"]
    if printed:
        days = days_of(printed, order=order)
        if days:
            return _ends(match.group(), days[1]), Basis.EXPLICIT
        day = _next(printed, today) if today else None
        return day and _ends(match.group(), day), Basis.INFERRED
    if match["latest"]:
        days = days_of(match["latest"], order=order)
        if days:
            return days[1], Basis.EXPLICIT
        return (_after(today, match["most"], match["unit_of_most"]) if today else None), Basis.INFERRED
    if _RECEIPT.search(match.group()):
        return None, Basis.INFERRED
    if match["hence"] and today:
        return _after(today, match["hence"], match["unit_hence"].rstrip("s")), Basis.INFERRED
    if match["count"] and today:
        # "issued on 3 May, asking for repairs within five days": counted from the day told of before it.
        told = re.search(rf"\bon (?P<day>{DATE}|{_DAY_ONLY})", passage.text[: match.start()])
        begin = today
        if told and not (match["of"] and _OWN_DAY.search(match.group())):
            days = days_of(told["day"], order=order)
            begin = days[0] if days else _near(told["day"], today) or today
        return _after(begin, match["count"], match["unit"]), Basis.INFERRED
    if match["closing"]:
        return f"{match['year']}-12-31", Basis.EXPLICIT
    if match["turn"] and today:
        return _turn(match["turn"].lower() in ("end", "close"), match["turning"].lower(), today), Basis.INFERRED
    if match["after"] and today:
        return _after(today, match["later"], match["unit_later"].rstrip("s")), Basis.INFERRED
    if feast := _FEAST.search(match.group()):
        return _feast(feast.group().lower().replace("’", "'"), today) if today else None, Basis.INFERRED
    return None, Basis.INFERRED


def _turn(is_end: bool, unit: str, today: str) -> str | None:
    """The last day of this month, quarter or year; None for its beginning, and for a week."""
    year, month = int(today[:4]), int(today[5:7])
    if not is_end or unit.endswith("week"):
        return None
    month = 12 if unit.endswith("year") else month + (-month % 3) if unit == "quarter" else month
    return f"{year}-{month:02}-{monthrange(year, month)[1]:02}"


def _feast(name: str, today: str) -> str | None:
    """The day of the next such feast that falls on the same day every year, or of Easter or Labour Day."""
    for year in (int(today[:4]), int(today[:4]) + 1):
        if name == "easter":
            day = _easter(year)
        elif name.endswith("bour day") or name == "labor day":
            day = date(year, 9, 1) + timedelta(days=-date(year, 9, 1).weekday() % 7)
        else:
            day = date(year, *_FEAST_DAYS[name])
        if day.isoformat() >= today[:10]:
            return day.isoformat()
    return None


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm as printed in Nature, 20 April 1876."""
    century, of_century = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _ends(printed: str, day: str) -> str:
    """``day``, or the last day of its month where the end of it is meant."""
    if len(day) == 7 and re.search(r"\bend of\b", printed, re.IGNORECASE):
        year, month = int(day[:4]), int(day[5:])
        return f"{day}-{monthrange(year, month)[1]:02}"
    return day


def _next(printed: str, today: str) -> str | None:
    """The first such day that is not before ``today``, for a day printed without its year."""
    year = int(today[:4])
    for candidate in (year, year + 1):
        days = days_of(f"{printed.rstrip('.')} {candidate}")
        if days and days[0] >= today[: len(days[0])]:
            return days[0]
    return None


def _near(printed: str, today: str) -> str | None:
    """The last such day that is not after ``today``, else the next."""
    days = days_of(f"{printed.rstrip('.')} {today[:4]}")
    return days[0] if days else None


def _after(begin: str, count: str, unit: str) -> str | None:
    """The day ``count`` units after ``begin``; None where ``begin`` is no full day or the unit is hours."""
    if len(begin) != 10:
        return None
    number = _NUMBERS.get(count.lower()) or int(count)
    day, unit = date.fromisoformat(begin), unit.lower()
    if unit.startswith(("working", "business")):
        while number:
            day += timedelta(days=1)
            number -= day.weekday() < 5
        return day.isoformat()
    if unit.endswith("hour"):
        return None
    if unit.endswith("day") or unit.endswith("week"):
        return (day + timedelta(days=number * (7 if unit.endswith("week") else 1))).isoformat()
    months = day.month - 1 + number * (12 if unit.endswith("year") else 1)
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1])).isoformat()

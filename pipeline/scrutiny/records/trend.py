"""Which way a result has gone since an earlier time.

A result says so with a verb of change ("has worsened"), with a comparison against an earlier time ("fewer than in
2019", "as slow as before", "down from 61%"), or with a word for what goes on ("still", "has yet to"). Words that are
good or bad in themselves settle the direction; where only a quantity moved, the role of the result does.
"""

from __future__ import annotations

import re

from scrutiny.records.people import GROUPS
from scrutiny.records.phrases import Passage
from scrutiny.report import Attribute, Role

_HAS = r"(?:has|have|had)"
_QUITE = r"(?:\w+ ){0,3}"
_YEAR = r"(?:19|20)[0-9]{2}"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_COUNT = r"(?:[0-9]+|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|several|some|a few)"
_SPAN = rf"(?:{_COUNT} )?(?:full |calendar |financial )?(?:weeks?|months?|years?|quarters?|seasons?|decades?|terms?)"
_BEFORE = r"(?:last|previous|earlier|preceding|prior|first|initial|original|baseline|stage [0-9]|interim|predecessor)"
_OCCASION = (
    r"(?:inspections?|visits?|audits?|reviews?|reports?|surveys?|assessments?|years?|months?|quarters?|periods?|"
    r"monitoring|follow-up|inquiry|mission|terms?|renewals?|elections?|exercises?|editions?|summer|winter|season|"
    r"occasion|time|cycle)"
)
#: An earlier time, as a phrase with its preposition or an adverb: "in 2019", "at the last visit", "two years ago".
_EARLIER = (
    rf"(?:(?:(?:it|they|this|that|these|we|was|were|had|did|been|have|there|reported|recorded|found|seen|noted|"
    rf"measured|described|"
    rf"the case|when|the one|those) ){{0,4}}"
    rf"(?:(?:in|at|on|for|during|since|from|of) (?:early |late |"
    rf"mid-)?(?:the )?(?:(?:{_MONTHS}) )?{_YEAR}(?:[-/–][0-9]{{2,4}})?|"
    rf"(?:in|at|on|for|during|since|of|from) (?:our|the|its|their) (?:{_YEAR} |\w+ )?{_BEFORE} (?:\w+ )?{_OCCASION}|"
    rf"(?:in|at|on|for|of|since|from) (?:our|the|its|their) {_YEAR} (?:\w+ )?{_OCCASION}|"
    rf"(?:our|the|its) (?:\w+ )?{_BEFORE} (?:\w+ )?{_OCCASION}|(?:our|the|its) {_YEAR} {_OCCASION}|"
    rf"(?:in|during) the (?:\w+ )?year of (?:our|the|its|their) [\w ]{{3,30}}|at any (?:\w+ )?(?:time|point)|"
    rf"any (?:year|time)|"
    rf"{_SPAN} (?:ago|before|earlier|previously)|the {_OCCASION} before|last (?:year|time|month|winter|summer|autumn|"
    rf"spring)|"
    rf"(?:in|at|for|over) the (?:same )?(?:preceding |previous |prior )?{_OCCASION} (?:a year )?(?:before|earlier|ago)|"
    rf"(?:when|before) (?:we|inspectors|the (?:team|\w+ began|\w+ (?:started|opened)))(?: last)?(?: \w+)?|"
    rf"before(?: the [\w-]+(?: [\w-]+){{0,3}} (?:began|started|opened|came))?|previously|formerly|hitherto|earlier|"
    rf"then|"
    rf"designation|ever|it was|they were|(?:at|before) the (?:start|beginning|outset|time)\b|{_YEAR}))"
)

#: Verbs of change that say whether it was for the better.
_UP = (
    r"improved|strengthened|recovered|transformed|stabili[sz]ed|progressed|advanced|matured|rebounded|turned around|"
    r"picked up|settled down|calmed down|bounced back|got better|come (?:a long way|on)|moved (?:on|forward)|"
    r"gone from strength to strength|"
    r"been (?:eliminated|rectified|remedied|put right|turned around|resolved|cleared|restored|lifted|cured|"
    r"reversed|overcome|refurbished|renovated|rebuilt|redecorated|modernised|modernized|upgraded|revitali[sz]ed|"
    r"strengthened|streamlined|made good)"
)
_DOWN = (
    r"deteriorated|worsened|weakened|slipped|regressed|eroded|slid|suffered|stalled|"
    r"gone backwards?|got worse|fallen (?:behind|away|back|off)|"
    r"fallen into (?:disuse|disrepair)|lost ground|crept up|collapsed|been (?:eroded|lost|neglected|"
    r"downgraded|"
    r"allowed to (?:lapse|slide|slip|fall))|backslid|spread|mounted|piled up"
)
_IMPROVED = re.compile(
    rf"\b(?:improved|{_HAS} {_QUITE}(?:{_UP}|further developed)|(?:is|are|was|were) (?:now |since )?(?:much |greatly |"
    rf"significantly |markedly |considerably |clearly )?(?:improving|turned around|on the mend|recovering|"
    rf"stabili[sz]ed)|"
    r"further developed|"
    rf"(?:made|making|shown|(?:started|begun|beginning) to show|seen|there {_HAS} been|shows?) {_QUITE}"
    r"(?:improvements?|progress|strides|gains|headway)\b"
    r"(?! (?:plan|board|journey|notice|partner|work))|"
    rf"(?:improvements?|progress) (?:to \w+ |in \w+ )?{_QUITE}(?:made|achieved|seen|held)|acceleration (?:to|of|"
    rf"in) {_QUITE}"
    r"improvements?|now ranks|(?:was|were|is|are) (?:now|since) (?:in good order|resolved|fully met)|"
    r"(?<!make )(?<!makes )(?:significant|substantial|marked|steady|good|notable|real|sustained|some|clear|"
    r"considerable|encouraging|"
    r"big) (?:\w+ )?"
    r"(?:improvements?|progress|advances?|gains?|steps? forward|turnaround)\b(?! (?:plan|board|is|are|was) )|"
    r"clear(?:ly)? better|(?:changed|change|turned|turn|shift)\w* for the better|the better for|stopped altogether|"
    r"(?:has|have|had) turned (?:a|the) corner|an improvement (?:on|over|upon)|(?:did|does|do) (?:improve|"
    r"pick up|recover)|"
    r"turned (?:the |\w+ |it )(?:[\w-]+ )?around|brought about (?:a|an) (?:[\w-]+ )*(?:shift|change|improvement|"
    r"transformation)|"
    r"gone from paper to practice|a step forward|steps? change\b|transformed\b|"
    r"corrective action (?:was |is )?effective|"
    rf"(?:was|were) (?:the )?position (?:was )?stabili[sz]ed|position (?:was|has been) stabili[sz]ed)\b",
    re.IGNORECASE,
)
#: Worse. Who "declined to" or "declined them" refused.
_WORSE = re.compile(
    rf"\b(?:declin(?:ed|es|ing)\b(?! (?:to|them|it|him|her|us|and|an?|the|any|for)\b)|decline in\b|"
    rf"deteriorat(?:ed|es|ing|ion)|deteriorate\b|worsen(?:ed|s|ing)|weaken(?:ed|ing)|slipped|"
    rf"regress(?:ed|ion)|eroded|slid(?:den)?\b|allowed to slide|{_HAS} {_QUITE}(?:{_DOWN}|lengthened|deepened|widened)|"
    rf"(?<!who )(?<!that )no longer (?=meets?|met|effective|sufficient|good|able|"
    rf"safe|works?|functions?|drains?|attends?|compl)|changed for the worse|fallen behind|been lost|"
    rf"(?:is|are|was|were) (?:now )?(?:going in the wrong direction|getting worse|slipping|dwindling|backsliding|"
    rf"growing worse)|"
    rf"(?:become|became) (?:worse|weaker|poorer|harder)|(?:a|an|is a) (?:growing|worsening|mounting|increasing) "
    rf"(?:problem|concern|risk)|"
    rf"gone backwards|"
    rf"not (?:been )?(?:maintained|sustained|kept up))\b",
    re.IGNORECASE,
)
_BETTER_WORD = (
    r"(?:better|stronger|cleaner|safer|healthier|tidier|happier|calmer|"
    r"more (?:favourable|favorable|flexible|effective|robust|reliable|consistent|confident|transparent|open|"
    r"accurate|stable|"
    r"positive))"
)
_WORSE_WORD = (
    r"(?:worse|weaker|poorer|dirtier|slower|shabbier|"
    r"less (?:effective|robust|reliable|consistent|confident|transparent|safe|stable))"
)
_MORE = (
    r"(?:more|less|fewer|higher|lower|longer|shorter|greater|smaller|larger|bigger|deeper|wider|older|faster|quicker|"
    r"easier|harder|earlier|later|fuller|sooner|[a-z]{3,}ier|rarer|nearer|closer|cheaper|dearer|narrower|thinner|"
    r"steeper|tighter|looser|warmer|cooler|broader|richer|sharper|lighter|heavier)"
)
#: As it was: a denied change, a denied difference, or equality with an earlier time.
_NO_BETTER = re.compile(
    rf"\b(?:no (?:discernible |significant |further |real |material |measurable |appreciable )?(?:improvement|"
    rf"progress|change)\b|"
    r"(?:insufficient|limited|too little|little|scant) (?:progress|improvement|change)|"
    r"not (?:made )?(?:enough|sufficient) (?:progress|improvement)|(?:do|does|did) not (?:\w+ly )?(?:improve|change)|"
    r"(?:^|[:;] ?)not (?:yet )?(?:done|implemented|started|completed|closed)|"
    r"(?:is|are|was|were|been) (?:both |all |much |still )?(?:where (?:it|they) (?:was|were)|the same as (?:in|at)|"
    r"stable (?:since|over|for))|"
    rf"{_HAS} (?:still )?not (?:yet )?(?:\w+ly )?(?:improved|changed|progressed|fallen|reduced|risen|moved)|"
    rf"{_HAS} (?:barely|hardly|scarcely) (?:improved|changed|progressed|moved|fallen|shifted)|"
    rf"{_HAS} been (?:too )?slow to|improvement (?:has|have|is) (?:\w+ )?(?:been )?(?:too )?slow|"
    rf"(?:no|neither|not(?: any)?) {_MORE}(?: \w+){{0,2}} (?:than|nor \w+ than) {_EARLIER}|"
    rf"(?:no|not(?: any)?|neither) (?:{_BETTER_WORD}|{_WORSE_WORD})(?: (?:nor|or) [\w ]{{3,12}})? (?:than {_EARLIER}|"
    rf"than before)|"
    rf"\bas (?:\w+ly )?\w+(?: and \w+)? as (?:(?:it|they|he|she|we|this|that|there|ever|always|has|have|had|was|were|"
    rf"been|did) )*"
    rf"(?:{_EARLIER})|"
    rf"(?:exactly |just |much |again )?as (?:(?:was|were|is|it|they|this|that|had|did|has|have|always|been|also|"
    rf"the case|so) ){{0,5}}"
    rf"(?:in|at|on|during) (?:(?:(?:our|the|its|all|both|each|every|any) )?(?:{_YEAR} |"
    rf"\w+ )?{_BEFORE} (?:\w+ )?{_OCCASION}|"
    rf"(?:the time of )?(?:our|the|its) (?:{_YEAR} |\w+ )?{_OCCASION}|{_YEAR})|"
    r"as (?:it|they) (?:always )?(?:has|have|had|did|was|were)(?: always)?(?= (?:at|in|before)\b|[.,;]|$)|"
    rf"(?:the )?same (?:\w+ )?(?:as|since|failings?|weakness(?:es)?|problems?|issues?|faults?|"
    rf"finding) (?:as )?(?:\w+ )?{_EARLIER}|"
    rf"(?:unchanged|static|stable|constant|flat|identical)(?: as| at| since| from| over| in)? {_EARLIER}|"
    r"(?:is|are|was|were|remains?|remained|has been|have been) (?:largely |broadly |essentially |virtually |still )?"
    r"(?:unchanged|static|at a standstill)|no change (?:in|to|on|since)|"
    r"no signs? of (?:improv|chang|com|fall|abat|recover|slow|stopp|eas|declin|reduc|ris)\w+|(?:held|hold|"
    r"holding|stayed|staying|kept) (?:firm|steady|stable|constant|level|the same)|hover(?:ed|s|ing) (?:at|"
    r"around|about)|"
    rf"{_HAS} (?:plateaued|stagnated|levelled off|stuck)|stuck at|"
    rf"(?:the )?same as (?:{_EARLIER}|before)|much the same|as (?:slow|bad|poor|good|high|low|few|many|much) as "
    rf"(?:ever|before|they ever|it ever)|repeat (?:finding|nonconformity|observation|breach)|(?:are|is|was|"
    rf"were) repeats?\b|"
    rf"{_HAS} (?:not been|never been) (?:followed up|acted (?:up)?on|put right))\b",
    re.IGNORECASE,
)
#: As it was, in other words; anything that moved in the same result counts more.
_UNCHANGED = re.compile(
    rf"\b(?:{_HAS} (?:still )?not (?:yet )?(?:been )?(?:sufficiently |fully |adequately )?(?:addressed|resolved|"
    rf"acted (?:up)?on|implemented|resumed)|(?:is|are|was|were) still (?:no|not)\b|"
    r"there (?:still )?(?:is|are),? (?:still )?(?:no|not)\b(?= change)|still is,? no|remain(?:s|ed)? (?:unchanged|"
    r"unresolved|outstanding|unaddressed|an? (?:weakness|concern|problem|strength|priority)|(?:too )?(?:high|low|"
    r"long|slow|good|poor|weak|strong|at))|remain(?:s|ed)?, [^,]{3,20},|"
    r"continues? to be\b|continues? to [a-z]+|to this day\b|"
    rf"(?:(?:was|were|been) (?:also |already |previously |first )?|\ba (?:practice|failing|weakness|point|matter|"
    rf"fault|problem|"
    rf"shortcoming) )(?:cited|identified|raised|noted|reported|criticised|criticized|highlighted|"
    rf"flagged|observed|recorded|recommended)(?: by \w+)? (?:in {_YEAR}|(?:at|in|after|during|on) (?:the|our|its|"
    rf"both|all|each)"
    rf"(?: \w+)? (?:{_BEFORE} )?{_OCCASION})\b|"
    rf"(?:neither|none|nothing|not one)[^.;]{{0,60}} (?:was|were|has been|have been) (?:acted (?:up)?on|"
    rf"completed|done|implemented|addressed|resolved)|"
    rf"(?:the )?same (?:failings?|weakness(?:es)?|problems?|issues?|faults?|shortcomings|deficienc(?:y|ies))|"
    rf"{_YEAR} and again in {_YEAR}|(?:is|are) still (?:pending|outstanding|awaited|open|missing|unresolved|"
    rf"waiting|to be)\b|"
    rf"for the (?:second|third|fourth|fifth|sixth|\w+th) (?:\w+ )?(?:time|year|inspection|audit) (?:running|"
    rf"in a row|in succession)|"
    rf"recurr(?:ing|ent) (?:deficienc|finding|fault|problem|weakness|failing|theme|issue|breach)\w*|"
    rf"previously (?:cited|raised|"
    rf"identified|reported|noted)\b|"
    rf"(?:is|are|was|were|{_HAS} been) static|persist(?:s|ed)?\b|{_HAS} recurred|(?:years?|months?) (?:on|"
    rf"after[^,]{{3,40}}),? "
    rf"[^.;]{{3,60}}\bstill|"
    r"in similar terms (?:in|at))",
    re.IGNORECASE,
)
#: What a quantity is told in: figures, words for them, and earlier times.
_FIGURE = rf"(?=[0-9£$€]|(?:{_COUNT}|none|nil|zero|half|eleven|[a-z]+teen|[a-z]+ty)\b|{_BEFORE}\b)"
_QUANTITIES = (
    r"(?:numbers?|proportion|share|rates?|use|capacity|access|availability|staffing|turnover|waits?|waiting times?|"
    r"levels?|backlogs?|delays|demand|caseloads|vacancies|attendance|exclusions|incidents)"
)
_SHIFTED = (
    r"increased|risen|fallen|dropped|reduced|decreased|halved|doubled|trebled|tripled|quadrupled|grown|lengthened|"
    r"deepened|"
    r"widened|shortened|narrowed|diminished|subsided|abated|eased|lessened|multiplied|intensified|shrunk|climbed|"
    r"soared|plummeted|jumped|surged|expanded|contracted|dwindled|dried up|tailed off|dropped off|"
    r"all but (?:dried up|ceased|stopped|disappeared)|been (?:cut|halved|"
    r"reduced|doubled|trimmed|raised|shortened)|"
    r"gone (?:up|down|from (?=[0-9]))|come down|crept (?:up|down)|been on the (?:rise|increase)|"
    r"seen a (?:\w+ )?(?:rise|fall|increase|"
    r"decrease|reduction|drop)"
)
#: A quantity that went up or down, or differs from an earlier one; whether that is good depends on the result.
_MOVED = re.compile(
    rf"\b(?:{_HAS} (?:\w+ ){{0,2}}(?:{_SHIFTED})|(?:increased|rose|rising|fell|"
    r"falling|climbed|grew|dropped|reduced|decreased|halved|doubled|trebled|lengthened|shortened|cut|"
    r"went(?: up| down|(?= from ))|"
    rf"jumped) (?:\w+ ){{0,4}}?(?:(?:from|to|by|at) (?:about |around |nearly |almost |over |more than |some |"
    rf"the )?{_FIGURE}|"
    r"since|over the (?:last|past)|again|further|(?:year on year|[\w-]+ points?\b))|"
    rf"(?:down|up) from\b|(?:down|up) by (?:about |around |nearly |almost |over |more than |some )?{_FIGURE}|"
    rf"(?:down|up) on (?:the|its|our|last) |down to [\w.,%]+ from\b|"
    r"for the first time (?:since|in|ever)\b|gone (?:up|down) steadily|"
    r"against [0-9]+ ?(?:%|per cent) (?:\w+ ){0,3}(?:earlier|before|ago)|"
    r"year on year\b|(?:is|are|was|were) (?:on the (?:rise|increase|decline)|falling|rising)\b|"
    rf"(?:was|were) reduced\b|and falling\b|(?:an?|the) (?:reduction|increase|rise|fall|drop|decrease) "
    rf"(?:in(?! (?:{_MONTHS}|{_YEAR}))|of (?=[0-9]))|"
    rf"(?:(?:has|have) )?been (?:shortened|halved)|{_HAS} (?:shortened|cut) \w+|"
    rf"(?:increasing|growing|rising|falling|decreasing|reducing|reduced|increased|diminished|shrinking) "
    rf"(?:\w+ )?{_QUANTITIES}|[0-9.,%]+,? up from)\b",
    re.IGNORECASE,
)
#: A figure beside one of an earlier time.
_COMPARED = re.compile(
    rf"\b(?:(?!(?:more|less|fewer|later|earlier) than (?:{_SPAN}|"
    rf"{_YEAR}))(?:{_MORE})(?: [\w-]+){{0,4}} than (?:{_EARLIER}|{_HAS} been)|"
    rf"{_MORE} (?:by [\w. ]{{1,20}} )than {_EARLIER}|"
    rf"(?:compared (?:with|to)|as (?:against|opposed to)|against|"
    rf"versus)(?: (?:the )?[\w.,%$£€-]+){{1,6}}? (?:{_EARLIER})|"
    rf"(?:before|earlier|ago),? (?:the (?:number|figure|total|rate) (?:was|stood at)|there were|it (?:was|stood at)|"
    rf"they numbered) (?=[0-9])|(?!(?:more|fewer) than (?:{_SPAN}|{_YEAR}))(?:an? )?(?:hour|day|week|month|quarter|"
    rf"half|third|more|fewer)(?: as many| again|"
    rf" more)* "
    rf"(?:as|than) (?:many |much )?{_EARLIER}|"
    rf"(?:the )?(?:lowest|highest|fewest|fastest|shortest|longest|largest|smallest) (?:[\w-]+ ){{0,4}}?"
    rf"(?:since|for (?:{_COUNT}|over|more)|in (?:the history|{_SPAN}|living memory)|on record|ever)\b|"
    rf"(?:twice|double|treble|half|triple|\w+ times) (?:that|those|the (?:number|figure|rate|level|total)|"
    rf"what)(?: \w+){{0,3}} "
    rf"{_EARLIER}|(?:even {_MORE}|{_MORE} still|still {_MORE}) (?:today|now|than)\b|that compares with\b)",
    re.IGNORECASE,
)
#: What was before, and a time from which on something differs.
_FORMER = re.compile(
    rf"(?:the (?:figure|number|rate|share|total) (?:is )?(?:today|now)\b|"
    rf"(?:who|which|that|there|it|they|we) used to (?=[a-z])|"
    rf"(?:had|were|was|stood|numbered) once\b|once (?:had|were|was|stood|numbered|been)\b|"
    rf"{_MORE}(?: [\w-]+)? since (?:the|its|our|{_YEAR}))",
    re.IGNORECASE,
)
_FORMERLY = ("used to", "once", "since", "today", "figure now")
_COMPARES = (
    "twice",
    "double",
    "half",
    "times",
    "still",
    "even",
    "than",
    "compare",
    "against",
    "opposed",
    "versus",
    "ago",
    "before",
    "earlier",
    "est ",
)
#: Better or worse than at an earlier time, or than another time's figure.
_THAN = {
    "improved": re.compile(
        rf"\b(?:{_BETTER_WORD}(?: \w+){{0,2}} than (?:{_EARLIER}|at|in|when|before)|{_HAS} (?:become|grown|"
        rf"got) (?:\w+ )?"
        rf"(?:{_BETTER_WORD}|more [\w-]+|easier|simpler)|best (?:since|for|in)\b|an advance on\b|"
        rf"not (?:been )?(?:so|the case) before|(?:was|were|had|could) not (?:\w+ ){{0,4}}(?:{_EARLIER})|"
        rf"(?:{_BETTER_WORD})(?: [\w-]+)? since (?:the|its|our|{_YEAR})|"
        rf"more \w+ than (?:{_EARLIER})|no longer\b)",
        re.IGNORECASE,
    ),
    "declined": re.compile(
        rf"\b(?:{_WORSE_WORD}(?: \w+){{0,2}} than\b|less \w+ than (?:{_EARLIER})|worst (?:since|for|in)\b|"
        rf"{_HAS} (?:become|grown|got) (?:\w+ )?(?:{_WORSE_WORD}|less [\w-]+)|downgraded from\b|raised to major\b)",
        re.IGNORECASE,
    ),
}
#: What was poor before and is good now, told as a strength: "which had been wanting, is now exemplary".
_ONCE = re.compile(
    rf"\b(?:once|formerly|previously|{_HAS} (?:previously |been )?found (?:wanting|lacking)|in {_YEAR}|since \w+|"
    rf"last (?:year|time)|{_SPAN} ago|"
    rf"(?:a|an) (?:worry|concern|weakness|problem) (?:at|in) |{_BEFORE} {_OCCASION}|which had|that were|"
    rf"following the appointment)\b",
    re.IGNORECASE,
)
#: "Portions were said to have shrunk" tells of what has happened.
_REPORTED = re.compile(
    r"\b(?:said|reported|seems?|appears?|thought|known|found|believed|alleged)(?: by [^.;,]{3,40})? to $", re.I
)
_NOW = re.compile(
    r"\b(?:is|are|was|were|do|does|has|have|can|could) now\b|\bnow (?:can|have|in|met|adequate|good|"
    r"[a-z]+s)\b|\bthis time\b",
    re.IGNORECASE,
)
_BUT = re.compile(r"[,;] (?:but|however|yet)\b| but (?:is|are|was|were|remains?) still\b", re.IGNORECASE)
#: A concession says less than the clause that it is made in.
_CONCEDED = re.compile(r"\b(?:though|although|albeit|even if)\b[^,;]*$", re.IGNORECASE)
#: People who fall or climb do so on their feet.
_ON_FOOT = re.compile(
    r"(?:\w+ )*?(?:fallen|dropped|risen|climbed|jumped)\b(?! (?:from|to|by|in|since|again|over|further))"
)
_PERSON_BEFORE = re.compile(r"(?P<who>[a-z]+s?)(?: there)? $", re.IGNORECASE)
#: What only looks like a trend: something wanted, planned or meant.
_WANTED = re.compile(
    r"\b(?:to|would|will|could|can|may|might|should|must|help(?:s|ed)?|need(?:s|ed)?|for|of|be|where|identified|"
    r"(?:whether|why) [^;]*) "
    r"(?:be |have |further )?$",
    re.IGNORECASE,
)


def trend(passage: Passage) -> Attribute | None:
    """``improved``, ``declined`` or ``unchanged``, where the result says that it has.

    The last thing said of better or worse counts ("a decline was seen, and improvements have since been made"); where
    nothing is, quantities that moved, for the better in a strength and for the worse in a finding.
    """
    text, is_strength = passage.text, passage.record.role is Role.STRENGTH
    same = list(_NO_BETTER.finditer(text))
    taken = [match.span() for match in same]
    said = {
        "unchanged": same,
        "declined": [*_WORSE.finditer(text), *_THAN["declined"].finditer(text)],
        "improved": [*_IMPROVED.finditer(text), *(_THAN["improved"].finditer(text) if is_strength else ())],
    }
    found = [
        (match.start(), value, match)
        for value, matches in said.items()
        for match in matches
        if not _WANTED.search(text[: match.start()])
        and (value == "unchanged" or not any(match.start() < end and start < match.end() for start, end in taken))
    ]
    if found:
        main = [one for one in found if not _CONCEDED.search(text[: one[0]])]
        _, value, match = max(main or found, key=lambda one: one[0])
        return passage.at(value, *match.span())
    compared = _COMPARED.finditer(text) if any(word in text for word in _COMPARES) else ()
    former = _FORMER.finditer(text) if any(word in text for word in _FORMERLY) else ()
    for match in (*_MOVED.finditer(text), *compared, *former):
        person = _PERSON_BEFORE.search(before := text[: match.start()])
        if (
            person
            and _ON_FOOT.match(text, match.start())
            and any(person["who"].lower() in GROUPS[name] for name in ("service_users", "parents", "staff"))
        ):
            continue
        if not _WANTED.search(before) or _REPORTED.search(before):
            # "has fallen from 21 to three, but three is still too many": what moved is not the finding.
            turned = is_strength or _BUT.search(text, match.end())
            return passage.at("improved" if turned else "declined", *match.span())
    for match in _UNCHANGED.finditer(text):
        if not _WANTED.search(text[: match.start()]):
            return passage.at("unchanged", *match.span())
    now = _NOW.search(text) if is_strength and _ONCE.search(text) else None
    return passage.at("improved", *now.span()) if now else None

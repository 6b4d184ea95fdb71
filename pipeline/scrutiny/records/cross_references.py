"""Which finding and recommendation refer to each other in print: "(see R3)", "(paragraphs 30 and 112)"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations, product

from scrutiny.records.mentions import Mention, canonical, is_code, is_outline
from scrutiny.records.pointers import CLOSED, MOST_BEFORE, Reference, block_of, named_above, references_of
from scrutiny.records.printed_demands import DEMAND_NOUNS, PrintedDemands
from scrutiny.records.printed_labels import Labels, Place, around, main_series, places, wholes
from scrutiny.records.printed_pairs import rows
from scrutiny.records.references import PLACE
from scrutiny.report import Basis, Block, BlockKind, Link, Record, Report, Role

#: What results are called wherever they stand; "conclusion 7" of numbered paragraphs is the seventh.
_FINDING_NOUNS = frozenset("finding conclusion observation issue concern nonconformity deficiency weakness".split())
_RESULT_NOUNS = _FINDING_NOUNS | frozenset("matter point item norm criterion theme".split())
_RULES = frozenset("regulation article rule standard clause condition".split())
_POINTING_NOUNS = _RESULT_NOUNS | _RULES | {"breach", "condition"}
#: Codes that stand for nothing else where they are not pointed to: no "V4", "C1".
_LONG_CODE = re.compile(r"[a-z]{2}|[a-z][0-9]{3}|[0-9]")
#: A heading of a finding or recommendation, which answers the finding above it with the same number.
_PAIRED = re.compile(r"(?P<noun>finding|recommendation) (?P<number>[0-9]{1,3})\b", re.IGNORECASE)
#: A mention of more results is of a chapter, and of no shortfall in it.
_MOST_MEANT = 40
#: No demand is read any more once there are so many links: thousands of demands that each name the same fifty
#: paragraphs would make millions. Real reports have hundreds.
MOST_LINKS = 50_000
#: Of so many numbers in one mention those that hold others are told from these; so many records are compared.
_FEW, _MOST_COMPARED = 4, 400


def cross_references(
    report: Report, results: Sequence[Record], demands: Sequence[Record]
) -> dict[tuple[str, str], Link]:
    """The links that the text itself makes, in either direction, by the ids of result and demand."""
    links = _Links(report, results, demands)
    links.ask()
    links.answer()
    links.pair()
    return links.pairs


class _Links:
    """The printed links of a report, first as results make them, then as demands do."""

    def __init__(self, report: Report, results: Sequence[Record], demands: Sequence[Record]) -> None:
        self.pairs: dict[tuple[str, str], Link] = {}
        self._report, self._results, self._demands = report, results, demands
        self._starts = [result.start for result in results]
        self._places = places(report)
        self._numbered = PrintedDemands(report, demands, self._places)
        #: What each result refers to besides demands, and what refers to each demand.
        self._told: dict[str, list[Reference]] = {}
        self._cited: dict[str, Reference] = {}
        #: What each result rests on in print.
        self._far: dict[str, list[Record]] = {}
        self._asked = self._read_results()
        self._placed = _placed(results, self._places, self._told)
        self._pointing = _pointing(results, self._told)

    def _read_results(self) -> list[tuple[Record, Record, Reference]]:
        """Which results refer to which demands, and where."""
        codes = {number for numbers in self._numbered.numbers.values() for number in numbers[:1] if is_code(number)}
        asked: list[tuple[Record, Record, Reference]] = []
        answered = set[str]()
        for index, result in enumerate(self._results):
            self._told[result.id] = []
            before = self._results[max(0, index - MOST_BEFORE) : index]
            for reference in references_of(self._report, result, codes):
                meant = self._numbered.meant(reference.mention, result)
                run = _run(self._report, before, result, answered) if reference.behind else [result]
                if not meant or any(map(is_outline, reference.mention.numbers)):
                    for one in run:
                        self._told[one.id].append(reference)
                if meant and _asks(result, reference.mention):
                    answered.update(one.id for one in run)
                    self._cited |= {demand.id: reference for demand in meant}
                    asked += [(one, demand, reference) for demand in meant for one in run]
        return asked

    def ask(self) -> None:
        """Links what results refer to: "... (see R3)"."""
        for result, demand, reference in self._asked:
            if len(self.pairs) >= MOST_LINKS:
                return
            self._link(result, demand, reference)

    def answer(self) -> None:
        """Links what demands refer to: "... (paragraphs 30 and 112)"."""
        above = {place.heading: list(named_above(self._report, place.heading)) for place in self._places}
        starts, paired = self._starts, _paired(self._report)
        silent: list[Record] = []
        last = 0
        for demand in self._demands:
            if len(self.pairs) >= MOST_LINKS:
                return
            heading = self._places[demand.sentences[0]].heading
            if demand.id in self._cited:
                self._link_what_leads_to(demand)
            if heading in paired:
                number, start = paired[heading]
                under = self._results[bisect_left(starts, start) : bisect_left(starts, demand.start)]
                for result in (*(under if len(under) <= _MOST_MEANT else ()), *self._pointing["finding", number]):
                    if result.role is Role.FINDING:
                        self._link(result, demand, self._report.blocks[heading], far=False)
            self._link_what_has_its_number(demand, last)
            last = demand.end
            block = block_of(self._report, demand)
            silent = [one for one in silent[-MOST_BEFORE:] if block_of(self._report, one) == block]
            refers = False
            for reference in (*references_of(self._report, demand), *above[heading]):
                # A sentence behind several demands that refer to nothing themselves speaks for them all.
                for one in (demand, *(silent if reference.behind else ())):
                    refers |= self._link_what_is_meant(one, demand, reference)
            silent = [] if refers else [*silent, demand]

    def pair(self) -> None:
        """Links what rows of tables pair."""
        for at, named in rows(self._report) if self._results else ():
            for mention, other in permutations(named, 2):
                demands = self._numbered.meant(replace(mention, pointed=True), self._results[0])
                if not demands:
                    continue
                reference = Reference(replace(other, pointed=True), at + other.start, at + other.end)
                meant = _meant(self._placed, demands[0], reference)
                found = [result for result in meant if result.role is Role.FINDING]
                if len(found) * len(demands) <= _MOST_MEANT:
                    for result, demand in product(found, demands):
                        self._link(result, demand, reference)

    def _link_what_has_its_number(self, demand: Record, last: int) -> None:
        """Links the findings, since the demand that ended at ``last``, of the paragraph before it that is numbered as
        the demand itself is: "A.1", "A.1"."""
        place = self._places[demand.sentences[0]]
        block = self._report.blocks[block_of(self._report, demand)]
        is_own = bool(block.marker) and canonical(block.marker) == place.paragraph
        if not is_own or not (is_code(place.paragraph) or is_outline(place.paragraph)):
            return
        starts = self._starts
        for result in self._results[bisect_left(starts, last) : bisect_left(starts, demand.start)]:
            stands = self._report.blocks[block_of(self._report, result)]
            of_one = self._places[result.sentences[0]].heading == place.heading and stands.end <= block.start
            if of_one and result.role is Role.FINDING and stands.marker == block.marker:
                self._link(result, demand, block, far=False)

    def _link_what_leads_to(self, demand: Record) -> None:
        """Links the results above a demand that stand under the number by which others refer to it."""
        names = product(("", "headed", "paragraph"), self._numbered.numbers[demand.id])
        heading = self._places[demand.sentences[0]].heading
        for result in self._placed.first(names):
            if self._places[result.sentences[0]].heading == heading and result.start < demand.start:
                self._link(result, demand, self._cited[demand.id])

    def _link_what_is_meant(self, demand: Record, by: Record, reference: Reference) -> bool:
        """Links the results that a reference of the demand ``by`` is to with ``demand``, and tells whether any is."""
        mention = reference.mention
        is_sure = mention.pointed or (len(mention.numbers) > 1 and all(map(is_code, mention.numbers)))
        near = list(_meant(self._pointing, by, reference)) if is_sure else []
        there = [*_meant(self._placed, by, reference), *near]
        if reference.label:  # what stands below under the same label tells what became of the demand
            there = [result for result in there if result.start < by.start]
        if reference.start < by.start:  # and beside it stands what it is about
            heading = self._places[by.sentences[0]].heading
            there = [result for result in there if self._places[result.sentences[0]].heading != heading]
        # What is referred to for what is wrong in it may tell what is well besides.
        there = [result for result in there if result.role is Role.FINDING] or there
        # What a finding of a whole section rests on besides would be too much.
        beside = {result.id for result in (near if reference.mention.noun != "section" else there)}
        for result in there:
            self._link(result, demand, reference, far=result.id not in beside)
        return bool(there)

    def _link(self, result: Record, demand: Record, at: Reference | Block, *, far: bool = True) -> None:
        """Links a result and, if that is to count, what it rests on itself."""
        if far and result.id not in self._far:
            self._far[result.id] = list(_further(self._placed, result, self._told[result.id]))
        for one in (result, *(self._far[result.id] if far else ())):
            self.pairs.setdefault((one.id, demand.id), Link(demand.id, 1.0, Basis.EXPLICIT, at.start, at.end))


def is_flagged(result: Record) -> bool:
    """Whether a result says, without a number, that a recommendation answers it: "... (Recommendation)"."""
    return any(match["flagged"] for match in PLACE.finditer(result.text))


def _placed(results: Sequence[Record], stand: Sequence[Place], told: Mapping[str, Sequence[Reference]]) -> Labels:
    """The results by what print calls the places where they stand, and by a code behind them: "... (NC 1)."."""
    labels, series = Labels(), main_series(stand)
    for result in results:
        place = stand[result.sentences[0]]
        for name in place.names():
            labels.add(name, result)
        if place.series == series and not place.is_headed:
            labels.add(("main", place.paragraph), result)
        for reference in told[result.id]:
            number, *others = reference.mention.numbers
            is_behind = reference.mention.bare and reference.end >= result.end - 2
            if is_behind and result.text.endswith(CLOSED) and is_code(number) and not others:
                labels.add(("", number), result)
    return labels


def _pointing(results: Sequence[Record], told: Mapping[str, Sequence[Reference]]) -> Labels:
    """The findings by the one code or name that each points to: "... (NC 1).", "... (see deficiency 2.2)"."""
    labels = Labels()
    for result in results:
        # Its own label does not point.
        for mention in (reference.mention for reference in told[result.id] if not reference.label):
            is_one = len(mention.numbers) == 1 or mention.noun in _RULES
            points = is_one and mention.pointed and not _is_elsewhere(mention)
            for number in mention.numbers if points and result.role is Role.FINDING else ():
                if is_code(number):
                    labels.add(("", number), result)
                if mention.bare and not mention.noun and is_outline(number):
                    labels.add(("see", number), result)
                if mention.noun in _POINTING_NOUNS:
                    for one in (number,) if mention.noun in _RULES else around(number):
                        labels.add((mention.noun, one), result)
    return labels


def _meant(labels: Labels, record: Record, reference: Reference) -> Iterator[Record]:
    """The results that a record refers to with a mention."""
    mention = reference.mention
    if mention.noun and (_is_elsewhere(mention) or (reference.label and mention.noun in DEMAND_NOUNS)):
        return
    is_behind_demand = record.role is Role.RECOMMENDATION and mention.bare and reference.end >= record.end - 2
    named: list[Sequence[Record]] = []
    for number in mention.numbers:
        found = _named_by(labels, mention, number, is_label=reference.label)
        if not found and is_behind_demand and number.isdecimal():
            found = labels["finding", number]
        if mention.within:
            found = _in_both(found, labels["", mention.within])
        if len(found) <= _MOST_MEANT:
            named.append(found)
    sets = [{one.id for one in found} for found in named] if len(named) <= _FEW else [set[str]()] * len(named)
    for found, ids in zip(named, sets, strict=True):
        # "Condition O1.1, NC-02" means what is below both.
        if not any(other and other < ids for other in sets):
            yield from (one for one in found if one is not record)


def _in_both(first: Sequence[Record], second: Sequence[Record]) -> Sequence[Record]:
    """The records that are among both, if these are few enough to be compared."""
    if max(len(first), len(second)) > _MOST_COMPARED:
        return ()
    ids = {one.id for one in second}
    return [one for one in first if one.id in ids]


def _named_by(labels: Labels, mention: Mention, number: str, *, is_label: bool) -> Sequence[Record]:
    """The results that one of the numbers of a mention is a name of."""
    is_sure = mention.pointed or len(mention.numbers) > 1
    if is_code(number) and (is_sure or _LONG_CODE.match(number)) and (coded := labels["", number]):
        return coded
    if is_label and not mention.noun and is_outline(number):  # numbered as the section it answers
        return labels["headed", number]
    if mention.noun == "paragraph" or (not mention.noun and mention.bare and is_outline(number)):
        return labels.first((kind, number) for kind in ("main", "paragraph", "headed", "section"))
    if mention.noun == "section":
        return labels["section", number] if mention.pointed else ()
    if not (mention.pointed or mention.noun in _RESULT_NOUNS or (is_sure and mention.noun in DEMAND_NOUNS)):
        return ()
    found = labels.first((mention.noun, one) for one in wholes(number))
    if not found and is_label and is_outline(number):  # "(link 3.4.1)" refers to what is below "Criterion 3.4.1: ..."
        return labels["see", number]
    if not found and mention.noun in (_RESULT_NOUNS if is_sure else _FINDING_NOUNS):
        return [one for one in labels["paragraph", number] if one.role is Role.FINDING]
    return found


def _is_elsewhere(mention: Mention) -> bool:
    """Whether a mention is of something in another document; a rule is in one wherever it is named."""
    return mention.elsewhere and mention.noun not in _RULES


def _further(labels: Labels, result: Record, references: Sequence[Reference]) -> Iterator[Record]:
    """The findings that a finding itself rests on in print: "... (paragraph 13)"."""
    if result.role is Role.FINDING:
        for reference in references:
            mention = reference.mention
            is_named = mention.sees or any(map(is_code, mention.numbers)) or mention.noun not in ("", *DEMAND_NOUNS)
            if (mention.pointed or mention.noun == "paragraph") and is_named:
                yield from (one for one in _meant(labels, result, reference) if one.role is Role.FINDING)


def _asks(result: Record, mention: Mention) -> bool:
    """Whether a result refers to what answers it, and does not tell what became of an earlier demand, as does
    "Recommendation 4 has been put into effect"."""
    if result.role is not Role.FINDING:
        return mention.bare or (mention.pointed and mention.noun in DEMAND_NOUNS)
    return mention.pointed or not (result.attributes and result.attributes.earlier)


def _run(report: Report, before: Sequence[Record], result: Record, answered: Collection[str]) -> list[Record]:
    """``result`` and the findings right before it in the same block that nothing has answered."""
    run, block = [result], block_of(report, result)
    for one in reversed(before):
        if one.role is not Role.FINDING or block_of(report, one) != block or one.id in answered:
            break
        run.append(one)
    return run


def _paired(report: Report) -> dict[int, tuple[str, int]]:
    """The headings "Recommendation 1" that follow a "Finding 1": by their index, the number and where that begins."""
    found: dict[int, tuple[str, int]] = {}
    number, start = "", 0
    for index, block in enumerate(report.blocks):
        match = _PAIRED.match(block.text) if block.kind is BlockKind.HEADING else None
        if match and match["noun"].lower() == "finding":
            number, start = match["number"], block.start
        elif match and match["number"] == number:
            found[index] = number, start
    return found

"""Stage 4, second part: what each record says in particular. One file of this room reads one family of attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from scrutiny.dates import days_of, order_of
from scrutiny.records.action import action, object_of
from scrutiny.records.addressee import addressee
from scrutiny.records.deadline import deadline
from scrutiny.records.fingerprint import fingerprint
from scrutiny.records.naming import stated
from scrutiny.records.obligation import condition, kind, measure, number, obligation
from scrutiny.records.phrases import Passage, words_of
from scrutiny.records.quantity import proportions
from scrutiny.records.references import earlier, references
from scrutiny.records.tags import rather, rather_proportions
from scrutiny.records.trend import trend
from scrutiny.records.voice import voice
from scrutiny.records.weight import element, grades, severity
from scrutiny.regimes import GENERAL, Regime, profiles, regime
from scrutiny.report import Attributes, Record, Report, Role

#: How many sentences of no record behind a recommendation may belong to it.
_BEHIND = 2


class Describer:
    """Adds the attributes of every record, as the regime of its report understands its words."""

    requires = ("records",)
    adds = ("attributes",)

    def __call__(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Each report with the attributes of its records."""
        for report in reports:
            yield replace(report, records=self.predict(report))

    def predict(self, report: Report) -> tuple[Record, ...]:
        """The records of ``report`` with their attributes and fingerprints."""
        kind, today = regime_of(report), day_of(report)
        kind = kind if kind.dates else replace(kind, dates=order_of(report.text))
        return tuple(
            replace(
                record,
                attributes=describe(_passage(report, record, kind, today)),
                fingerprint=fingerprint(record.text),
            )
            for record in report.records
        )


def describe(passage: Passage) -> Attributes:
    """The attributes of one record."""
    if passage.record.role is not Role.RECOMMENDATION:
        return Attributes(
            voice=rather(voice(passage), passage, "voice"),
            proportions=rather_proportions(proportions(passage), passage),
            trend=rather(trend(passage), passage, "trend"),
            element=element(passage),
            severity=severity(passage),
            grades=grades(passage),
            references=references(passage),
            earlier=earlier(passage),
        )
    force, until = obligation(passage), deadline(passage)
    begin = passage.record.start
    done = action(passage, force, (until.start - begin, until.end - begin) if until else None)
    asked = addressee(passage)
    if force.value == "noun_phrase" and stated(passage.text, passage):
        force = replace(force, value="should")
    return Attributes(
        addressee=asked,
        action=done,
        object=object_of(passage, done) if done else None,
        deadline=until,
        # Where the rules know no verb that asks, the model may.
        obligation=(rather(None, passage, "obligation") if force.value == "noun_phrase" else None) or force,
        kind=kind(passage),
        number=number(passage),
        condition=condition(passage),
        measure=measure(passage),
        references=references(passage),
        earlier=earlier(passage),
    )


def regime_of(report: Report) -> Regime:
    """The regime that reading recognised or was given, else the general one."""
    name = report.metadata.get("regime", GENERAL)
    return regime(name if name in profiles() else GENERAL)


def day_of(report: Report) -> str | None:
    """The report's own day in ISO 8601: when it was published, else when the inspection ended."""
    for name in ("publication_date", "inspection_end"):
        printed = report.metadata.get(name, "")
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?", printed):
            return printed if _is_day(printed) else None
        if days := days_of(printed):
            return days[1]
    return None


def _is_day(printed: str) -> bool:
    """Whether a day or month in ISO 8601 is one of the calendar."""
    try:
        date.fromisoformat(f"{printed}-01"[:10])
    except ValueError:
        return False
    return True


def _passage(report: Report, record: Record, kind: Regime, today: str | None) -> Passage:
    """A record with what its attributes are read from."""
    first, last = record.sentences[0], record.sentences[-1]
    sentence = report.sentences[first]
    block = report.blocks[sentence.block]
    before = report.sentences[first - 1] if first else None
    after = []
    for following in report.sentences[last + 1 : last + 1 + _BEHIND]:
        if following.role is not Role.OTHER:
            break
        after.append(following)
    passage = Passage(
        report=report,
        record=record,
        regime=kind,
        words=words_of(record.text),
        headings=block.section_path,
        marker=block.marker if sentence.start == block.start else "",
        lead_in=report.sentences[record.lead_in] if record.lead_in is not None else None,
        before=before if before and before.block == sentence.block else None,
        after=tuple(after),
        today=today,
    )
    # "The board should:" may lead into sections, one for each recommendation.
    return passage if passage.lead_in else replace(passage, lead_in=passage.introduction())

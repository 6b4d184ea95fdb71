"""The nouns every stage speaks: a report, its blocks, sentences, predictions and records.

Offsets are characters into :attr:`Report.text`, half-open: ``report.text[x.start:x.end] == x.text``
holds for every block, line, sentence and record. A stage adds a layer to a report and never
changes an earlier one. This module imports nothing of scrutiny.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Role(StrEnum):
    """What a sentence does in its report."""

    FINDING = "finding"
    STRENGTH = "strength"
    RECOMMENDATION = "recommendation"
    OTHER = "other"


#: The four roles in the order of every score vector.
ROLES: tuple[Role, ...] = tuple(Role)


class Decision(StrEnum):
    """Whether a prediction stands by itself or is left to a person."""

    ACCEPT = "accept"
    REVIEW = "review"


class BlockKind(StrEnum):
    """What a block is on the page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    CONTENTS = "contents"
    FURNITURE = "furniture"


#: Kinds of block that are not split into sentences: they name or frame the text.
UNSPLIT_KINDS = frozenset({BlockKind.HEADING, BlockKind.CONTENTS, BlockKind.FURNITURE})


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in PDF points (1/72 inch) from the top left corner.

    ``page`` counts from 1.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of a block: the characters it holds and where they stand."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item or other unit of layout.

    ``marker`` is the printed bullet or number; it stands in ``Report.text`` before ``start``.
    ``level`` is the depth of a heading (1 is the highest) or the nesting of a list item, 0 elsewhere.
    ``section_path`` are the headings in force, outermost first; a heading's own text is not in its path.
    ``page`` counts from 1 and is None for formats without pages; ``lines`` is empty there.
    """

    kind: BlockKind
    start: int
    end: int
    text: str
    page: int | None = None
    box: Box | None = None
    level: int = 0
    marker: str = ""
    section_path: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the classifier says about one sentence.

    ``scores`` are calibrated probabilities in the order of :data:`ROLES`, rounded to six digits.
    ``confidence`` is the score of ``role``. ``second_role`` is set where a second role is carried
    by a whole clause. ``cut`` tells that the sentence was longer than the model reads.
    """

    scores: tuple[float, float, float, float]
    role: Role
    second_role: Role | None
    confidence: float
    decision: Decision
    cut: bool = False


class Tag(NamedTuple):
    """What the model reads off a part of a sentence: the ``voice``, ``trend`` or ``proportion`` of a result with its
    value, or the ``obligation``, ``addressee`` or ``deadline`` of a demand, in it or where it is led into.

    ``start`` and ``end`` are characters of the sentence, half-open; ``score`` is a probability that was not calibrated.
    A voice, trend or obligation is told from a faint chance on: attributes are made of those with a high score.
    """

    name: str
    value: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or list item. ``block`` is an index into ``Report.blocks``.

    ``meaning`` tells what it is about, as the model that predicted its role sees it: a vector of signed bytes, whose
    cosine with another one of the same model is the higher the nearer the two are. None where the model cannot tell,
    and for sentences of the role other. ``tags`` are what it reads off besides, None where it reads none.
    """

    start: int
    end: int
    text: str
    block: int
    prediction: Prediction | None = None
    meaning: bytes | None = None
    tags: tuple[Tag, ...] | None = None

    @property
    def role(self) -> Role | None:
        """The predicted role, or None before classification."""
        return self.prediction.role if self.prediction else None


class Basis(StrEnum):
    """Whether something is printed, or follows from what is printed elsewhere."""

    EXPLICIT = "explicit"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something a record says, as one of the known values or in the report's own words.

    ``start`` and ``end`` are where it is printed, inside the record or before it (in the sentence that leads into its
    list, in a heading); both are None where it is printed nowhere.
    """

    value: str
    start: int | None
    end: int | None
    basis: Basis = Basis.EXPLICIT


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when something is to be done, as printed, and the last day of it.

    ``date`` is ISO 8601, to the month where no day is printed; None where no day follows ("before the next visit").
    ``basis`` is inferred where the date rests on another one, such as the report's own.
    """

    text: str
    start: int
    end: int
    date: str | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Proportion:
    """How much of something: "most", "12 of 20", "85 %".

    ``low`` and ``high`` are shares from 0 to 1: of the figures, else as the regime defines its words; None where it
    does not. ``basis`` is inferred where the range is the regime's.
    """

    text: str
    start: int
    end: int
    low: float | None
    high: float | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a record says in particular. Those of a recommendation and those of a result leave the others empty.

    Recommendation: ``addressee`` is to do ``action``, of which ``object`` is what it is done to. ``obligation`` is
    must, should, may, imperative or noun_phrase; ``kind`` the regime's own name (requirement, area for improvement);
    ``number`` as printed; ``condition`` what it depends on; ``measure`` how it will be known that it is done.
    Finding and strength: ``voice`` is whose words or views it rests on; ``element`` is criterion, condition, cause or
    effect; ``severity`` words that weigh it, ``grades`` words of the regime's scale.
    Both: ``references`` to law, standards and places in the report; ``earlier`` what became of an earlier demand or
    issue (met, not_met, repeated).
    """

    addressee: Attribute | None = None
    action: Attribute | None = None
    object: Attribute | None = None
    deadline: Deadline | None = None
    obligation: Attribute | None = None
    kind: Attribute | None = None
    number: Attribute | None = None
    condition: Attribute | None = None
    measure: Attribute | None = None
    voice: Attribute | None = None
    proportions: tuple[Proportion, ...] = ()
    trend: Attribute | None = None
    element: Attribute | None = None
    severity: tuple[Attribute, ...] = ()
    grades: tuple[Attribute, ...] = ()
    references: tuple[Attribute, ...] = ()
    earlier: Attribute | None = None

    @property
    def is_grave(self) -> bool:
        """Whether a word weighs it, and not all that do call it small."""
        return any(word.value not in ("minor", "low", "moderate", "medium") for word in self.severity)

    @property
    def missing(self) -> tuple[str, ...]:
        """Which of actor, action, deadline and measure a recommendation does not state: it is less easy to act on."""
        stated = {"actor": self.addressee, "action": self.action, "deadline": self.deadline, "measure": self.measure}
        return tuple(name for name, found in stated.items() if found is None or found.start is None)


@dataclass(frozen=True, slots=True)
class Link:
    """A recommendation that answers a finding or strength: the record's id, and how sure that is, 0 to 1.

    ``basis`` is explicit where one of the two refers to the other; ``start`` and ``end`` are then where it does.
    """

    record: str
    score: float
    basis: Basis
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One finding, strength or recommendation, made of one or more sentences.

    ``sentences`` are indices into ``Report.sentences``; each is a span of the record, and
    ``start``/``end`` enclose them all. ``lead_in`` is the index of the sentence that introduces
    the list the record stands in ("The school should:"). ``scores`` are the mean over the sentences,
    ``confidence`` is the lowest among them, ``decision`` is review if any sentence is.
    ``attributes`` are None before they are read; ``links`` of a result lead to the recommendations that answer it, and
    those of a recommendation to the results it rests on. ``fingerprint`` is the same for the same words, in whatever
    report, order, inflection and with whatever numbers.
    """

    id: str
    role: Role
    start: int
    end: int
    text: str
    sentences: tuple[int, ...]
    scores: tuple[float, float, float, float]
    confidence: float
    decision: Decision
    lead_in: int | None = None
    attributes: Attributes | None = None
    links: tuple[Link, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a report came from. ``sha256`` is of the file's bytes, in lower-case hexadecimal."""

    path: str
    sha256: str
    size: int
    format: str


@dataclass(frozen=True, slots=True)
class Grade:
    """A judgement and the grade it was given, as printed: "Overall effectiveness", "Requires improvement".

    ``start`` and ``end`` enclose both in ``Report.text``.
    """

    judgement: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read and what was not: nothing is dropped in silence.

    ``pages_without_text`` hold nothing at all, ``pages_scanned`` are pictures of text: those in ``ocr``, which maps
    a page to the mean confidence of its words (0 to 1), were read by optical character recognition, the others not.
    ``characters`` counts the characters of ``Report.text`` by block kind; ``characters_unread`` counts those known
    to be in the file and left out. ``replacement_characters`` counts U+FFFD and unmapped glyphs in the text.
    ``sentences_cut`` counts sentences longer than the model reads (set by classification).
    ``notes`` are sentences for people about anything else that was left out.
    """

    pages: int | None = None
    pages_without_text: tuple[int, ...] = ()
    pages_scanned: tuple[int, ...] = ()
    ocr: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    characters: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    characters_unread: int = 0
    replacement_characters: int = 0
    sentences_cut: int = 0
    notes: tuple[str, ...] = ()

    @property
    def replacement_share(self) -> float:
        """Replacement characters as a share of all characters in blocks, 0 to 1."""
        return self.replacement_characters / max(sum(self.characters.values()), 1)


@dataclass(frozen=True, slots=True)
class Report:
    """A report and the layers the stages have added to it.

    ``metadata_spans`` says where in ``text`` a value of ``metadata`` was printed; what came from the file's own
    properties or from a manifest has no span. ``language`` is an ISO 639-1 code, empty where it is not known.
    """

    text: str
    blocks: tuple[Block, ...]
    source: Source
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    metadata_spans: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))
    grades: tuple[Grade, ...] = ()
    language: str = ""
    coverage: Coverage = field(default_factory=Coverage)
    sentences: tuple[Sentence, ...] = ()
    records: tuple[Record, ...] = ()

    @property
    def title(self) -> str:
        """The title, or an empty string where none was found."""
        return self.metadata.get("title", "")

    @property
    def classified(self) -> bool:
        """Whether every sentence has a prediction."""
        return all(sentence.prediction is not None for sentence in self.sentences)

    @property
    def unanswered(self) -> tuple[Record, ...]:
        """Findings that the report itself calls grave and that no recommendation answers."""
        return tuple(
            record
            for record in self.records
            if record.role is Role.FINDING and not record.links and record.attributes and record.attributes.is_grave
        )

    @property
    def unsupported(self) -> tuple[Record, ...]:
        """Recommendations without stated evidence: no result of the report is linked to them."""
        return tuple(record for record in self.records if record.role is Role.RECOMMENDATION and not record.links)

    def lines(self, *sentences: Sentence) -> tuple[Line, ...]:
        """The printed lines that hold any character of ``sentences``, in reading order, each once."""
        return tuple(
            dict.fromkeys(
                line
                for sentence in sentences
                for line in self.blocks[sentence.block].lines
                if line.start < sentence.end and sentence.start < line.end
            )
        )

    def pages(self, *sentences: Sentence) -> tuple[int, ...]:
        """The pages ``sentences`` stand on, ascending; empty for formats without pages."""
        return tuple(sorted({line.box.page for line in self.lines(*sentences)}))

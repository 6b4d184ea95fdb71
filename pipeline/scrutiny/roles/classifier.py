"""Stage 3: a role for every sentence."""

from __future__ import annotations

import ctypes
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scrutiny.errors import ModelError
from scrutiny.report import ROLES, BlockKind, Decision, Prediction, Report, Role, Sentence, Tag
from scrutiny.roles.batching import batches
from scrutiny.roles.kept import KeptMemory
from scrutiny.roles.loading import LoadedModel, first_lines, load_model, locate
from scrutiny.roles.meaning import pooled
from scrutiny.roles.memory import Memory, Said, key_of
from scrutiny.roles.precision import IN_EIGHT_BITS, Precision, precision_of
from scrutiny.roles.tags import OF_ROLE, WORDS, spoken, unpack
from scrutiny.roles.windows import Unit, Window, offsets, windows

if TYPE_CHECKING:
    import torch

    from scrutiny.roles.encoding import Encode

#: Sentences gathered, across reports, before a round of classification.
BUFFER = 2048

#: Tokens in one batch, where there are batches.
TOKEN_BUDGET = 4096

#: Which way of reading things off what the model says is remembered in files.
TOLD = "tags 5"

#: The language the model reads; reports too short to tell their language (the empty one) are taken for it.
LANGUAGES = ("en", "")


class Annotation(NamedTuple):
    """What is said of a sentence, see :class:`scrutiny.report.Sentence`."""

    prediction: Prediction
    meaning: bytes | None
    tags: tuple[Tag, ...] | None


class Classifier:
    """Predicts the role of sentences with a fine-tuned token classifier, and where it can tells what they are about
    and what else it reads off them.

    The encoder reads windows of consecutive sentences; what it says of a sentence is the mean of what it says of the
    sentence's tokens. On a CPU each window runs by itself on one thread, several at a time: the numbers for a sentence
    then depend on nothing but its window and the model. Other devices read equally long windows in batches.
    """

    requires = ("sentences",)
    adds = ("predictions",)

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        device: str | None = None,
        precision: Precision | str = Precision.AUTO,
        threads: int | None = None,
        token_budget: int = TOKEN_BUDGET,
        buffer: int = BUFFER,
        any_language: bool = False,
        max_error: float | None = None,
        cache: Path | None = None,
    ) -> None:
        """Load ``model`` (None: the shipped one) onto ``device`` (None: CUDA, MPS or CPU, whichever is there; for
        eight bits the CPU).

        ``precision`` is one of :class:`scrutiny.roles.precision.Precision`.
        ``threads`` (default: torch's own number) is how many windows run at a time on a CPU; ``token_budget``
        is tokens in a batch elsewhere; ``buffer`` is sentences gathered across reports. With ``any_language`` reports
        that are not in English are classified too. ``max_error`` is the share of wrong roles that is borne among
        accepted predictions (default: what the model was calibrated for); the rest is left to review. ``cache`` is a
        file that keeps what was said of windows from run to run.

        Raises:
            ModelError: the model cannot be loaded, has other labels, cannot compute so or on ``device``, or is never as
                sure as ``max_error`` asks.
            DataError: ``cache`` cannot be used.
            ValueError: there is no such precision.
        """
        import torch

        from scrutiny.roles.encoding import encoder

        self.device = _device(device or ("cpu" if precision in IN_EIGHT_BITS else _best_device()))
        folder = locate(model)
        self.precision = precision_of(precision, self.device, folder)
        self.loaded: LoadedModel = load_model(model)
        self._encode: Encode = encoder(self.loaded, self.precision, self.device)
        # glibc would keep what loading took room for (40 MB) for ever; other systems have no such function.
        with suppress(OSError, AttributeError, TypeError):
            ctypes.CDLL(None).malloc_trim(0)
        said_by = f"{self.loaded.sha256} {self.precision} {self.device.type} {TOLD}"
        self._memory = KeptMemory(cache, said_by) if cache else Memory()
        self.threads = threads or torch.get_num_threads()
        self.token_budget = token_budget
        self.buffer = buffer
        self.any_language = any_language
        settings = self.loaded.settings
        self.review_below = settings.review_below if max_error is None else settings.review_below_for(max_error)

    def predict(self, units: Sequence[Unit]) -> list[Prediction]:
        """One prediction for each of ``units``, in their order."""
        return [annotation.prediction for annotation in self.annotate(units)]

    def meanings(self, units: Sequence[Unit]) -> list[bytes | None]:
        """What each of ``units`` is about (:attr:`scrutiny.report.Sentence.meaning`); None where it cannot be told."""
        return [annotation.meaning for annotation in self.annotate(units)]

    def logits(self, units: Sequence[Unit]) -> torch.Tensor:
        """What the model itself says, before calibration: double, shape (units, roles) in the order of ``ROLES``."""
        return self._said(self._windows(units), len(units)).logits

    def forget(self) -> None:
        """Forget what was said of windows read before."""
        self._memory = Memory()

    def __call__(self, reports: Iterable[Report]) -> Iterator[Report]:
        """Add predictions to the sentences of each report that the model can read, batching across reports."""
        waiting: list[Report] = []
        sentences = 0
        for report in reports:
            waiting.append(report)
            sentences += len(report.sentences)
            if sentences >= self.buffer:
                yield from self._classify(waiting)
                waiting, sentences = [], 0
        yield from self._classify(waiting)

    def _classify(self, reports: Sequence[Report]) -> Iterator[Report]:
        units = [
            unit
            for number, report in enumerate(reports)
            if self._reads(report)
            for unit in units_of(report, passage=f"report {number}")
        ]
        said = iter(self.annotate(units))
        for report in reports:
            if not self._reads(report):
                yield _unclassified(report)
                continue
            sentences = tuple(
                annotated(sentence, annotation, self.told)
                for sentence, annotation in zip(report.sentences, said, strict=False)
            )
            cut = sum(sentence.prediction is not None and sentence.prediction.cut for sentence in sentences)
            yield replace(report, sentences=sentences, coverage=replace(report.coverage, sentences_cut=cut))

    @property
    def told(self) -> Collection[str]:
        """The names of the tags that the model can tell."""
        return self.loaded.tagger.thresholds.keys() if self.loaded.tagger else ()

    def _reads(self, report: Report) -> bool:
        return self.any_language or report.language in LANGUAGES

    def _windows(self, units: Sequence[Unit]) -> list[Window]:
        return windows(self.loaded.tokenizer, units, self.loaded.settings.window)

    def annotate(self, units: Sequence[Unit]) -> list[Annotation]:
        """The prediction and, where the model tells them, the meaning and tags of each of ``units``."""
        read = self._windows(units)
        cut = frozenset[int]().union(*(window.cut for window in read))
        said = self._said(read, len(units))
        scores = self.loaded.settings.probabilities(said.logits).tolist()
        predictions = [
            self._prediction(row, unit.text, number in cut)
            for number, (row, unit) in enumerate(zip(scores, units, strict=True))
        ]
        meanings: Sequence[bytes | None] = said.meanings or [None] * len(units)
        tags = [self._tags(*one) for one in zip(units, said.tags, strict=True)] if said.tags else [None] * len(units)
        return list(map(Annotation, predictions, meanings, tags))

    def _tags(self, unit: Unit, packed: bytes) -> tuple[Tag, ...]:
        """The tags of a sentence, at its characters."""
        tagger = self.loaded.tagger
        if not packed or tagger is None:
            return ()
        places = offsets(self.loaded.tokenizer, unit)
        tags = []
        for number, first, last, score in unpack(packed):
            name, _, value = tagger.names[number].partition(":")
            start, end = places[first][0], places[last - 1][1]
            # The bullet of an item is no part of its text: no words are, and what it speaks for is said of all of it.
            if start == end and name in WORDS:
                continue
            start, end = _whole_words(unit.text, start, end) if end > start else (0, len(unit.text))
            tags.append(Tag(name, value, start, end, score))
        return tuple(tags)

    def _said(self, read: Sequence[Window], units: int) -> Said:
        """What the model says of all units, in their order."""
        import torch

        logits = torch.empty(units, len(ROLES), dtype=torch.double)
        meanings, tags = [b""] * units, [b""] * units
        known: dict[bytes, Said] = {}
        new: dict[bytes, Window] = {}
        keys = [key_of(window) for window in read]
        for key, window in zip(keys, read, strict=True):
            if (remembered := self._memory.get(key)) is None:
                new[key] = window
            else:
                known[key] = remembered
        for key, of_window in zip(new, self._computed(list(new.values())), strict=True):
            known[key] = of_window
            self._memory.put(key, of_window)
        for key, window in zip(keys, read, strict=True):
            numbers = [number for number, _, _ in window.spans]
            logits[numbers] = known[key].logits
            for of_units, of_sentences in ((meanings, known[key].meanings), (tags, known[key].tags)):
                for number, told in zip(numbers, of_sentences, strict=False):
                    of_units[number] = told
        return Said(logits, tuple(meanings) if self.loaded.meaning else (), tuple(tags) if self.loaded.tagger else ())

    def _computed(self, read: Sequence[Window]) -> list[Said]:
        """What the model says of the sentences of each window."""
        import torch

        # Matrix products add in another order for other numbers of rows, which changes the last bits.
        budget = 1 if self.device.type == "cpu" else self.token_budget
        groups = list(batches([len(window) for window in read], budget))
        computed: dict[int, Said] = {}
        if self.device.type != "cpu":
            for group in groups:
                computed.update(zip(group, self._forward([read[index] for index in group]), strict=True))
            return [computed[index] for index in range(len(read))]
        callers_threads = torch.get_num_threads()
        try:
            with ThreadPoolExecutor(self.threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
                jobs = pool.map(self._forward, ([read[index] for index in group] for group in groups))
                for group, of_group in zip(groups, jobs, strict=True):
                    computed.update(zip(group, of_group, strict=True))
        finally:
            # torch counts threads per thread, but a thread started later would inherit the 1.
            torch.set_num_threads(callers_threads)
        return [computed[index] for index in range(len(read))]

    def _forward(self, group: Sequence[Window]) -> list[Said]:
        """What the model says of equally long windows: the mean of what it says of the tokens of a sentence."""
        import torch

        said = []
        with torch.inference_mode():
            first = min(window.spans[0][1] for window in group)
            last = max(window.spans[-1][2] for window in group)
            ids = torch.tensor([window.ids for window in group], device=self.device)
            of_tokens, layers = self._encode(ids, slice(first, last))
            of_roles = of_tokens.cpu().double()[:, :, list(self.loaded.label_order)]
            if not bool(of_roles.isfinite().all()):
                raise ModelError(
                    f"{self.loaded.name}: what it says in {self.precision} is not a number.",
                    remedy="Its weights are damaged, or too large for these numbers: try --precision float32.",
                )
            for row, window in enumerate(group):
                spoken_of = [of_roles[row, start - first : end - first] for _, start, end in window.spans]
                logits = torch.stack([of_sentence.mean(dim=0) for of_sentence in spoken_of])
                said.append(Said(logits, *self._told({layer: states[row] for layer, states in layers.items()}, window)))
        return said

    def _told(self, states: dict[int, torch.Tensor], window: Window) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        """The meanings and tags of the sentences of a window whose layers hold ``states``, (tokens, width) each."""
        import torch

        meaning, tagger = self.loaded.meaning, self.loaded.tagger
        states = {layer: of_tokens.cpu().float() for layer, of_tokens in states.items()}
        meanings: tuple[bytes, ...] = ()
        tags: tuple[bytes, ...] = ()
        if meaning:
            # Fewer numbers are put side by side than if that came first.
            meanings = meaning(torch.cat([pooled(states[layer], window.spans) for layer in meaning.layers], dim=-1))
        if tagger:
            side_by_side = torch.cat([states[layer] for layer in tagger.layers], dim=-1)
            tags = tagger(side_by_side, spoken(window, self.loaded.tokenizer.separator))
        return meanings, tags

    def _prediction(self, row: Sequence[float], text: str, cut: bool) -> Prediction:
        settings = self.loaded.settings
        finding, strength, recommendation, other = (round(score, 6) for score in row)
        scores = (finding, strength, recommendation, other)
        first = max(range(len(ROLES)), key=lambda index: scores[index])
        return Prediction(
            scores=scores,
            role=ROLES[first],
            second_role=settings.second_role.of(scores, text),
            confidence=scores[first],
            decision=Decision.ACCEPT if scores[first] >= self.review_below else Decision.REVIEW,
            cut=cut,
        )


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without words cut: tokens are parts of words."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end


def annotated(sentence: Sentence, annotation: Annotation, told: Collection[str]) -> Sentence:
    """``sentence`` with what is said of it by a model that tells tags of the names ``told``.

    What its role has no use for takes up room wherever reports are kept.
    """
    role = annotation.prediction.role
    # Nothing told is not the same as nothing there: that no tag was found says something only where some can be.
    tags = annotation.tags if not set(OF_ROLE[role]).isdisjoint(told) else None
    return replace(
        sentence,
        prediction=annotation.prediction,
        meaning=None if role is Role.OTHER else annotation.meaning,
        tags=None if tags is None else tuple(tag for tag in tags if tag.name in OF_ROLE[role]),
    )


def _unclassified(report: Report) -> Report:
    note = (
        f"Not classified: the language is '{report.language}', and the model reads English. "
        "--any-language classifies it all the same."
    )
    return replace(report, coverage=replace(report.coverage, notes=(*report.coverage.notes, note)))


def units_of(report: Report, passage: str) -> Iterator[Unit]:
    """The sentences of a report as the model reads them."""
    for sentence in report.sentences:
        block = report.blocks[sentence.block]
        heading = block.section_path[-1] if block.section_path else ""
        yield Unit(sentence.text, heading, passage, block.kind is BlockKind.LIST_ITEM)


def _device(name: str) -> torch.device:
    import torch

    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    # torch raises an assertion where it was built without the device.
    except (RuntimeError, AssertionError) as error:
        raise ModelError(
            f"{name}: no such device can be used here: {first_lines(error)}",
            remedy="Give cpu, or leave the device out.",
            code="device",
        ) from None
    return device


def _best_device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"

"""Stage 3: a role for every sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scrutiny.report import ROLES, BlockKind, Decision, Prediction, Report
from scrutiny.roles.batching import Encoded, batches, encode
from scrutiny.roles.context import Unit, contexts
from scrutiny.roles.loading import LoadedModel, load_model

if TYPE_CHECKING:
    import torch

#: Sentences gathered, across reports, before a round of classification.
BUFFER = 2048

#: Tokens in one batch.
TOKEN_BUDGET = 4096

#: The language the model reads; reports too short to tell their language (the empty one) are taken for it.
LANGUAGES = ("en", "")


class Classifier:
    """Predicts the role of sentences with a fine-tuned sequence classifier.

    On a CPU each batch runs on one thread, several batches at a time: the numbers for a sentence then depend on
    nothing but the sentence, its context and the model, whatever the batch size or the number of threads.
    """

    requires = ("sentences",)
    adds = ("predictions",)

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        device: str | None = None,
        threads: int | None = None,
        token_budget: int = TOKEN_BUDGET,
        buffer: int = BUFFER,
        any_language: bool = False,
    ) -> None:
        """Load ``model`` (None: the shipped one) onto ``device`` (None: CUDA, MPS or CPU, whichever is there).

        ``threads`` (default: torch's own number) is how many batches run at a time on a CPU; ``token_budget``
        is tokens in a batch; ``buffer`` is sentences gathered across reports. With ``any_language`` reports that are
        not in English are classified too.

        Raises:
            ModelError: the model cannot be loaded or has other labels.
        """
        import torch

        from scrutiny.roles.steady import make_steady

        self.loaded: LoadedModel = load_model(model)
        self.device = torch.device(device or _best_device())
        self.loaded.model.to(device=self.device)  # type: ignore[call-arg]
        if self.device.type == "cpu":
            make_steady(self.loaded.model)
        self.threads = threads or torch.get_num_threads()
        self.token_budget = token_budget
        self.buffer = buffer
        self.any_language = any_language

    def predict(self, units: Sequence[Unit]) -> list[Prediction]:
        """One prediction for each of ``units``, in their order."""
        import torch

        encoded = self._encode(units)
        scores = torch.softmax(self._logits(encoded) / self.loaded.settings.temperature, dim=-1).tolist()
        return [self._prediction(row, item.cut) for row, item in zip(scores, encoded, strict=True)]

    def logits(self, units: Sequence[Unit]) -> torch.Tensor:
        """What the model itself says, before calibration: double, shape (units, roles) in the order of ``ROLES``."""
        return self._logits(self._encode(units))

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
            for unit in _units(report, passage=f"report {number}")
        ]
        predictions = iter(self.predict(units))
        for report in reports:
            if not self._reads(report):
                yield _unclassified(report)
                continue
            sentences = tuple(replace(sentence, prediction=next(predictions)) for sentence in report.sentences)
            cut = sum(sentence.prediction is not None and sentence.prediction.cut for sentence in sentences)
            yield replace(report, sentences=sentences, coverage=replace(report.coverage, sentences_cut=cut))

    def _reads(self, report: Report) -> bool:
        return self.any_language or report.language in LANGUAGES

    def _encode(self, units: Sequence[Unit]) -> list[Encoded]:
        settings = self.loaded.settings
        texts = [unit.text for unit in units]
        return encode(self.loaded.tokenizer, texts, contexts(units, settings.context), settings.max_tokens)

    def _logits(self, encoded: Sequence[Encoded]) -> torch.Tensor:
        import torch

        logits = torch.empty(len(encoded), len(ROLES), dtype=torch.double)
        groups = list(batches([len(item) for item in encoded], self.token_budget))
        if self.device.type != "cpu":
            for indices in groups:
                logits[indices] = self._forward([encoded[index] for index in indices])
            return logits
        callers_threads = torch.get_num_threads()
        try:
            with ThreadPoolExecutor(self.threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
                rows = pool.map(lambda indices: self._forward([encoded[index] for index in indices]), groups)
                for indices, row in zip(groups, rows, strict=True):
                    logits[indices] = row
        finally:
            # torch counts threads per thread, but a thread started later would inherit the 1.
            torch.set_num_threads(callers_threads)
        return logits

    def _forward(self, batch: Sequence[Encoded]) -> torch.Tensor:
        """The logits of equally long inputs, shape (batch, roles) in the order of ``ROLES``."""
        import torch

        model = self.loaded.model
        assert not model.training
        with torch.inference_mode():
            inputs: dict[str, torch.Tensor] = {
                name: torch.tensor([item.inputs[name] for item in batch], device=self.device)
                for name in batch[0].inputs
            }
            logits: torch.Tensor = model(**inputs).logits.cpu().double()
        return logits[:, list(self.loaded.label_order)]

    def _prediction(self, row: Sequence[float], cut: bool) -> Prediction:
        settings = self.loaded.settings
        finding, strength, recommendation, other = (round(score, 6) for score in row)
        scores = (finding, strength, recommendation, other)
        first, second = sorted(range(len(ROLES)), key=lambda index: -scores[index])[:2]
        return Prediction(
            scores=scores,
            role=ROLES[first],
            second_role=ROLES[second] if scores[second] >= settings.second_role_from else None,
            confidence=scores[first],
            decision=Decision.ACCEPT if scores[first] >= settings.review_below else Decision.REVIEW,
            cut=cut,
        )


def _unclassified(report: Report) -> Report:
    note = (
        f"Not classified: the language is '{report.language}', and the model reads English. "
        "--any-language classifies it all the same."
    )
    return replace(report, coverage=replace(report.coverage, notes=(*report.coverage.notes, note)))


def _units(report: Report, passage: str) -> Iterator[Unit]:
    for sentence in report.sentences:
        block = report.blocks[sentence.block]
        heading = block.section_path[-1] if block.section_path else ""
        yield Unit(sentence.text, heading, passage, block.kind is BlockKind.LIST_ITEM)


def _best_device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"

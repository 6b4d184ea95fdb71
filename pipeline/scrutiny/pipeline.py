"""The stages composed: a path goes in, a report with sentences and records comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from scrutiny.errors import ReadError
from scrutiny.reading import check_ocr, read, read_each
from scrutiny.reading.manifest import Manifest, with_metadata
from scrutiny.records.attributes import Describer
from scrutiny.records.grouping import Assembler
from scrutiny.records.links import Linker
from scrutiny.regimes import named
from scrutiny.report import Prediction, Report
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.precision import Precision
from scrutiny.roles.windows import Unit
from scrutiny.splitting import Splitter


class Stage(Protocol):
    """What every stage is: it declares the layers it needs and adds, and maps reports to reports."""

    @property
    def requires(self) -> tuple[str, ...]: ...  # noqa: D102

    @property
    def adds(self) -> tuple[str, ...]: ...  # noqa: D102

    def __call__(self, reports: Iterable[Report]) -> Iterator[Report]: ...  # noqa: D102


def compose(
    stages: Sequence[Stage], present: Iterable[str] = ("blocks",)
) -> Callable[[Iterable[Report]], Iterator[Report]]:
    """Chain stages lazily; ``present`` are the layers that reports come with, by default those of reading.

    Raises:
        ValueError: a stage needs a layer that is not present and that no stage before it adds.
    """
    present = set(present)
    for stage in stages:
        missing = set(stage.requires) - present
        if missing:
            raise ValueError(f"{type(stage).__name__} needs {', '.join(sorted(missing))}; there are {sorted(present)}")
        present.update(stage.adds)

    def run(reports: Iterable[Report]) -> Iterator[Report]:
        flow = iter(reports)
        for stage in stages:
            flow = stage(flow)
        return flow

    return run


def assemble(report: Report) -> Report:
    """A classified report with its records, their attributes and links."""
    return next(compose([Assembler(), Describer(), Linker()], ("sentences", "predictions"))([report]))


class Pipeline:
    """Reads, splits, classifies, assembles records and reads their attributes and links."""

    def __init__(self, classifier: Classifier, *, ocr: bool | str = False, regime: str | None = None) -> None:
        """Compose the stages around ``classifier``; ``ocr`` and ``regime`` as for :func:`scrutiny.read`."""
        self.classifier = classifier
        self.ocr = ocr
        self.regime = regime
        self._run = compose([Splitter(), classifier, Assembler(), Describer(), Linker()])

    def __call__(self, source: str | Path | bytes, *, metadata: Mapping[str, str] | None = None) -> Report:
        """Process one file, or the bytes of one; ``metadata`` wins over what is found in it.

        Raises:
            ReadError: it cannot be read.
        """
        return next(self._run([with_metadata(read(source, ocr=self.ocr, regime=self.regime), metadata or {})]))

    def stream(
        self,
        sources: Iterable[str | Path | tuple[str, bytes]],
        *,
        manifest: Manifest | None = None,
        text_column: str | None = None,
        on_error: Callable[[str, ReadError], None] | None = None,
        on_skip: Callable[[str], None] | None = None,
    ) -> Iterator[Report]:
        """Process files lazily, batching across reports, in the order of ``sources``.

        A source is a path, or a name and the bytes that a file of that name would have. Of an archive or a file of
        rows every report is processed. What ``manifest`` says of a report wins over the metadata found in it.
        ``on_error`` is told of each report that cannot be read, and the stream goes on; without it the error is
        raised. See :func:`scrutiny.read_each`.

        Raises:
            ReadError: a report cannot be read and there is no ``on_error``.
        """

        def reports() -> Iterator[Report]:
            for source in sources:
                name, content = source if isinstance(source, tuple) else (None, source)
                for report in read_each(
                    content,
                    name=name,
                    ocr=self.ocr,
                    text_column=text_column,
                    regime=self.regime,
                    on_error=on_error,
                    on_skip=on_skip,
                ):
                    try:
                        described = manifest.apply(report) if manifest else report
                    except ReadError as error:
                        if on_error is None:
                            raise
                        on_error(report.source.path, error)
                    else:
                        yield described

        return self._run(reports())

    def classify(
        self,
        texts: Sequence[str],
        *,
        headings: Sequence[str] | None = None,
        passages: Sequence[str] | None = None,
        list_items: Sequence[bool] | None = None,
    ) -> list[Prediction]:
        """Predict the roles of sentences that are split already.

        ``headings`` are the headings in force, ``passages`` mark consecutive sentences in reading order by equal
        names, so that neighbours serve as context, and ``list_items`` tell which are items of a list. Each has the
        length of ``texts``.

        Raises:
            ValueError: the lengths differ.
        """
        columns = {"headings": headings, "passages": passages, "list_items": list_items}
        for name, column in columns.items():
            if column is not None and len(column) != len(texts):
                raise ValueError(f"{name} has {len(column)} entries for {len(texts)} texts")
        return self.classifier.predict(
            [
                Unit(
                    text,
                    heading=headings[index] if headings else "",
                    passage=passages[index] if passages else "",
                    is_item=bool(list_items and list_items[index]),
                )
                for index, text in enumerate(texts)
            ]
        )


def load(
    model: str | Path | None = None,
    *,
    device: str | None = None,
    precision: Precision | str = Precision.AUTO,
    threads: int | None = None,
    ocr: bool | str = False,
    regime: str | None = None,
    any_language: bool = False,
    max_error: float | None = None,
    cache: Path | None = None,
) -> Pipeline:
    """The pipeline around a model: the shipped one, a local folder or a hub identifier.

    ``device`` is ``"cpu"``, ``"cuda"`` or ``"mps"``, by default the best there is; ``precision`` is ``"float32"``,
    ``"bfloat16"``, ``"int8"`` or whichever of them is fastest there; ``threads`` is how many windows run at a time on a
    CPU. ``ocr`` reads scanned pages, in English or the languages that it names (``"eng+deu"``); ``regime`` is the id of
    the regime of every report, which is recognised by itself unless given; ``any_language`` classifies
    reports that are not in English. ``max_error`` is the share of wrong roles, on the model's validation data, that is
    borne among accepted predictions. ``cache`` is a file that keeps what the model said of passages from run to run.

    Raises:
        DataError: ``cache`` cannot be used.
        ModelError: the model cannot be loaded, its labels are not the four roles, it cannot compute with ``precision``,
            or ``max_error`` is out of reach.
        ReadError: OCR is asked for and not installed.
        ConfigError: there is no such regime.
        ValueError: there is no such precision.
    """
    check_ocr(ocr)
    if regime:
        named(regime)
    classifier = Classifier(
        model,
        device=device,
        precision=precision,
        threads=threads,
        any_language=any_language,
        max_error=max_error,
        cache=cache,
    )
    return Pipeline(classifier, ocr=ocr, regime=regime)

"""A folder that Hugging Face Datasets loads: Parquet files with typed features, and a card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from scrutiny.report import ROLES, Report
from scrutiny.writing.parquet import ParquetWriter, arrow_schema
from scrutiny.writing.schema import RecordLine

_CARD = """\
# Records of reports

Findings, strengths and recommendations out of reports of inspections, audits, reviews and investigations, written by
scrutiny {version} with the model {models}. {records:,} records of {reports:,} reports.

```python
from datasets import load_dataset
records = load_dataset("{folder}", split="train")
```

| role | records |
|---|---|
{counts}

Roles and scores are predictions, not labels of people. The texts are those of the reports: see to their terms before
you pass them on. `scrutiny schema records` tells what each field means.
"""


class DatasetWriter:
    """Records as a data set of one split, ``train``; the role is a class label, in the order of the scores."""

    #: Records after which a file is full.
    ROWS = 100_000

    def __init__(self, path: Path) -> None:
        """Create the folder ``path``."""
        from datasets import ClassLabel, Features

        (path / "data").mkdir(parents=True)
        self._folder = path
        self._features = Features.from_arrow_schema(arrow_schema())
        self._features["role"] = ClassLabel(names=[role.value for role in ROLES])
        self._roles: Counter[str] = Counter()
        self._models: set[str] = set()
        self._reports = self._files = 0
        self._open()

    def write(self, report: Report | None, records: Sequence[RecordLine]) -> None:
        """Write a row for each record."""
        del report
        if self._rows >= self.ROWS:
            self._file.close()
            self._open()
        order = [role.value for role in ROLES]
        self._file.add([{**record.model_dump(), "role": order.index(record.role)} for record in records])
        self._rows += len(records)
        self._reports += 1
        self._roles.update(record.role for record in records)
        self._models |= {record.model.name for record in records}

    def close(self) -> None:
        """Write the last file and the card."""
        self._file.close()
        (self._folder / "README.md").write_text(self._card(), encoding="utf-8")

    def _open(self) -> None:
        path = self._folder / "data" / f"train-{self._files:05}.parquet"
        self._file = ParquetWriter(path, schema=self._features.arrow_schema)
        self._files += 1
        self._rows = 0

    def _card(self) -> str:
        from datasets import DatasetInfo
        from datasets.info import DatasetInfosDict
        from huggingface_hub import DatasetCardData

        from scrutiny.version import __version__

        about = DatasetCardData(configs=[{"config_name": "default", "data_files": "data/*.parquet"}], language="en")
        DatasetInfosDict({"default": DatasetInfo(features=self._features)}).to_dataset_card_data(about)
        text = _CARD.format(
            version=__version__,
            models=", ".join(sorted(self._models)) or "that was given",
            records=sum(self._roles.values()),
            reports=self._reports,
            folder="records.dataset",
            counts="\n".join(f"| {role} | {self._roles[role]:,} |" for role in ROLES if role != "other"),
        )
        return f"---\n{about.to_yaml()}\n---\n\n{text}"

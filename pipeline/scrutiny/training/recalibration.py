"""A model's probabilities fitted to other labelled sentences, its weights left as they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from scrutiny.corpora import LabelledSentence
from scrutiny.errors import DataError
from scrutiny.evaluation.predict import in_reading_order, to_unit
from scrutiny.roles.classifier import Classifier
from scrutiny.roles.eight_bits import PROVENANCE as EXPORTED
from scrutiny.roles.settings import ModelSettings
from scrutiny.roles.taught import Taught, taught_with
from scrutiny.training.calibration import calibrate
from scrutiny.training.config import DataSource
from scrutiny.training.folders import make_room
from scrutiny.training.gathering import gather
from scrutiny.training.provenance import hashes_of, versions

#: Fewer labelled sentences than these say too little of how sure a model should be.
FEWEST = 100

_FILE_NAME = "calibration.json"
#: What was measured with the probabilities before.
_NO_LONGER = ("README.md", EXPORTED)


def enough(data: Sequence[str], split: str | None) -> list[LabelledSentence]:
    """The sentences of sources of labelled data, or of one ``split`` of each, in reading order.

    Raises:
        DataError: the data cannot be read, or there are too few sentences.
    """
    gold = in_reading_order(list(gather(DataSource(data=source, split=split) for source in data)))
    if len(gold) < FEWEST:
        raise DataError(
            f"There are {len(gold)} labelled sentences; calibrating takes {FEWEST} or more.",
            remedy="Label more sentences of your reports.",
        )
    return gold


def recalibrate(
    model: Path, data: Sequence[str], output: Path, *, split: str | None = None, command: str = ""
) -> ModelSettings:
    """Write ``model`` to ``output`` with temperature, biases and thresholds fitted to ``data``.

    ``data`` are sources of labelled sentences, of which only ``split`` is taken if it is given; ``calibration.json``
    keeps them by content, with ``command``. The model's card is not taken along: its measures hold no longer.

    Raises:
        DataError: the data cannot be read, or there are too few sentences.
        ModelError: the model cannot be loaded.
    """
    gold = enough(data, split)
    made = {
        "command": command,
        "sha256": hashes_of(data),
        "split": split,
        "sentences": len(gold),
        "versions": versions(),
    }
    taught = taught_with(Taught.by(chosen=(sentence.text for sentence in gold)), [model])
    classifier = Classifier(model, precision="float32")
    settings = calibrate(classifier.logits([to_unit(sentence) for sentence in gold]), gold, classifier.loaded.settings)
    if output.resolve() == model.resolve():
        for name in _NO_LONGER:
            (output / name).unlink(missing_ok=True)
    else:
        make_room(output)
        for file in model.iterdir():
            if file.is_file() and file.name not in _NO_LONGER:
                shutil.copyfile(file, output / file.name)
    settings.save(output)
    if taught is not None:
        taught.save(output)
    (output / _FILE_NAME).write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return settings

"""What more labelled text would bring: measures of models trained on shares of the training data.

Of the authored reports, each of which is of a regime of its own, are drawn: a stretch of each report, so that more text
shows the same regimes; some reports of each kind (the letter their names begin with); or all reports of some kinds. Of
the real text, some groups are drawn. All data of the other sort is always there. Measured on the configuration's
validation data, real and authored. The learner counts words (TF-IDF, logistic regression), or with --encoder is the
configuration's own, each of whose models is kept in the folder and not trained again.

    python benchmarks/learning_curves.py configs/training/mpnet.toml
    python benchmarks/learning_curves.py configs/training/minilm.toml --encoder runs/curves --draws 1
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.metrics import measure
from scrutiny.report import ROLES
from scrutiny.training.config import DataSource, load_config
from scrutiny.training.gathering import gather
from scrutiny.training.learners import FineTuned, Learner, word_counts

Units = list[LabelledSentence]


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path, help="training configuration, for its data and its encoder")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.125, 0.25, 0.5], help="shares to draw")
    parser.add_argument("--draws", type=int, default=5, help="draws by lot of each share; default 5")
    parser.add_argument("--encoder", type=Path, help="fine-tune the configuration's encoder, models go here")
    parser.add_argument("--base-model", help="local copy of the base model")
    arguments = parser.parse_args()
    config = load_config(arguments.config)
    learner = (
        FineTuned(config, arguments.encoder, base_model=arguments.base_model) if arguments.encoder else word_counts
    )
    real, authored = _sorts(config.data.train)
    validation = _sorts(config.data.validation)
    curves: dict[str, Callable[[float, random.Random], Units]] = {
        "of each authored report": lambda share, rng: real + _stretches(authored, share, rng),
        "of the authored reports of each kind": lambda share, rng: real + _reports_of_each_kind(authored, share, rng),
        "of the kinds of authored reports": lambda share, rng: real + _drawn(authored, _kind, share, rng),
        "of the groups of real text": lambda share, rng: authored + _drawn(real, _group, share, rng),
    }
    print(
        "| drawn | share | sentences | real: accuracy | macro-F1 | authored: accuracy | macro-F1 |\n" + "|---" * 7 + "|"
    )
    for name, training in (("everything", real + authored), ("all authored", authored), ("all real", real)):
        _print(name, "", [training], learner, validation)
    for name, draw in curves.items():
        for share in arguments.shares:
            draws = [draw(share, random.Random(seed)) for seed in range(arguments.draws)]
            _print(name, f"{share:g}", draws, learner, validation)


def _sorts(sources: Sequence[DataSource]) -> tuple[Units, Units]:
    """The real sentences and the authored ones."""
    real, authored = (
        list(gather(source for source in sources if (source.data == "authored") == invented))
        for invented in (False, True)
    )
    return real, authored


def _group(unit: LabelledSentence) -> str:
    return unit.group


def _kind(unit: LabelledSentence) -> str:
    return unit.group[0]


def _drawn(units: Units, key: Callable[[LabelledSentence], str], share: float, rng: random.Random) -> Units:
    """All sentences of a share of the keys; a larger share has those of a smaller one."""
    keys = sorted({key(unit) for unit in units})
    rng.shuffle(keys)
    kept = set(keys[: math.ceil(share * len(keys))])
    return [unit for unit in units if key(unit) in kept]


def _reports_of_each_kind(units: Units, share: float, rng: random.Random) -> Units:
    return [unit for _, members in groupby(units, key=_kind) for unit in _drawn(list(members), _group, share, rng)]


def _stretches(units: Units, share: float, rng: random.Random) -> Units:
    """Sentences in a row of each report, from a place drawn by lot."""
    drawn: Units = []
    for _, members in groupby(units, key=_group):
        report = list(members)
        count = math.ceil(share * len(report))
        start = rng.randrange(len(report) - count + 1)
        drawn += report[start : start + count]
    return drawn


def _print(name: str, share: str, draws: Sequence[Units], learner: Learner, validation: tuple[Units, Units]) -> None:
    figures = [list(_measured(training, learner, validation)) for training in draws]
    cells = []
    for column in zip(*figures, strict=True):
        spread = f" ({min(column):.3f} to {max(column):.3f})" if len(column) > 1 else ""
        cells.append(f"{sum(column) / len(column):.3f}{spread}")
    sentences = sum(map(len, draws)) / len(draws)
    print(f"| {name} | {share} | {sentences:,.0f} | {' | '.join(cells)} |", flush=True)


def _measured(training: Units, learner: Learner, validation: tuple[Units, Units]) -> Iterator[float]:
    """Accuracy and macro-F1 on the real validation data, then on the authored."""
    gold = [unit for units in validation for unit in units]
    guesses = iter([ROLES[index] for index in learner(training, gold).argmax(axis=1)])
    for units in validation:
        measures = measure([unit.role for unit in units], [next(guesses) for _ in units])
        yield measures.accuracy
        yield measures.macro_f1


if __name__ == "__main__":
    main()

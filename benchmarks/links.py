"""Fit the coefficients by which findings and recommendations are linked, and tell how well they do.

    python benchmarks/links.py ../shared/corpora/documents corpora/attributes/development --write links.toml
    python benchmarks/links.py corpora/attributes/reports --texts ../shared/corpora

Folders are of whole reports, as for ``attributes.py``; ``--texts`` has the text of those that are kept without it. On
gold roles, two logistic regressions learn from every pair of a finding and a recommendation whether the gold links
them, the second with what the first says of all pairs in view, once with and once without what the model says sentences
mean. Measured is F1 of the links of reports that were left out, a quarter of them at a time, with coefficients and a
threshold that the others gave; what a report says itself counts too, as in use. ``--write`` then writes the
coefficients that all reports give. Then a network learns from the grid of all pairs of each report
(``scrutiny.records.pair_network``); it is measured likewise, with the one threshold that is best for what was left out,
and written beside the coefficients.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from attributes import with_annotations
from scrutiny.evaluation.labelled_reports import LabelledReport, build
from scrutiny.evaluation.labels import read_labels
from scrutiny.records.attributes import Describer
from scrutiny.records.cross_references import cross_references
from scrutiny.records.grouping import Assembler
from scrutiny.records.likeness import (
    AMONG_OTHERS,
    FEATURES,
    OF_GRID,
    Coefficients,
    Likeness,
    Regression,
    Scores,
    among_others,
    features,
    judged,
    of_grid,
    overseen,
)
from scrutiny.records.links import inferred
from scrutiny.report import Record, Report, Role
from scrutiny.roles.classifier import Classifier
from scrutiny.training.pairs import Grid, fit_pairs, write_pairs

#: How weakly weights are held back, for standardised features.
_C = 0.3
#: In so many parts reports are left out in turn.
_PARTS = 4
#: What the network sees of a pair, in this order.
_OF_NETWORK = (*FEATURES, *AMONG_OTHERS, *OF_GRID)
_THRESHOLDS = np.linspace(0.06, 0.6, 28)


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is known of the pairs of results and recommendations of one report; places are rows and columns."""

    folder: str
    report: Report
    results: Sequence[Record]
    demands: Sequence[Record]
    features: Mapping[str, Scores]
    told: frozenset[tuple[int, int]]
    gold: frozenset[tuple[int, int]]
    links: int

    def labels(self) -> npt.NDArray[np.bool_]:
        """Whether each pair with a finding is linked: (pairs,)."""
        columns = self.features["words"].shape[1]
        return np.array([(row, column) in self.gold for row in self._wrong() for column in range(columns)], dtype=bool)

    def table(self, names: Sequence[str], first: Regression | None = None) -> Scores:
        """The features of these pairs, (pairs, features), with what ``first`` says of them and others behind."""
        found = [self.features[name] for name in names]
        if first:
            found += among_others(self.report, first.log_odds(self.features), self.results).values()
        return np.stack([scores[self._wrong()] for scores in found], axis=-1).reshape(-1, len(found))

    def grid(self, learnt: Coefficients) -> Grid:
        """What the network learns from."""
        seen = of_grid(self.report, self.features, self.results, self.demands, learnt)
        linked = np.zeros(self.features["words"].shape)
        for row, column in self.gold:
            linked[row, column] = 1.0
        return Grid(np.stack([seen[name] for name in _OF_NETWORK], axis=-1), linked, self._wrong())

    def judged(self, learnt: Coefficients) -> Likeness:
        """What the regressions say."""
        return judged(self.report, self.features, self.results, learnt)

    def counts(self, like: Likeness) -> tuple[int, int, int]:
        """How many links are right, given and wanted."""
        said = {row for row, _ in self.told}
        found = inferred(self.report, self.results, like)
        given = {(row, column) for row, column, _ in found if row not in said} | self.told
        return len(given & self.gold), len(given), self.links

    def _wrong(self) -> list[int]:
        return [row for row, result in enumerate(self.results) if result.role is Role.FINDING]


def main() -> None:
    """Print F1 by folder and, if wanted, write the coefficients."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--model", help="folder of the model that tells meanings")
    parser.add_argument("--texts", type=Path, help="folder with the text of labels that are kept without it")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the coefficients that all reports give")
    arguments = parser.parse_args()
    classifier = Classifier(arguments.model)
    reports = [
        pairs
        for folder in arguments.folders
        for file in sorted(folder.glob("*.json"))
        for gold in read_labels(file, arguments.texts)
        if (pairs := pairs_of(gold, folder, classifier))
    ]
    sets = {"meaning": FEATURES, "words": tuple(name for name in FEATURES if not name.startswith("meaning"))}
    folders = [str(folder) for folder in arguments.folders]
    print(f"| F1 of links, reports left out | {' | '.join(folders)} | all |\n" + "|---" * (len(folders) + 2) + "|")
    texts = f" --texts {arguments.texts}" if arguments.texts else ""
    text = f"# python benchmarks/links.py {' '.join(folders)}{texts} --write configs/links.toml\n"
    for name, names in sets.items():
        counts = [
            (one.folder, one.counts(one.judged(learnt)))
            for part in range(_PARTS)
            for learnt in [fitted([other for number, other in enumerate(reports) if number % _PARTS != part], names)]
            for one in reports[part::_PARTS]
        ]
        cells = [f1([found for folder, found in counts if folder == wanted]) for wanted in folders]
        print(f"| {name} | {' | '.join(f'{cell:.3f}' for cell in [*cells, f1([found for _, found in counts])])} |")
        learnt = fitted(reports, names)
        text += f"\n[{name}]\nthreshold = {learnt.threshold}\n"
        for part, regression in (("first", learnt.first), ("second", learnt.second)):
            text += f"\n[{name}.{part}]\nintercept = {regression.intercept}\n\n[{name}.{part}.weights]\n"
            text += "".join(f"{feature} = {weight}\n" for feature, weight in regression.weights.items())
    threshold = overseen_by_others(reports, folders)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")
        learnt = fitted(reports, FEATURES)
        network = fit_pairs([one.grid(learnt) for one in reports], _OF_NETWORK, threshold)
        write_pairs(network, arguments.write.with_suffix(".safetensors"))


def overseen_by_others(reports: Sequence[Pairs], folders: Sequence[str]) -> float:
    """Print F1 of the links that networks give which have not seen the reports, and tell the best threshold."""
    told: list[tuple[Pairs, Coefficients, npt.NDArray[np.float64]]] = []
    for part in range(_PARTS):
        others = [other for number, other in enumerate(reports) if number % _PARTS != part]
        learnt = fitted(others, FEATURES)
        network = fit_pairs([other.grid(learnt) for other in others], _OF_NETWORK, 0.0)
        told += [(one, learnt, network.log_odds(one.grid(learnt).table)) for one in reports[part::_PARTS]]

    def counts(threshold: float) -> list[tuple[str, tuple[int, int, int]]]:
        return [
            (one.folder, one.counts(overseen(one.features, log_odds, learnt, threshold)))
            for one, learnt, log_odds in told
        ]

    best = max((round(float(level), 2) for level in _THRESHOLDS), key=lambda level: f1([c for _, c in counts(level)]))
    found = counts(best)
    cells = [*(f1([one for folder, one in found if folder == wanted]) for wanted in folders)]
    print(f"| network | {' | '.join(f'{cell:.3f}' for cell in [*cells, f1([one for _, one in found])])} |")
    return best


def pairs_of(gold: LabelledReport, folder: Path, classifier: Classifier) -> Pairs | None:
    """The pairs of a labelled report, with its gold roles; None where links are not labelled or cannot be."""
    if gold.recommendations is None or any("addresses" not in labels for labels in gold.recommendations.values()):
        return None
    report = with_annotations(build(gold), classifier)
    for stage in (Assembler(), Describer()):
        (report,) = stage([report])
    numbers = [unit.number for unit in gold.units if unit.role]
    demands = [record for record in report.records if record.role is Role.RECOMMENDATION]
    results = [record for record in report.records if record.role is not Role.RECOMMENDATION]
    if not demands or not results:
        return None
    rows = {record.id: row for row, record in enumerate(results)}
    columns = {record.id: column for column, record in enumerate(demands)}
    by_number = {numbers[record.sentences[0]]: record.id for record in report.records}
    wanted = {(result, number) for number, labels in gold.recommendations.items() for result in labels["addresses"]}
    return Pairs(
        str(folder),
        report,
        results,
        demands,
        features(report, results, demands),
        frozenset((rows[one], columns[other]) for one, other in cross_references(report, results, demands)),
        frozenset(
            (rows[by_number[result]], columns[by_number[number]])
            for result, number in wanted
            if by_number.get(result) in rows and by_number.get(number) in columns
        ),
        len(wanted),
    )


def fitted(reports: Sequence[Pairs], names: Sequence[str]) -> Coefficients:
    """The coefficients that reports give, and the threshold with the highest F1 on them."""
    labels = np.concatenate([one.labels() for one in reports])
    first = _regression(names, np.concatenate([one.table(names) for one in reports]), labels)
    second = _regression([*names, *AMONG_OTHERS], np.concatenate([one.table(names, first) for one in reports]), labels)
    tried = (Coefficients(threshold=round(float(level), 2), first=first, second=second) for level in _THRESHOLDS)
    return max(tried, key=lambda one: f1([report.counts(report.judged(one)) for report in reports]))


def _regression(names: Sequence[str], table: Scores, labels: npt.NDArray[np.bool_]) -> Regression:
    """Fitted to features by name, (pairs, features), and whether the pairs are linked, (pairs,)."""
    mean, spread = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-9)
    fitted = LogisticRegression(C=_C, max_iter=2000).fit((table - mean) / spread, labels)
    weights = fitted.coef_[0] / spread
    return Regression(
        intercept=round(float(fitted.intercept_[0] - weights @ mean), 4),
        weights={name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)},
    )


def f1(counts: Sequence[tuple[int, int, int]]) -> float:
    """Harmonic mean of precision and recall of right, given and wanted links."""
    right, given, wanted = (sum(column) for column in zip(*counts, strict=True))
    return 2 * right / (given + wanted) if given + wanted else 1.0


if __name__ == "__main__":
    main()

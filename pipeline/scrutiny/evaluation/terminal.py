"""An evaluation as tables in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scrutiny.evaluation.confidence import LEAST_RECALL
from scrutiny.evaluation.counting import Prevalence
from scrutiny.evaluation.intervals import Estimate
from scrutiny.evaluation.page import OF_RECORDS
from scrutiny.evaluation.result import Evaluation, SystemResult
from scrutiny.report import ROLES

#: A part with fewer sentences says too little for a table in a terminal.
_FEW = 10


def show(evaluation: Evaluation, console: Console) -> None:
    """Print what people look for first; everything else is in the output folder."""
    data, first = evaluation.data, evaluation.systems[0]
    for warning in evaluation.warnings:
        console.print(f"[bold yellow]Mind:[/] {escape(warning)}", highlight=False)
    intervals = f"95 % intervals, bootstrap over {data.groups:,} {data.group_unit}s, {evaluation.rounds:,} rounds"
    table = _table(f"{data.sentences:,} sentences ({intervals}, seed {evaluation.seed})", "System")
    for name in ("Accuracy", "Macro-F1", "Calibration error", "Accepted", "of these right"):
        table.add_column(name, justify="right")
    for system in evaluation.systems:
        values = (
            system.measures.get(name)
            for name in ("accuracy", "macro_f1", "calibration_error", "accepted.share", "accepted.accuracy")
        )
        note = f" ({system.note})" if system.note else ""
        table.add_row(escape(system.name + note), *("" if of is None else shown(of) for of in values))
    console.print(table)
    for comparison in evaluation.comparisons:
        console.print(escape(comparison.answer), highlight=False)
    _roles(first, evaluation, console)
    for dimension in ("held out", "in the training data"):
        _slices(first, dimension, console)
    for prevalence in first.prevalence:
        _counts(prevalence, console)
    if evaluation.ceiling:
        ceiling, beside = evaluation.ceiling, evaluation.ceiling.distances[0]
        console.print(
            f"Two annotators, {ceiling.sentences:,} sentences: kappa {shown(ceiling.kappa)}, alpha "
            f"{shown(ceiling.alpha)}; {escape(first.name)} with each of them on average "
            f"{shown(beside.kappa)}, that is {_signed(beside.less_than_annotators)} of theirs.",
            highlight=False,
        )
    if first.records:
        _records(evaluation, console)
    console.print(f"Accuracy {_plain(first.measures['accuracy'])}   Macro-F1 {_plain(first.measures['macro_f1'])}")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=escape(title), title_justify="left")
    for column in columns:
        table.add_column(column)
    return table


def _roles(first: SystemResult, evaluation: Evaluation, console: Console) -> None:
    table = _table(first.name, "Role")
    for column in ("Precision", "Recall", "F1", "Average precision", f"Precision at recall {LEAST_RECALL}", "Support"):
        table.add_column(column, justify="right")
    for role in ROLES:
        names = ("precision", "recall", "f1", "average_precision", "precision_at_recall")
        values = (first.measures.get(f"{role}.{name}") for name in names)
        cells = ("" if value is None else shown(value) for value in values)
        table.add_row(role.value, *cells, str(evaluation.data.roles[role]))
    console.print(table)
    confusion = _table(f"Confusion of {first.name} (rows: gold, columns: predicted)", "")
    for role in ROLES:
        confusion.add_column(role.value, justify="right")
    for role, row in first.confusion.items():
        confusion.add_row(role.value, *(str(count) for count in row.values()))
    console.print(confusion)


def _slices(first: SystemResult, dimension: str, console: Console) -> None:
    if min((part.n for part in first.slices.get(dimension, ())), default=0) < _FEW:
        return
    table = _table(f"{first.name}, by what was {dimension}" if dimension == "held out" else dimension, dimension)
    for column in ("Sentences", "Accuracy", "Macro-F1"):
        table.add_column(column, justify="right")
    for part in first.slices[dimension]:
        table.add_row(escape(part.value), f"{part.n:,}", shown(part.accuracy), shown(part.macro_f1))
    console.print(table)


def _counts(prevalence: Prevalence, console: Console) -> None:
    table = _table(f"Counts in {prevalence.data} (corrected: {prevalence.method})", "Role")
    for unit in ("Sentences", f"Reports, of {prevalence.reports:,}"):
        for column in ("labelled", "counted", "corrected"):
            table.add_column(f"{unit} {column}", justify="right")
    for role in ROLES:
        cells = []
        for of in (prevalence.of_sentences[role], prevalence.of_reports[role]):
            labelled = "" if of.labelled is None else f"{of.labelled:,}"
            cells += [labelled, f"{of.raw:,}", _counted(of.corrected)]
        table.add_row(role.value, *cells)
    console.print(table)


def _records(evaluation: Evaluation, console: Console) -> None:
    systems = [(system, system.records) for system in evaluation.systems if system.records]
    table = _table(
        f"Records of {systems[0][1].reports} whole reports (95 % intervals, bootstrap over reports)", "Measure"
    )
    for system, _ in systems:
        table.add_column(escape(system.name), justify="right")
    for name, (title, _) in OF_RECORDS.items():
        if any(name in records.measures for _, records in systems):
            table.add_row(title, *(shown(r.measures[name]) if name in r.measures else "" for _, r in systems))
    first = systems[0][1]
    for stage in first.blame:
        counts = (f"{records.blame[stage].missed} / {records.blame[stage].spurious}" for _, records in systems)
        table.add_row(f"{stage.capitalize()} (missed / spurious)", *counts)
    console.print(table)


def shown(estimate: Estimate) -> str:
    """A measure with its interval: ``0.944 (0.912 to 0.967)``."""
    if estimate.value is None:
        return "–"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _plain(estimate: Estimate) -> str:
    return "undefined" if estimate.value is None else f"{estimate.value:.4f}"


def _counted(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return ""
    return f"{estimate.value:,.0f} ({estimate.low:,.0f} to {estimate.high:,.0f})"


def _signed(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "undefined"
    return f"{estimate.value:+.3f} ({estimate.low:+.3f} to {estimate.high:+.3f})"

"""The pictures of an evaluation, drawn alike for the report and as files of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from scrutiny.evaluation.intervals import Estimate
from scrutiny.evaluation.records import Stage
from scrutiny.evaluation.result import Evaluation, SystemResult
from scrutiny.report import ROLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Colours that can be told apart by everybody (Okabe and Ito 2008), each with a mark of its own.
_STYLES = (("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "D"), ("#CC79A7", "^"), ("#E69F00", "v"), ("#56B4E9", "P"))
_INK = "#1f2933"

#: Slices that a picture shows.
_MOST = 15

_RC: dict[Any, Any] = {
    "font.size": 11, "axes.edgecolor": "#7b8794", "axes.labelcolor": _INK, "text.color": _INK, "xtick.color": _INK,
    "ytick.color": _INK, "axes.spines.top": False, "axes.spines.right": False, "svg.fonttype": "path",
    "svg.hashsalt": "scrutiny", "legend.frameon": False, "axes.axisbelow": True,
    "text.parse_math": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by name, what it shows in a sentence for people who do not see it, and the two files."""

    name: str
    alt: str
    svg: bytes
    png: bytes


def pictures(evaluation: Evaluation) -> Iterator[Picture]:
    """The pictures for which there is anything to draw."""
    import matplotlib as mpl

    first = evaluation.systems[0]
    drawn: list[tuple[str, str, Any, tuple[float, float]]] = [
        ("systems", f"Macro-F1 and accuracy of {len(evaluation.systems)} systems.", _systems, (6.4, 0)),
        ("roles", "F1 of each role, by system.", _roles, (6.4, 4.4)),
        ("confusion", f"How {first.name} confuses the roles.", _confusion, (6.4, 5.0)),
    ]
    if any(system.reliability for system in evaluation.systems):
        drawn.append(("reliability", "Share of right roles by confidence.", _reliability, (6.4, 6.0)))
        drawn.append(("risk-coverage", "Share of wrong roles by share accepted.", _risk, (6.4, 4.4)))
    for name in ("held out", "source"):
        if name in first.slices:
            drawn.append(("slices", f"Accuracy of {first.name} by {name}.", _slices, (6.4, 0)))
            break
    if first.prevalence:
        drawn.append(("prevalence", "Sentences of each role: labelled, counted, corrected.", _prevalence, (6.4, 4.2)))
    if first.records:
        drawn.append(("blame", f"Records of {first.name} that went wrong, by stage.", _blame, (6.4, 3.2)))
    for name, alt, draw, size in drawn:
        with mpl.rc_context(_RC):
            figure = draw(evaluation, size)
            files = {kind: BytesIO() for kind in ("svg", "png")}
            figure.savefig(files["svg"], format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
            figure.savefig(files["png"], format="png", dpi=160, bbox_inches="tight", metadata={"Software": None})
        yield Picture(name, alt, files["svg"].getvalue(), files["png"].getvalue())


def _figure(size: tuple[float, float], columns: int = 1) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    return figure, list(figure.subplots(1, columns, squeeze=False, sharey=columns > 1)[0])


def _interval(axes: Axes, at: float, estimate: Estimate, style: tuple[str, str], label: str = "") -> None:
    """A mark with its interval, lying."""
    if estimate.value is None:
        return
    low, high = estimate.low, estimate.high
    error = None
    if low is not None and high is not None:
        # A measure may lie outside its interval where few groups bring it about.
        error = [[max(0.0, estimate.value - low)], [max(0.0, high - estimate.value)]]
    colour, mark = style
    axes.errorbar(
        [estimate.value], [at], xerr=error, fmt=mark, color=colour, capsize=3, markersize=6, label=label or None
    )


def _systems(evaluation: Evaluation, size: tuple[float, float]) -> Figure:
    names = [system.name for system in evaluation.systems]
    figure, panels = _figure((size[0], 1.3 + 0.45 * len(names)), 2)
    for axes, measure, title in zip(panels, ("macro_f1", "accuracy"), ("Macro-F1", "Accuracy"), strict=True):
        for at, system in enumerate(evaluation.systems):
            _interval(axes, at, system.measures[measure], _style(at))
        _rows(axes, names)
        axes.set_xticks([0, 0.5, 1])
        axes.set_title(title, loc="left", fontsize=11)
    return figure


def _rows(axes: Axes, names: Sequence[str]) -> None:
    """A row a name, the first on top, and shares from left to right."""
    axes.set_yticks(range(len(names)), [_short(name) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 1.02)
    axes.grid(axis="x", color="#e4e7eb")


def _roles(evaluation: Evaluation, size: tuple[float, float]) -> Figure:
    figure, (axes,) = _figure(size)
    step = 0.8 / max(2, len(evaluation.systems))
    for number, system in enumerate(evaluation.systems):
        for at, role in enumerate(ROLES):
            offset = (number - (len(evaluation.systems) - 1) / 2) * step
            label = _short(system.name) if at == 0 else ""
            _interval(axes, at + offset, system.measures[f"{role}.f1"], _style(number), label)
    _rows(axes, [role.value for role in ROLES])
    axes.set_xlabel("F1")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def _confusion(evaluation: Evaluation, size: tuple[float, float]) -> Figure:
    figure, (axes,) = _figure(size)
    counts = [[evaluation.systems[0].confusion[gold][given] for given in ROLES] for gold in ROLES]
    shares = [[count / (sum(row) or 1) for count in row] for row in counts]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for gold, row in enumerate(counts):
        for given, count in enumerate(row):
            colour = "white" if shares[gold][given] > 0.5 else _INK
            axes.text(given, gold, f"{count:,}\n{shares[gold][given]:.0%}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(ROLES)), [role.value for role in ROLES])
    axes.set_yticks(range(len(ROLES)), [role.value for role in ROLES])
    axes.set_xlabel("role given")
    axes.set_ylabel("role labelled")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return figure


def _reliability(evaluation: Evaluation, size: tuple[float, float]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    axes.plot([0, 1], [0, 1], color="#7b8794", linestyle="--", label="as sure as right")
    for number, system in _scored(evaluation):
        colour, mark = _style(number)
        axes.plot(
            [one.confidence for one in system.reliability],
            [one.accuracy for one in system.reliability],
            color=colour,
            marker=mark,
            label=_short(system.name),
        )
    at, first = _scored(evaluation)[0]
    middles = [(one.low + one.high) / 2 for one in first.reliability]
    below.bar(middles, [one.n for one in first.reliability], width=0.09, color=_style(at)[0])
    below.set_ylabel("sentences")
    below.set_xlabel(f"confidence (sentences below: {_short(first.name)})")
    axes.set_ylabel("share of right roles")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def _risk(evaluation: Evaluation, size: tuple[float, float]) -> Figure:
    figure, (axes,) = _figure(size)
    for number, system in _scored(evaluation):
        axes.plot(
            [one.coverage for one in system.risk_coverage],
            [one.error for one in system.risk_coverage],
            color=_style(number)[0],
            label=_short(system.name),
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("share of sentences accepted, the surest first")
    axes.set_ylabel("share of them with a wrong role")
    axes.grid(color="#e4e7eb")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def _slices(evaluation: Evaluation, size: tuple[float, float]) -> Figure:
    first = evaluation.systems[0]
    shown = first.slices["held out" if "held out" in first.slices else "source"][:_MOST]
    figure, (axes,) = _figure((size[0], 1.2 + 0.34 * len(shown)))
    for at, one in enumerate(shown):
        _interval(axes, at, one.accuracy, _STYLES[0])
    _rows(axes, [f"{_short(one.value)} ({one.n:,})" for one in shown])
    axes.set_xlabel("accuracy (in brackets: sentences)")
    return figure


def _prevalence(evaluation: Evaluation, size: tuple[float, float]) -> Figure:
    figure, (axes,) = _figure(size)
    counts = evaluation.systems[0].prevalence[0].of_sentences
    for at, role in enumerate(ROLES):
        count, is_first = counts[role], at == 0
        if count.labelled is not None:
            axes.plot([count.labelled] * 2, [at - 0.35, at + 0.35], color=_INK, label="labelled" if is_first else None)
        colour, mark = _style(1)
        label = "counted" if is_first else None
        axes.plot([count.raw], [at - 0.15], color=colour, marker=mark, linestyle="none", label=label)
        _interval(axes, at + 0.15, count.corrected, _STYLES[0], "corrected, with its interval" if is_first else "")
    _rows(axes, [role.value for role in ROLES])
    axes.autoscale(axis="x")
    axes.set_xlim(left=0)
    axes.set_xlabel("sentences")
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def _blame(evaluation: Evaluation, size: tuple[float, float]) -> Figure:
    figure, (axes,) = _figure(size)
    records = evaluation.systems[0].records
    blame = records.blame if records else {}
    for offset, kind, style in ((-0.2, "missed", _STYLES[1]), (0.2, "spurious", _STYLES[0])):
        counts = [getattr(blame[stage], kind) for stage in Stage]
        bars = axes.barh([at + offset for at in range(len(Stage))], counts, height=0.36, color=style[0], label=kind)
        axes.bar_label(bars, padding=3)
    axes.set_yticks(range(len(Stage)), [stage.value for stage in Stage])
    axes.invert_yaxis()
    axes.set_xlabel("records")
    axes.margins(x=0.1)
    axes.legend(loc="lower right")
    return figure


def _scored(evaluation: Evaluation) -> list[tuple[int, SystemResult]]:
    return [(number, system) for number, system in enumerate(evaluation.systems) if system.reliability]


def _style(number: int) -> tuple[str, str]:
    return _STYLES[number % len(_STYLES)]


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:38]}…"

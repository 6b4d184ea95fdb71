"""Teaching a classifier to read voices, trends and proportions off its hidden layers, see :mod:`scrutiny.roles.tags`.

The weights of the classifier stay as they are: what is fitted are linear probes (Alain and Bengio 2016, arXiv
1610.01644). Of several right values of a voice or trend any counts; of proportions all are marked.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file

from scrutiny.errors import DataError, ModelError
from scrutiny.evaluation.labelled_reports import LabelledReport, Unit, build, labels_of, read_labelled
from scrutiny.report import Role
from scrutiny.roles.classifier import units_of
from scrutiny.roles.eight_bits import PROVENANCE as EXPORTED
from scrutiny.roles.loading import LoadedModel, load_model
from scrutiny.roles.tags import ABOUT, FILE_NAME, NAMES, PROPORTION, VALUES, TokenTag, choice, families, spoken, tags
from scrutiny.roles.windows import offsets
from scrutiny.training.hidden import hidden_states
from scrutiny.training.provenance import hashes_of, versions

#: How the tagger was made, beside it.
PROVENANCE = "tagger.json"
#: Fewer reports than these teach nothing.
FEWEST = 8
#: In so many parts reports are left out in turn, to choose thresholds on and to tell how good it is.
_FOLDS = 4
_THRESHOLDS = tuple(step / 20 for step in range(4, 17))
#: Logits of tokens to begin with: many tokens add up to a small chance.
_BIAS = -5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggerOptions:
    """What decides the outcome. ``layers`` are read, 0 being what enters the first; ``dropout`` is that of what they
    hold; ``batch_tokens`` are learnt from at a time, and everything ``passes`` times."""

    layers: tuple[int, ...] = (4, 6, 8)
    passes: int = 12
    batch_tokens: int = 2500
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    dropout: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Example:
    """A finding or strength. ``choices`` are the right numbers of each family, None among them for none of them.

    ``inside`` tells of each token whether it is of a labelled proportion, ``sure`` whether that is certain; both have
    the shape (tokens,), ``hidden`` (tokens, hidden) in half precision.
    """

    report: str
    hidden: torch.Tensor
    choices: Mapping[str, Sequence[int | None]]
    inside: torch.Tensor
    sure: torch.Tensor


def fit_tagger(
    model: Path, folders: Sequence[Path], options: TaggerOptions = TaggerOptions(), *, command: str = ""
) -> dict[str, float]:
    """Write a tagger for ``model`` into its folder, learnt from labelled reports (``corpora/README.md``).

    ``tagger.json`` keeps the labels by content. Returns F1 of each family on reports that were left out in turn,
    on which the thresholds were chosen.

    Raises:
        DataError: the labels cannot be read, or there are too few reports.
        ModelError: the model cannot be loaded, or has no such layer.
    """
    reports = [read_labelled(file) for folder in folders for file in sorted(folder.glob("*.json"))]
    reports = [report for report in reports if report.attributes is not None]
    if len(reports) < FEWEST:
        raise DataError(
            f"There are {len(reports)} labelled reports to learn from; it takes {FEWEST} or more.",
            remedy="Give folders of NAME.json with 'units', see corpora/README.md.",
        )
    for report in reports:
        _check(report)
    loaded = load_model(model)
    layers: int = loaded.model.config.num_hidden_layers
    if not all(0 <= layer <= layers for layer in options.layers):
        raise ModelError(f"{model}: it has the layers 0 to {layers}.", remedy="Read some of these.")
    examples = [example for report in reports for example in _examples(report, loaded, options.layers)]
    names = sorted({example.report for example in examples})
    if len(names) < FEWEST:
        raise DataError(
            f"Of the labelled reports {len(names)} have findings or strengths; it takes {FEWEST} or more.",
            remedy="Add reports.",
        )
    random.Random(options.seed).shuffle(names)
    left_out: list[tuple[_Example, torch.Tensor]] = []
    for fold in range(_FOLDS):
        out = set(names[fold::_FOLDS])
        weight, bias = _fitted([example for example in examples if example.report not in out], options)
        left_out += [(one, one.hidden.float() @ weight + bias) for one in examples if one.report in out]
    chosen = {family: _threshold(family, left_out) for family in families(NAMES)}
    weight, bias = _fitted(examples, options)
    # An encoder in eight bits may not tell these layers.
    (model / EXPORTED).unlink(missing_ok=True)
    thresholds = {family: threshold for family, (threshold, _) in chosen.items()}
    about = {"layers": options.layers, "names": NAMES, "thresholds": thresholds}
    save_file(
        {"weight": weight.half().contiguous(), "bias": bias.float()},
        model / FILE_NAME,
        metadata={ABOUT: json.dumps(about)},
    )
    f1 = {family: round(measured, 4) for family, (_, measured) in chosen.items()}
    made = {
        "command": command,
        "sha256": hashes_of([folder.as_posix() for folder in folders]),
        "reports": len(reports),
        "sentences": len(examples),
        "layers": options.layers,
        "passes": options.passes,
        "seed": options.seed,
        "thresholds": thresholds,
        "f1_on_reports_left_out": f1,
        "versions": versions(),
    }
    (model / PROVENANCE).write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return f1


def _examples(labelled: LabelledReport, loaded: LoadedModel, layers: Sequence[int]) -> Iterator[_Example]:
    """The findings and strengths of a report."""
    attributes = labelled.attributes or {}
    members = [unit for unit in labelled.units if unit.role]
    read = list(units_of(build(labelled), "report"))
    for window, hidden in hidden_states(loaded, read, layers):
        for number, start, end in spoken(window, loaded.tokenizer.sep_token_id):
            unit, labels = members[number], attributes.get(members[number].number, {})
            if unit.role in (Role.FINDING, Role.STRENGTH):
                places = offsets(loaded.tokenizer, read[number])[: end - start]
                inside, sure = _marked(unit, labels_of(labels.get(PROPORTION)), places)
                choices = {
                    family: [None if value is None else values.index(value) for value in labels_of(labels.get(family))]
                    or [None]
                    for family, values in VALUES.items()
                }
                yield _Example(labelled.name, hidden[start:end].half(), choices, inside, sure)


def _marked(
    unit: Unit, printed: Sequence[str | None], places: Sequence[tuple[int, int]]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Which tokens are printed words, and which of those are surely meant."""
    inside = torch.zeros(len(places))
    for words in filter(None, printed):
        for match in _printed(words, unit):
            for token, (start, end) in enumerate(places):
                if start < end and start < match.end() and end > match.start():
                    inside[token] = 1
    return inside, 1 - inside if None in printed else torch.ones(len(places))


def _printed(words: str, unit: Unit) -> Iterator[re.Match[str]]:
    """Where ``words`` stand in the unit, not as parts of others."""
    return re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", unit.text, re.IGNORECASE)


def _check(report: LabelledReport) -> None:
    """Check that labels of findings and strengths are known values and printed words. Raises DataError."""
    units = {unit.number: unit for unit in report.units if unit.role in (Role.FINDING, Role.STRENGTH)}
    for number, labels in (report.attributes or {}).items():
        for name in (*VALUES, PROPORTION):
            for value in labels_of(labels.get(name)):
                unit = units.get(number)
                known = value in VALUES[name] if name in VALUES else isinstance(value, str)
                printed = name in VALUES or (known and unit is not None and any(_printed(value, unit)))
                if value is not None and not (unit and known and printed):
                    raise DataError(
                        f"{report.name}, unit {number}: {name} cannot be {value!r}.",
                        remedy="Units are findings and strengths, proportions printed words of them; voices and trends "
                        f"are {', '.join(value for values in VALUES.values() for value in values)}.",
                    )


def _fitted(examples: Sequence[_Example], options: TaggerOptions) -> tuple[torch.Tensor, torch.Tensor]:
    """A weight of the shape (hidden, tags) and a bias, (tags,)."""
    torch.manual_seed(options.seed)
    mean, spread = _moments(examples)
    width = len(mean)
    weight = torch.nn.Parameter(0.01 * torch.randn(width, len(NAMES)))
    bias = torch.nn.Parameter(torch.full((len(NAMES),), _BIAS))
    optimizer = torch.optim.AdamW([weight, bias], lr=options.learning_rate, weight_decay=options.weight_decay)
    batches = _batches(examples, options.batch_tokens)
    steps = options.passes * len(batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    shuffle = random.Random(options.seed).shuffle
    for _ in range(options.passes):
        shuffle(batches)
        for batch in batches:
            hidden = (torch.cat([example.hidden for example in batch]).float() - mean) / spread
            loss = _loss(torch.nn.functional.dropout(hidden, options.dropout) @ weight + bias, batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    scaled = weight.detach() / spread[:, None]
    return scaled, bias.detach() - mean @ scaled


def _moments(examples: Sequence[_Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean and standard deviation of what the layers hold, over all tokens."""
    total = squares = torch.zeros(examples[0].hidden.shape[1], dtype=torch.double)
    count = 0
    for example in examples:
        hidden = example.hidden.double()
        total, squares, count = total + hidden.sum(dim=0), squares + hidden.square().sum(dim=0), count + len(hidden)
    mean = total / count
    return mean.float(), (squares / count - mean.square()).clamp(min=0).sqrt().clamp(min=1e-3).float()


def _batches(examples: Sequence[_Example], tokens: int) -> list[list[_Example]]:
    """Examples of similar length together."""
    batches: list[list[_Example]] = [[]]
    for example in sorted(examples, key=lambda one: len(one.hidden)):
        if sum(len(one.hidden) for one in batches[-1]) >= tokens:
            batches.append([])
        batches[-1].append(example)
    return batches


def _loss(logits: torch.Tensor, batch: Sequence[_Example]) -> torch.Tensor:
    """The mean over the sentences of minus the log-probability of what is right, and over the tokens likewise."""
    of_families = families(NAMES)
    parts = torch.split(logits, [len(example.hidden) for example in batch])
    losses = []
    for family in VALUES:
        columns = of_families[family]
        for example, part in zip(batch, parts, strict=True):
            said = choice(part[:, columns]).log_softmax(dim=0)
            right = [len(columns) if value is None else value for value in example.choices[family]]
            losses.append(-said[right].logsumexp(dim=0))
    inside, sure = torch.cat([example.inside for example in batch]), torch.cat([example.sure for example in batch])
    of_tokens = torch.nn.functional.binary_cross_entropy_with_logits(
        logits[:, NAMES.index(PROPORTION)], inside, reduction="none"
    )
    return torch.stack(losses).sum() / len(batch) + (of_tokens * sure).sum() / sure.sum()


def _threshold(family: str, left_out: Sequence[tuple[_Example, torch.Tensor]]) -> tuple[float, float]:
    """The threshold of a family with the highest F1, and that F1, which is a little too high as it is the best."""
    columns = [index for index, name in enumerate(NAMES) if name.partition(":")[0] == family]
    names = [NAMES[index] for index in columns]
    measured = {}
    for threshold in _THRESHOLDS:
        right = extra = missed = 0
        for example, logits in left_out:
            told = list(tags(logits[:, columns], names, {family: threshold}))
            needed, is_right, borne = _judged(example, family, told)
            right += is_right
            extra += bool(told) and not is_right and not borne
            missed += needed and not is_right
        measured[threshold] = 2 * right / max(1, 2 * right + extra + missed)
    best = max(measured, key=lambda threshold: measured[threshold])
    return best, measured[best]


def _judged(example: _Example, family: str, told: Sequence[TokenTag]) -> tuple[bool, bool, bool]:
    """Whether something has to be told, whether what is told is right, and whether it may be borne if it is not.

    Of proportions one has to be right; where leaving them out is right too, another one is borne.
    """
    if family == PROPORTION:
        needed = bool((example.inside * example.sure).any())
        right = any(bool(example.inside[tag.first : tag.last].any()) for tag in told)
        return needed, right, not needed and bool(example.inside.any())
    wanted = example.choices[family]
    return None not in wanted, any(tag.tag in wanted for tag in told), False

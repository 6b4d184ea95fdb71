"""Teaching a classifier to read tags off its hidden layers, see :mod:`scrutiny.roles.tags`.

The weights of the classifier stay as they are. Of several right values of a family any counts, and none half where
leaving it out is right too; of words all are marked.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file

from scrutiny.errors import DataError, ModelError
from scrutiny.evaluation.labels import corpus_of, read_labels
from scrutiny.roles.eight_bits import PROVENANCE as EXPORTED
from scrutiny.roles.loading import load_model
from scrutiny.roles.tag_network import TagNetwork
from scrutiny.roles.tags import ABOUT, FILE_NAME, NAMES, VALUES, WORDS, TokenTag, families, tags, with_none
from scrutiny.training.provenance import hashes_of, versions
from scrutiny.training.tag_examples import Example, examples_of, labels_by_unit

#: How the tagger was made, beside it.
PROVENANCE = "tagger.json"
#: Fewer reports than these teach nothing.
FEWEST = 8
#: In so many parts reports are left out in turn, to choose thresholds on and to tell how good it is.
_FOLDS = 4
_THRESHOLDS = tuple(step / 20 for step in range(4, 17))
#: A family is told of from so faint a chance on; how sure it has to be is up to whoever uses what is told.
_FAINT = 0.02
#: Logits of tokens to begin with: many tokens add up to a small chance.
_BIAS = -5.0
#: So many steps at most are taken more and more boldly.
_WARM_UP = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggerOptions:
    """What decides the outcome. ``layers`` are read, 0 being what enters the first; ``width`` is that of the network,
    ``dropout`` for what it reads and within; ``batch_tokens`` are learnt from at a time, everything ``passes`` times.
    """

    layers: tuple[int, ...] = (4, 6, 8)
    width: int = 192
    passes: int = 8
    batch_tokens: int = 2500
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    dropout: float = 0.2
    seed: int = 0


def fit_tagger(
    model: Path,
    folders: Sequence[Path],
    options: TaggerOptions = TaggerOptions(),
    *,
    texts: Path | None = None,
    command: str = "",
) -> dict[str, float]:
    """Write a tagger for ``model`` into its folder, learnt from labelled reports and passages (``corpora/README.md``),
    the text of the latter in the folder ``texts``.

    ``tagger.json`` keeps the labels by content. Returns F1 of each family on reports that were left out in turn,
    on which the thresholds of words were chosen; those of families are low, for F1 the best are taken.

    Raises:
        DataError: the labels cannot be read, or there are too few reports.
        ModelError: the model cannot be loaded, or has no such layer.
    """
    files = [file for folder in folders for file in sorted(folder.glob("*.json"))]
    reports = [report for file in files for report in read_labels(file, texts)]
    corpora = [texts / name for name in map(corpus_of, files) if texts and name]
    reports = [
        one
        for one in reports
        if any("obligation" in labels for labels in (one.recommendations or {}).values()) or one.attributes is not None
    ]
    if len(reports) < FEWEST:
        raise DataError(
            f"There are {len(reports)} labelled reports to learn from; it takes {FEWEST} or more.",
            remedy="Give folders of NAME.json with 'units', see corpora/README.md.",
        )
    for report in reports:
        labels_by_unit(report)
    loaded = load_model(model)
    layers: int = loaded.config.num_hidden_layers
    if not all(0 <= layer <= layers for layer in options.layers):
        raise ModelError(f"{model}: it has the layers 0 to {layers}.", remedy="Read some of these.")
    examples = [example for report in reports for example in examples_of(report, loaded, options.layers)]
    names = sorted({example.group for example in examples})
    if len(names) < FEWEST:
        raise DataError(
            f"Of the labelled reports {len(names)} have sentences to learn from; it takes {FEWEST} or more.",
            remedy="Add reports.",
        )
    # Of what nobody has labelled nothing is learnt, so nothing is told either.
    tagged = tuple(name for name in NAMES if any(_is_labelled(example, name.partition(":")[0]) for example in examples))
    random.Random(options.seed).shuffle(names)
    left_out: list[tuple[Example, torch.Tensor]] = []
    for fold in range(_FOLDS):
        out = set(names[fold::_FOLDS])
        network = _fitted([example for example in examples if example.group not in out], tagged, options)
        held = [example for example in examples if example.group in out]
        with torch.inference_mode():
            left_out += [(example, network([example.hidden.float()])[0]) for example in held]
    chosen = {family: _threshold(family, tagged, left_out) for family in families(tagged)}
    network = _fitted(examples, tagged, options)
    # An encoder in eight bits may not tell these layers.
    (model / EXPORTED).unlink(missing_ok=True)
    thresholds = {family: _FAINT if family in VALUES else threshold for family, (threshold, _) in chosen.items()}
    about = {"layers": options.layers, "names": tagged, "thresholds": thresholds}
    save_file(
        {name: weight.half().contiguous() for name, weight in network.state_dict().items()},
        model / FILE_NAME,
        metadata={ABOUT: json.dumps(about)},
    )
    f1 = {family: round(measured, 4) for family, (_, measured) in chosen.items()}
    made = {
        "command": command,
        "sha256": hashes_of([source.as_posix() for source in (*folders, *corpora)]),
        "reports": len(reports),
        "sentences": len(examples),
        "layers": options.layers,
        "width": options.width,
        "passes": options.passes,
        "seed": options.seed,
        "thresholds": thresholds,
        "f1_on_reports_left_out": f1,
        "versions": versions(),
    }
    (model / PROVENANCE).write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    return f1


def _fitted(examples: Sequence[Example], tagged: Sequence[str], options: TaggerOptions) -> TagNetwork:
    """A network for the tags called ``tagged``."""
    torch.manual_seed(options.seed)
    mean, spread = _moments(examples)
    network = TagNetwork(len(mean), len(tagged), options.width, dropout=options.dropout).train()
    network.mean.copy_(mean)
    network.spread.copy_(spread)
    torch.nn.init.constant_(network.leave.bias, _BIAS)
    optimizer = torch.optim.AdamW(network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay)
    batches = _batches(examples, options.batch_tokens)
    steps = options.passes * len(batches)
    warm_up = min(_WARM_UP, max(1, steps // 10))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warm_up) * (1 - step / steps)
    )
    shuffle = random.Random(options.seed).shuffle
    for _ in range(options.passes):
        shuffle(batches)
        for batch in batches:
            logits = network([example.hidden.float() for example in batch])
            loss = _loss(torch.cat(logits), tagged, batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return network.eval()


def _moments(examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean and standard deviation of what the layers hold, over all tokens."""
    total = squares = torch.zeros(examples[0].hidden.shape[1], dtype=torch.double)
    count = 0
    for example in examples:
        hidden = example.hidden.double()
        total, squares, count = total + hidden.sum(dim=0), squares + hidden.square().sum(dim=0), count + len(hidden)
    mean = total / count
    return mean.float(), (squares / count - mean.square()).clamp(min=0).sqrt().clamp(min=1e-3).float()


def _batches(examples: Sequence[Example], tokens: int) -> list[list[Example]]:
    """Examples of similar length together."""
    batches: list[list[Example]] = [[]]
    for example in sorted(examples, key=lambda one: len(one.hidden)):
        if sum(len(one.hidden) for one in batches[-1]) >= tokens:
            batches.append([])
        batches[-1].append(example)
    return batches


def _loss(logits: torch.Tensor, tagged: Sequence[str], batch: Sequence[Example]) -> torch.Tensor:
    """The mean cross-entropy over the sentences, of whose right values any will do, and over the tokens."""
    of_families = families(tagged)
    parts = torch.split(logits, [len(example.hidden) for example in batch])
    weights = torch.nn.utils.rnn.pad_sequence(list(parts), batch_first=True, padding_value=-torch.inf).logsumexp(dim=1)
    of_sentences = logits.new_zeros(())
    for family in VALUES:
        rows = [row for row, example in enumerate(batch) if family in example.choices]
        if rows:
            columns = of_families[family]
            numbers = range(len(columns))
            right = torch.tensor([[number in batch[row].choices[family] for number in numbers] for row in rows])
            none = torch.tensor([_share_of_none(batch[row].choices[family]) for row in rows])
            said = with_none(weights[rows][:, columns]).log_softmax(dim=1)
            values = said[:, :-1].masked_fill(~right, -torch.inf).logsumexp(dim=1)
            # Where no value is right there is no share of them either, and zero times minus infinity is no number.
            of_sentences = of_sentences - (none * said[:, -1] + (1 - none) * values.masked_fill(none == 1, 0)).sum()
    words = [name for name in WORDS if name in of_families]
    columns = [WORDS.index(name) for name in words]
    inside = torch.cat([example.inside for example in batch])[:, columns]
    sure = torch.cat([example.sure for example in batch])[:, columns]
    of_tokens = torch.nn.functional.binary_cross_entropy_with_logits(
        logits[:, [of_families[name][0] for name in words]], inside, reduction="none"
    )
    of_words = (of_tokens * sure).sum(dim=0) / sure.sum(dim=0).clamp(min=1)
    return of_sentences / len(batch) + of_words.sum()


def _share_of_none(choices: Sequence[int | None]) -> float:
    """How likely it should be that a sentence has nothing of a family of which ``choices`` are right: even odds where
    readers would differ, so that what is told from a higher chance on is what all of them would tell."""
    return 0.0 if None not in choices else 1.0 if set(choices) == {None} else 0.5


def _threshold(
    family: str, tagged: Sequence[str], left_out: Sequence[tuple[Example, torch.Tensor]]
) -> tuple[float, float]:
    """The threshold of a family with the highest F1, and that F1, which is a little too high as it is the best."""
    columns = families(tagged)[family]
    names = [tagged[index] for index in columns]
    of_family = [one for one in left_out if _is_labelled(one[0], family)]
    measured = {}
    for threshold in _THRESHOLDS:
        right = extra = missed = 0
        for example, logits in of_family:
            told = list(tags(logits[:, columns], names, {family: threshold}))
            needed, is_right, borne = _judged(example, family, told)
            right += is_right
            extra += bool(told) and not is_right and not borne
            missed += needed and not is_right
        measured[threshold] = 2 * right / max(1, 2 * right + extra + missed)
    best = max(measured, key=lambda threshold: measured[threshold])
    return best, measured[best]


def _is_labelled(example: Example, family: str) -> bool:
    """Whether something of a family, or words so called, are labelled in a sentence, be it that there are none."""
    if family not in WORDS:
        return family in example.choices
    column = WORDS.index(family)
    return bool((example.inside[:, column] + example.sure[:, column]).any())


def _judged(example: Example, family: str, told: Sequence[TokenTag]) -> tuple[bool, bool, bool]:
    """Whether something has to be told, whether what is told is right, and whether it may be borne if it is not.

    Of words one has to be right; where leaving them out is right too, others are borne.
    """
    if family in WORDS:
        inside, sure = example.inside[:, WORDS.index(family)], example.sure[:, WORDS.index(family)]
        needed = bool((inside * sure).any())
        right = any(bool(inside[tag.first : tag.last].any()) for tag in told)
        return needed, right, not needed and bool(inside.any())
    wanted = example.choices[family]
    return None not in wanted, any(tag.tag in wanted for tag in told), False

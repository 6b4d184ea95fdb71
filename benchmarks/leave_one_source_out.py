"""How well a model trained without a kind of report does on it.

For each family of sources: train on everything else, measure on that family's sentences in the training and
validation splits. Finished folds are kept in the output folder, so an interrupted run goes on.

    python benchmarks/leave_one_source_out.py configs/training/minilm.toml --output runs/leave-one-source-out
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scrutiny import corpora
from scrutiny.corpora import LabelledSentence
from scrutiny.evaluation.metrics import measure
from scrutiny.evaluation.predict import predict
from scrutiny.pipeline import load
from scrutiny.training.config import load_config
from scrutiny.training.train import train

#: Sources of one body or kind of report, held out together.
FAMILIES = {
    "Ofsted": ("ofsted_ilacs", "ofsted_focused", "ofsted_send"),
    "accident investigation": ("transport_taic", "transport_atsb", "taic_recommendations"),
    "coroners": ("coroner_pfd",),
    "US licensing": ("texas_licensing", "oregon_longterm_care"),
    "inpatient review": ("inpatient_review",),
}


def main() -> None:
    """Run the folds and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("--output", type=Path, required=True, help="folder for models and measures")
    parser.add_argument("--data", type=Path, default=Path("../shared/corpora"), help="folder of the real splits")
    parser.add_argument("--base-model", help="local copy of the base model")
    parser.add_argument("--passes", type=int, help="in place of the configuration's")
    parser.add_argument("--only", choices=FAMILIES, nargs="+", default=list(FAMILIES), help="these folds")
    arguments = parser.parse_args()
    config = load_config(arguments.config)
    if arguments.passes:
        optimisation = config.optimisation.model_copy(update={"passes": arguments.passes})
        config = config.model_copy(update={"optimisation": optimisation})
    units = [
        unit
        for split in ("train", "validation")
        for unit in corpora.sentences(arguments.data / f"{split}.jsonl")[split]
    ]
    print("| held out | n | accuracy | macro-F1 |\n|---|---|---|---|")
    for family in arguments.only:
        sources = FAMILIES[family]
        folder = arguments.output / family.replace(" ", "-")
        kept = folder / "measures.json"
        if not kept.is_file():
            fold = config.model_copy(update={"data": config.data.model_copy(update={"exclude_sources": sources})})
            train(fold, folder, base_model=arguments.base_model)
            kept.write_text(json.dumps(measured(folder, sources, units), indent=2) + "\n", encoding="utf-8")
        for name, found in json.loads(kept.read_text(encoding="utf-8")).items():
            name = family if name == "all" else name
            print(f"| {name} | {found['n']} | {found['accuracy']:.3f} | {found['macro_f1']:.3f} |", flush=True)


def measured(model: Path, sources: Sequence[str], units: Sequence[LabelledSentence]) -> dict[str, Any]:
    """The measures of ``model`` on those of ``units`` that are of ``sources``: of all, and of each source by itself."""
    gold = [unit for unit in units if unit.source in sources]
    predictions = predict(load(model), gold)
    measures = {}
    for name, taken in [("all", sources), *((source, (source,)) for source in sources if len(sources) > 1)]:
        pairs = [(unit.role, p.role) for unit, p in zip(gold, predictions, strict=True) if unit.source in taken]
        measures[name] = measure([role for role, _ in pairs], [role for _, role in pairs]).as_json()
    return measures


if __name__ == "__main__":
    main()

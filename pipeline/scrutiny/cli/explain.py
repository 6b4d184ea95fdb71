"""``scrutiny explain``: which words of a sentence speak for its role."""

from __future__ import annotations

from typing import Annotated

import typer

from scrutiny.report import Role


def explain(
    sentence: Annotated[str, typer.Argument(metavar="SENTENCE", help="The sentence to explain.")],
    heading: Annotated[str, typer.Option(help="The heading in force.")] = "",
    before: Annotated[str, typer.Option(metavar="SENTENCE", help="The sentence before it.")] = "",
    after: Annotated[str, typer.Option(metavar="SENTENCE", help="The sentence after it.")] = "",
    item: Annotated[bool, typer.Option("--item", help="It is an item of a list.")] = False,
    role: Annotated[Role | None, typer.Option(help="Explain this role. Default: the one that is predicted.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Model folder or hub identifier. Default: the shipped model.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda or mps. Default: the best there is.")] = None,
) -> None:
    """Show how sure the model is of each role of a sentence, and what each word adds."""
    if not sentence.strip():
        raise typer.BadParameter("There is nothing to explain.", param_hint="SENTENCE")
    from rich.console import Console
    from rich.table import Table

    from scrutiny.report import ROLES
    from scrutiny.roles.classifier import Classifier
    from scrutiny.roles.explain import explain as run
    from scrutiny.roles.windows import Unit

    texts = [(before, False), (sentence, item), (after, False)]
    units = [Unit(text, heading, "passage", is_item) for text, is_item in texts if text]
    found = run(Classifier(model, device=device), units, number=bool(before), role=role)
    console = Console(highlight=False, markup=False, emoji=False)
    prediction = found.prediction
    scores = "  ".join(f"{name.value} {score:.3f}" for name, score in zip(ROLES, prediction.scores, strict=True))
    console.print(f"{prediction.role.value} ({prediction.decision.value}): {scores}")
    table = Table(title=f"What each word adds to {found.role.value}", title_justify="left")
    table.add_column("Word")
    table.add_column("Weight", justify="right")
    table.add_column("")
    largest = max((abs(word.weight) for word in found.words), default=0.0) or 1.0
    for word in found.words:
        bar = ("+" if word.weight > 0 else "-") * round(20 * abs(word.weight) / largest)
        table.add_row(word.text, f"{word.weight:+.2f}", bar)
    console.print(table)
    if prediction.cut:
        console.print("The sentence is longer than the model reads; its end was left out.")
    difference = found.shown - found.hidden
    console.print(f"Together {difference:+.2f}: {found.hidden:.2f} with every word hidden, {found.shown:.2f} as it is.")

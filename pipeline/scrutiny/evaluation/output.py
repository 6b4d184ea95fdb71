"""The folder of an evaluation: figures, errors, pictures and the page."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from scrutiny.errors import ConfigError, WriteError
from scrutiny.evaluation.run import Outcome

_NEEDED = {"jinja2": "jinja2", "matplotlib": "matplotlib", "sklearn": "scikit-learn"}


def check_output(folder: Path) -> None:
    """Make the folder, so that nothing is computed in vain.

    Raises:
        ConfigError: the extra that writes it is not installed.
        WriteError: it cannot be made.
    """
    missing = [name for module, name in _NEEDED.items() if find_spec(module) is None]
    if missing:
        raise ConfigError(
            f"--output needs {', '.join(missing)}.", remedy="Install it with: pip install 'scrutiny[evaluate]'"
        )
    try:
        (folder / "plots").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"{folder}: cannot be written: {error.strerror}.", remedy="Give another folder.") from None


def write_output(folder: Path, outcome: Outcome) -> None:
    """Write ``metrics.json``, ``errors.csv``, ``report.html`` and ``plots``, each picture as SVG and PNG.

    Raises:
        WriteError: a file cannot be written.
    """
    from scrutiny.evaluation.errors_table import write_errors, wrong_sentences
    from scrutiny.evaluation.page import write_page
    from scrutiny.evaluation.plots import pictures

    errors = wrong_sentences(outcome)
    drawn = list(pictures(outcome.evaluation))
    try:
        (folder / "metrics.json").write_text(outcome.evaluation.as_json(), encoding="utf-8")
        write_errors(folder / "errors.csv", errors)
        for picture in drawn:
            (folder / "plots" / f"{picture.name}.svg").write_bytes(picture.svg)
            (folder / "plots" / f"{picture.name}.png").write_bytes(picture.png)
        write_page(folder / "report.html", outcome.evaluation, drawn, errors)
    except OSError as error:
        raise WriteError(f"{folder}: cannot be written: {error.strerror}.", remedy="Give another folder.") from None

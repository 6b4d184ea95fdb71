"""What the documents say can be done, can be done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from scrutiny.cli import app

CHECKOUT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "models/roles-mpnet/README.md",
    "benchmarks/README.md",
    "corpora/README.md",
    "configs/regimes/README.md",
]


def test_the_python_example_of_the_readme_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(CHECKOUT)
    (example,) = re.findall(r"```python\n(.*?)```", (CHECKOUT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    assert "finding" in capsys.readouterr().out


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_and_options_in_the_documents_exist(document: str) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    text = (CHECKOUT / document).read_text(encoding="utf-8")
    for name, arguments in re.findall(r"^(?:\$ )?(?:\S*/)?scrutiny (\w+)(.*)$", text, re.MULTILINE):
        options = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", arguments)) <= options, f"{name}{arguments}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_in_the_documents_lead_somewhere(document: str) -> None:
    file = CHECKOUT / document
    for target in re.findall(r"\]\(([^)#]+)\)", file.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (file.parent / target).exists(), target


def test_every_option_of_extract_is_in_the_readme() -> None:
    command = typer.main.get_command(app).commands["extract"]  # type: ignore[attr-defined]
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    for parameter in command.params:
        option = max(parameter.opts, key=len)
        assert not option.startswith("--") or option == "--help" or f"`{option}" in readme, option

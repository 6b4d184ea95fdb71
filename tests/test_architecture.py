"""The laws of the house that can be read off the code."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "pipeline" / "scrutiny"

#: What every room may use of ours.
SHARED = {"report", "errors", "pdfium", "resources", "version"}
STAGES = {"reading", "splitting", "roles", "records", "writing"}
ABOVE = {"training", "evaluation"}

#: Which rooms a room may import, beside itself and the shared ones.
MAY_IMPORT: dict[str, set[str]] = {
    "report": set(),
    "errors": set(),
    "pdfium": set(),
    "resources": set(),
    "version": set(),
    "__init__": STAGES | {"pipeline", "corpora"},
    "__main__": {"cli"},
    "corpora": set(),
    "dates": set(),
    "regimes": {"dates"},
    **{room: {"dates", "regimes"} for room in STAGES},
    "pipeline": STAGES | {"regimes"},
    **{room: STAGES | ABOVE | {"pipeline", "corpora", "regimes"} for room in ABOVE},
    "archive": STAGES | {"pipeline", "regimes"},
    "summary": {"records", "writing"},
    "cli": STAGES | ABOVE | {"archive", "pipeline", "corpora", "regimes", "summary"},
}


def _room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def _imports(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "scrutiny":
            parts = node.module.split(".")
            rooms |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return rooms


def test_imports_run_one_way_and_no_stage_imports_another() -> None:
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        room = _room(path)
        allowed = MAY_IMPORT[room] | {room} | (set() if room == "report" else SHARED)
        wrong += [f"{path.relative_to(PACKAGE)} imports {other}" for other in sorted(_imports(path) - allowed)]
    assert not wrong


def test_no_code_loads_pickles_or_remote_code() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in ("import pickle", "trust_remote_code", "torch.load") if word in text], path

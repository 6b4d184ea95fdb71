"""Where the files that travel with scrutiny are: models, configs and corpora."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent


def _folder(name: str) -> Path:
    """The checkout's own folder in an editable install, else the copy inside the wheel."""
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / name).is_dir():
        return _CHECKOUT / name
    return _PACKAGE / "_data" / name


def models_folder() -> Path:
    """The folder of shipped models."""
    return _folder("models")


def configs_folder() -> Path:
    """The folder of shipped configurations."""
    return _folder("configs")


def corpora_folder() -> Path:
    """The folder of shipped corpora."""
    return _folder("corpora")

"""What one of the processes that run tests makes for all of them."""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from filelock import FileLock

Made = TypeVar("Made")


def made_once(file: Path, make: Callable[[], Made]) -> Made:
    """What ``make`` returns, or what another process that asked first has kept of it in ``file``."""
    with FileLock(f"{file}.lock"):
        if not file.exists():
            file.write_bytes(pickle.dumps(make()))
        kept: Made = pickle.loads(file.read_bytes())
        return kept


def read_only(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """Pickle finds this by name, and what it returns not."""
    return MappingProxyType(content)


copyreg.pickle(MappingProxyType, lambda proxy: (read_only, (dict(proxy),)))

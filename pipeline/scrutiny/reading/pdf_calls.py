"""Functions of PDFium that are called some hundred times a page, with less of ctypes around them."""

from __future__ import annotations

import ctypes
from typing import Any


def with_plain_pointers(function: Any, result: Any, *arguments: Any) -> Any:
    """``function`` of PDFium with addresses as integers: an object for each pointer costs more than the call."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(result, ctypes.c_void_p, *arguments)(address)

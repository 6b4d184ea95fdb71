"""PDFium is not thread safe: what reads pages and what draws them take turns."""

from __future__ import annotations

import threading

#: Held by whoever calls PDFium.
LOCK = threading.Lock()

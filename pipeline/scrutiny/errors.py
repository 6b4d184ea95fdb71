"""The errors people see. Each has a stable code, says what is wrong, and says what to do about it."""

from __future__ import annotations

from functools import partial


class ScrutinyError(Exception):
    """An error with a ``code`` for programs, a ``reason`` and a ``remedy`` for people."""

    code = "error"

    def __init__(self, reason: str, *, remedy: str, code: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        if code is not None:
            self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        # What is raised on another machine must arrive as it was; by default the remedy would be lost.
        return partial(type(self), remedy=self.remedy, code=self.code), (self.reason,)

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}"


class ReadError(ScrutinyError):
    """A report could not be read."""

    code = "unreadable"


class ModelError(ScrutinyError):
    """A model could not be loaded, or is not a model of the four roles."""

    code = "model"


class DataError(ScrutinyError):
    """A labelled data set could not be read."""

    code = "data"


class ConfigError(ScrutinyError):
    """A configuration is not valid."""

    code = "config"


class WriteError(ScrutinyError):
    """An output could not be written."""

    code = "unwritable"

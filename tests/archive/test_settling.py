"""Whatever the order in which outcomes come, and however often a run is killed, the same is written down."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from scrutiny.archive.ledger import Ledger, Row, State, Task
from scrutiny.archive.parts import Parts
from scrutiny.archive.settling import BORNE, End, Outcome, Settling, Slot

STATES = st.sampled_from([State.QUARANTINED, State.QUARANTINED, State.FAILED, State.SKIPPED])


@dataclass(frozen=True)
class Named:
    name: str
    stamp: str = ""


def expected(name: str, states: Sequence[State]) -> Iterator[tuple[str, State]]:
    lost = 0
    for number, state in enumerate(states):
        yield f"{name}/{number}", state
        lost = {State.QUARANTINED: lost + 1, State.SKIPPED: lost}.get(state, 0)
        if lost == BORNE:
            yield name, State.QUARANTINED
            return


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(STATES, max_size=12), min_size=1, max_size=4), st.integers(0, 1 << 30))
def test_five_reports_in_a_row_that_break_a_limit_end_an_input(reports: list[list[State]], seed: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        inputs = [Named(f"in{number}") for number in range(len(reports))]
        done = False
        while not done:
            with closing(Ledger(Path(folder))) as ledger:
                done = run(ledger, Path(folder), inputs, reports, chance)
                found = [(row.path, row.state) for row in ledger.rows()]
    assert found == [row for one, states in zip(inputs, reports, strict=True) for row in expected(one.name, states)]


def run(ledger: Ledger, folder: Path, inputs: list[Named], reports: list[list[State]], chance: random.Random) -> bool:
    """A run that may be killed; whether it came to its end."""
    tasks = ledger.plan(inputs, "key")
    settling = Settling(tasks, ledger, Parts(folder / "parts", ledger.ends()), lambda *_: None)
    outcomes = [one for index, task in enumerate(tasks) for one in outcomes_of(index, task, reports[task.position])]
    chance.shuffle(outcomes)
    while outcomes and not settling.done:
        if chance.random() < 0.05:
            return False
        some = chance.randint(1, 4)
        settling.settle(dict(outcomes[:some]))
        del outcomes[:some]
    assert settling.done
    return True


def outcomes_of(index: int, task: Task, states: Sequence[State]) -> list[tuple[Slot, Outcome | End]]:
    rows = [Row(f"{task.name}/{number}", state) for number, state in enumerate(states)]
    left: list[Outcome | End] = [Outcome(row) for row in rows if row.path not in task.settled]
    return [(Slot(index, number), one) for number, one in enumerate([*left, End("00")])]

"""Which tests are among the long ones for what they cost, beside those that are marked so where they stand.

Measured anew on a quiet machine:  make test-times

A test is long that needs more than two seconds of processor time; of one that runs for many cases those stay
that need two seconds together, the cheapest first, and that one if it needs less than four. Those of
:data:`STAY` are run whatever they cost.
"""

from __future__ import annotations

import os
import re
import resource
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("long_tests.txt")
# Where the cost of each test goes while all are measured.
LOG = "MEASURED_TESTS"
LIMIT, NOTHING = 2.0, 0.4
# What is rested on first: the house, the numbers, R's answers, and the road of a newcomer.
STAY = (
    "test_no_import_climbs",
    "test_every_printed_number_is_recomputed",
    "test_the_commands_of_the_page_make_a_first_report_with_nothing_edited",
    "test_what_the_stages_estimate_is_what_r_estimates[two_stages]",
    "test_what_the_stages_estimate_is_what_r_estimates[raked]",
    "test_a_study_runs_to_what_is_released[one-service]",
    "test_a_drawn_study_is_released_whole_or_refused_in_words[5]",
    "test_quarto_and_pandoc_agree[authors]",
    "test_no_page_shows_who_wrote_it_or_where[manuscript-blinded]",
)


def listed() -> list[str]:
    return [line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def mark(items: list[pytest.Item]) -> None:
    """Mark what the list names, unless the cost of all is being measured."""
    named = set() if os.environ.get(LOG) else set(listed())
    for item in items:
        if item.nodeid in named:
            item.add_marker(pytest.mark.slow)


def _processor_time() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def measured(item: pytest.Item) -> Iterator[None]:
    """Write down what a test needs, what it shares with later ones included."""
    before = _processor_time()
    yield
    if place := os.environ.get(LOG):
        with Path(place).open("a", encoding="utf-8") as log:
            log.write(f"{_processor_time() - before:.2f} {item.nodeid}\n")


def long_ones(costs: dict[str, float]) -> list[str]:
    """Choose from the costs of all, by node id, what is left out of `make test`."""
    families: dict[str, list[str]] = defaultdict(list)
    for name in sorted(costs, key=costs.__getitem__):
        families[name.partition("[")[0]].append(name)
    found = []
    for names in families.values():
        spent = 0.0
        for name in names:
            spent += costs[name]
            cheap = costs[name] < (NOTHING if name != names[0] else 2 * LIMIT)
            if spent > LIMIT and not (cheap and len(names) > 1) and not name.endswith(STAY):
                found.append(name)
    return sorted(found)


def main(log: Path) -> None:
    lines = (re.match(r"(\S+) (.*)", line) for line in log.read_text(encoding="utf-8").splitlines())
    costs = {found[2]: float(found[1]) for found in lines if found}
    head = (
        "# Made by tests/long_tests.py from what each test cost; see there. Marked slow by tests/conftest.py."
    )
    LIST.write_text("\n".join([head, *long_ones(costs)]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

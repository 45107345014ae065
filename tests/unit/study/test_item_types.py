"""Types of items: what each says of itself agrees, and the rest of the tool asks them and nothing else."""

from __future__ import annotations

import ast

import pytest

import house
from surveypipe.study.item_types import ITEM_TYPES, MEAN, MEDIAN, PROPORTION, ItemType

# Where a word of the codebook is chosen or made, and not asked about.
MAKES = {"intake/drafting.py", "intake/description.py", "study/item_types.py"}


def test_what_stands_for_an_item_of_each_type():
    stands = {name: kind.stands for name, kind in ITEM_TYPES.items()}
    for name, statistic in {"binary": PROPORTION, "ordinal": MEAN, "categorical": PROPORTION}.items():
        assert stands[name] == statistic
    assert stands["numeric"] == MEAN
    assert ItemType(summaries=(MEDIAN,)).stands == MEDIAN


@pytest.mark.parametrize("name", ITEM_TYPES)
def test_a_type_says_nothing_against_itself(name):
    kind = ITEM_TYPES[name]
    assert set(kind.summaries) <= {MEAN, MEDIAN}
    assert not (kind.pair and not kind.may_count)
    assert not (kind.listed and kind.ranged)
    assert kind.listed != bool(kind.answered)
    assert kind.number or not kind.estimated


def test_nothing_else_branches_on_the_word_of_a_type():
    found = []
    for path in [*house.MODULES.values(), *house.WORKFLOW.glob("scripts/*.py")]:
        where = path.relative_to(house.WORKFLOW).as_posix().removeprefix("surveypipe/")
        for node in ast.walk(house.tree_of(path)):
            if where not in MAKES and isinstance(node, ast.Compare) and _asks(node):
                found.append(f"{where}, line {node.lineno}: {ast.unparse(node)}")
    assert found == []


def _asks(node: ast.Compare) -> bool:
    """Whether a comparison holds the type of an item against a word."""
    sides = [node.left, *node.comparators]
    words = {leaf.value for side in sides for leaf in ast.walk(side) if isinstance(leaf, ast.Constant)}
    asked = any("['type']" in ast.unparse(side) or ast.unparse(side).endswith(".type") for side in sides)
    return asked and bool(words & set(ITEM_TYPES))

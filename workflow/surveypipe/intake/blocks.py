"""Questions that belong together: boxes of "tick all that apply", batteries of items with one scale."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pandas as pd

from surveypipe.identifiers import variable_slug
from surveypipe.intake.drafted import Column, Sign
from surveypipe.intake.labels import FileLabels
from surveypipe.intake.naming import (
    common_beginning,
    ends_itself,
    plain_beginning,
    plain_label,
    short_label,
    stem_of,
    without_beginning,
)

# Fewest items of a battery, and fewest boxes of a set.
ITEMS, BOXES = 3, 2
# Boxes side by side that are a set whatever they are called.
MANY_BOXES = 4
# Most bare codes, from 1 on, that are taken for categories.
FEW_CODES = 4
# Length from which labels that begin alike belong together.
SHARED = 12


def draft_sets(columns: Sequence[Column], labels: FileLabels, raw: pd.DataFrame) -> dict[str, str]:
    """Make boxes of the columns of multiple-response sets, and of ticks side by side; give key and name."""
    sets: dict[str, str] = {}
    by_column = {column.in_file: column for column in columns}
    for name, told in labels.sets.items():
        boxes = [
            by_column[column] for column in told.columns if column in by_column
        ] if told.counted is not None else []  # fmt: skip
        boxes = [box for box in boxes if not box.set and _may_be_box(box, raw[box.in_file], told.counted)]
        if len(boxes) >= BOXES:
            _make_set(boxes, plain_label(told.label), name, sets, told.counted)
    for run in _runs(columns, lambda c: c.guess.ticked is not None and not c.set and c.role == "question"):
        for boxes in _of_one_stem(run, least=BOXES) if len(run) < MANY_BOXES else [run]:
            _make_set(boxes, "", stem_of(boxes[0].name), sets)
    return sets


def _may_be_box(column: Column, data: pd.Series, counted: float | None) -> bool:
    numbers = pd.to_numeric(data, errors="coerce")
    found = set(numbers.dropna()) - set(column.guess.missing)
    return bool(data.isna().eq(numbers.isna()).all()) and len(found | {counted}) <= 2


def _make_set(
    boxes: Sequence[Column], label: str, stem: str, sets: dict[str, str], counted: float | None = None
) -> None:
    beginning = common_beginning([box.label for box in boxes])
    key = _key(stem or "ticked", sets)
    sets[key] = label or plain_beginning(beginning) or f"{boxes[0].label} to {boxes[-1].label}"
    for box in boxes:
        box.set = key
        made = box.guess
        # A box whose word is its own label needs no other: it is ticked, or not.
        ticked = counted if counted is not None else made.ticked
        assert ticked is not None
        others = [code for code in made.values if code != ticked]
        no = others[0] if others else 0.0 if ticked != 0 else 1.0
        made.type, made.counts = "binary", ticked
        words = dict(made.values)
        two = len(others) == 1
        made.values = {ticked: words[ticked] if two else "Yes", no: words[no] if two else "No"}
        made.signs = [sign for sign in made.signs if sign not in (Sign.ONE_ANSWER, Sign.ZERO_AND_ONE)]
        box.label = without_beginning(box.label, beginning)
        box.short = short_label(box.label)


def draft_batteries(columns: Sequence[Column]) -> dict[str, str]:
    """Join items side by side that have the same answers and names, or labels, that begin alike."""
    batteries: dict[str, str] = {}
    for run in _runs(columns, lambda c: c.guess.kind.ordered and c.role == "question"):
        for alike in _of_one_stem(run, least=ITEMS):
            for items in _split(alike, _same_answers):
                if len(items) < ITEMS:
                    continue
                beginning = common_beginning([item.label for item in items])
                key = _key(stem_of(items[0].name) or "items", batteries)
                batteries[key] = plain_beginning(beginning) or f"Items {items[0].name} to {items[-1].name}"
                for item in items:
                    item.battery = key
                    item.label = without_beginning(item.label, beginning)
                    item.short = short_label(item.label)
    return batteries


def settle_bare_codes(columns: Sequence[Column]) -> None:
    """Call few codes without words categories, outside a battery: a mean of hospitals says nothing."""
    for column in columns:
        made = column.guess
        bare = Sign.NO_WORDS in made.signs and made.kind.ordered and not column.battery
        if bare and min(made.values) == 1 and len(made.values) <= FEW_CODES:
            made.type = "categorical"


def _same_answers(a: Column, b: Column) -> bool:
    """Whether two items have the same scale; one without words lends its answers to none."""
    mine, theirs = a.guess.values, b.guess.values
    if mine == theirs:
        return True
    unnamed = [g for g in (a.guess, b.guess) if Sign.NO_WORDS in g.signs]
    if len(unnamed) != 2:
        return False
    # Of bare numbers the greatest that anybody chose may differ from item to item.
    widest = max(mine, theirs, key=len)
    if set(mine) <= set(widest) and set(theirs) <= set(widest):
        a.guess.values = dict(widest)
        b.guess.values = dict(widest)
        return True
    return False


def _runs(columns: Sequence[Column], wanted: Callable[[Column], bool]) -> Iterator[list[Column]]:
    run: list[Column] = []
    for column in columns:
        if wanted(column):
            run.append(column)
        else:
            if run:
                yield run
            run = []
    if run:
        yield run


def _split(run: list[Column], together: Callable[[Column, Column], bool]) -> Iterator[list[Column]]:
    part = run[:1]
    for before, after in pairwise(run):
        if together(before, after):
            part.append(after)
        else:
            yield part
            part = [after]
    yield part


def _of_one_stem(run: list[Column], least: int) -> Iterator[list[Column]]:
    def together(a: Column, b: Column) -> bool:
        stems = [stem_of(column.name).casefold() for column in (a, b)]
        if stems[0] and stems[0] == stems[1]:
            return True
        numbered = all(stem != column.name.casefold() for stem, column in zip(stems, (a, b), strict=True))
        beginning = common_beginning([a.label, b.label])
        return len(beginning) >= SHARED and (ends_itself(beginning) or not numbered)

    for part in _split(run, together):
        if len(part) >= least:
            yield part


def _key(stem: str, taken: dict[str, str]) -> str:
    plain = variable_slug(stem.strip("_- ") or "block").replace("-", "_")
    key, number = plain, 1
    while key in taken:
        number += 1
        key = f"{plain}_{number}"
    return key

"""Boxes of "tick all that apply": a box left blank is No for who answered any box of its set."""

from __future__ import annotations

from typing import Any

import pandas as pd

from surveypipe.study.codebook import Codebook, code_text

RULE = "blank_box"
ACTION = "set_no"


def settle_boxes(
    records: pd.DataFrame, asked: pd.DataFrame, codebook: Codebook
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Fill in the other answer where a box was asked and left blank, and its set was answered.

    Who was routed past a box, or answered none of its set, keeps the blank: nobody can say that the boxes
    were seen.

    Parameters
    ----------
    records
        Records after the cleaning rules.
    asked
        From :func:`surveypipe.intake.rules.asked_state`.

    Returns
    -------
    DataFrame
        The records.
    list of dict
        One line of the log for each box filled in.
    """
    made, lines = records.copy(), []
    for name in codebook.sets:
        boxes = codebook.boxes(name)
        given = pd.DataFrame({box.name: records[box.name].isin(list(box.values)) for box in boxes})
        answered = given.any(axis=1)
        for box in boxes:
            other = next(code for code in box.values if code != box.counts)
            fill = answered & records[box.name].isna() & (asked[box.name] != 0)
            made[box.name] = made[box.name].mask(fill, other)
            lines += [
                {
                    "row": int(str(row)),
                    "case_id": "" if pd.isna(case) else str(case),
                    "variable": box.name,
                    "before": "",
                    "after": code_text(other),
                    "rule": RULE,
                    "action": ACTION,
                    "note": f"left blank, and another box of {name} was answered",
                }
                for row, case in records.loc[fill, codebook.id_variable].items()
            ]
    return made, lines

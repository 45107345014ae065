"""Tick all that apply: when a blank box is No, and when nobody can say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveypipe.intake.cleaning import clean
from surveypipe.study.cleaning import Cleaning, Duplicate
from surveypipe.study.codebook_parsing import parse_codebook

YES_NO = {"type": "binary", "counts": 1, "values": {1: "Yes", 0: "No"}}
BOOK = parse_codebook(
    {
        "sets": {"heard": "How they heard of it"},
        "variables": {
            "id": {"type": "string", "role": "id", "label": "Number"},
            "user": YES_NO | {"label": "Uses it"},
            "paper": YES_NO | {"label": "Paper", "set": "heard"},
            "radio": YES_NO | {"label": "Radio", "set": "heard"},
            "boss": YES_NO | {"label": "Boss", "set": "heard", "asked_if": {"user": 1}},
        },
    }
)
NONE = np.nan


def test_a_blank_box_is_no_where_its_set_was_answered_and_it_was_asked():
    records = pd.DataFrame(
        {
            "record": [1, 2, 3, 4],
            "id": ["1", "2", "3", "4"],
            "user": [1.0, 1.0, 0.0, 0.0],
            "paper": [1.0, NONE, NONE, NONE],
            "radio": [NONE, NONE, 1.0, 0.0],
            "boss": [NONE, NONE, NONE, NONE],
        }
    )
    frame = pd.DataFrame({"id": records["id"]})
    done = clean(records, frame, BOOK, Cleaning(), {}, listed=False)
    answers = done.analysis[["paper", "radio", "boss"]].fillna(9).astype(int).to_numpy().tolist()
    assert answers == [[1, 0, 0], [9, 9, 9], [0, 1, 9], [0, 0, 9]]
    filled = done.log[done.log["rule"] == "blank_box"]
    assert len(filled) == 4
    assert set(filled["after"]) == {"0"}
    assert not set(zip(filled["row"], filled["variable"], strict=True)) & {(3, "boss"), (2, "paper")}
    assert set(done.missing.loc[done.missing["variable"] == "boss", "reason"]) == {"blank", "not_asked"}


def test_spellings_of_one_number_are_one_person_without_a_list():
    records = pd.DataFrame(
        {"record": [1, 2], "id": ["00101", "101"]}
        | {name: [1.0, 0.0] for name in ("user", "paper", "radio", "boss")}
    )
    frame = pd.DataFrame({"id": records["id"]})
    rules = Cleaning(rules=(Duplicate(keep="first"),))
    assert clean(records, frame, BOOK, rules, {}, listed=False).analysis["id"].tolist() == ["00101"]

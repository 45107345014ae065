"""The raw file made ready: cleaned, scored, joined to the staff list, and each person's final disposition.

Written from the documents' own account of the rules, the configuration and the codebook.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import yaml

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "workflow/schemas/config.schema.json").read_text(encoding="utf-8")
)


@dataclass
class Study:
    """What everything else is computed from.

    Attributes
    ----------
    config, codebook
        The two files of the study's configuration, as read.
    staff
        Everybody on the list, with ``code`` (AAPOR), ``eligible``, ``answered``.
    cases
        The questionnaires that are analysed, one row a person, index the person's number.
    log
        How many records or answers each rule of cleaning touched.
    unanswered
        Person by question: True where the question applied and holds no answer at all.
    """

    root: Path
    config: dict[str, Any]
    codebook: dict[str, Any]
    staff: pd.DataFrame
    cases: pd.DataFrame
    log: dict[str, int]
    unanswered: pd.DataFrame
    said_missing: pd.DataFrame
    notes: dict[str, Any] = field(default_factory=dict)

    def counted(self, name: str) -> float:
        return Questions(self.codebook).counted(name)

    @property
    def eligible(self) -> pd.DataFrame:
        return self.staff[self.staff["eligible"]]


class Questions:
    """What the codebook says of the columns of the survey."""

    def __init__(self, codebook: dict[str, Any]) -> None:
        self.book = codebook
        self.variables = codebook["variables"]
        self.core = [name for name, entry in self.variables.items() if entry.get("core")]

    def values(self, name: str) -> dict[Any, Any]:
        values = self.variables[name].get("values") or {}
        return dict(self.book["value_sets"][values]) if isinstance(values, str) else dict(values)

    def codes(self, name: str) -> list[float] | None:
        values = self.values(name)
        values.pop("counts", None)
        return [float(code) for code in values] or None

    def counted(self, name: str) -> float:
        """Code of the answer that is counted as yes; 1 for what is derived."""
        if name not in self.variables:
            return 1.0
        said = self.variables[name].get("counts", self.values(name).get("counts"))
        return float(said if said is not None else (self.codes(name) or [1.0])[0])

    def user_missing(self, name: str, column: pd.Series) -> pd.Series:
        entry = self.variables[name].get("missing")
        if isinstance(entry, str):
            entry = self.book["missing_sets"][entry]
        if not entry or not pd.api.types.is_numeric_dtype(column):
            return pd.Series(False, index=column.index)
        hit = column.isin([float(code) for code in entry.get("codes", {})])
        if "range" in entry:
            hit |= column.between(*entry["range"])
        return hit

    def asked_if(self, name: str) -> dict[str, list[float]]:
        conditions = self.variables[name].get("asked_if") or {}
        return {
            key: [float(c) for c in (codes if isinstance(codes, list) else [codes])]
            for key, codes in conditions.items()
        }


def with_defaults(said: Any, about: dict[str, Any]) -> Any:
    """Fill in what a configuration does not say, from the defaults that its published schema states."""
    if "$ref" in about:
        return with_defaults(said, SCHEMA["$defs"][about["$ref"].rpartition("/")[2]])
    if "discriminator" in about:
        tags = about["discriminator"]
        return with_defaults(said, {"$ref": tags["mapping"][said[tags["propertyName"]]]})
    if isinstance(said, list) and "items" in about:
        return [with_defaults(entry, about["items"]) for entry in said]
    if not isinstance(said, dict):
        return said
    keys, made = about.get("properties", {}), dict(said)
    for key, inner in keys.items():
        if key not in made and "default" in inner:
            made[key] = copy.deepcopy(inner["default"])
    others = about.get("additionalProperties") or {}
    return {key: with_defaults(entry, keys.get(key, others)) for key, entry in made.items()}


def read_study(root: Path) -> Study:
    """Read the raw file and the staff list of a study folder and apply the declared rules."""
    config = yaml.safe_load((root / "config/config.yaml").read_text(encoding="utf-8"))
    config = with_defaults(config, SCHEMA)
    for rule in config["cleaning"]["rules"]:
        rule.setdefault("id", rule["type"])
    codebook = yaml.safe_load((root / config["inputs"]["codebook"]).read_text(encoding="utf-8"))
    records, _ = pyreadstat.read_sav(str(root / config["inputs"]["survey"]), user_missing=True)
    listed = pd.read_csv(root / config["inputs"]["staff_list"], dtype=str)
    staff = _staff(listed, config)
    questions = Questions(codebook)
    number = config["frame"]["survey_id"]
    records = records.replace("", np.nan)
    kept, log, dropped = _cleaned(records, staff, config, questions, number)
    cases, share, unanswered, said = _scored(kept, config, questions)
    cases.index = unanswered.index = said.index = kept[number].to_numpy()
    share.index = cases.index
    staff = _disposed(staff, share, dropped, config)
    usable = [i for i in cases.index if staff.loc[i, "code"] in ("1.1", "1.2")]
    cases = cases.loc[sorted(usable)]
    columns = [c for c in staff.columns if c not in cases]
    cases = cases.join(staff[columns])
    made = Study(
        root, config, codebook, staff, cases, log, unanswered.loc[cases.index], said.loc[cases.index]
    )
    made.notes["records"] = _records(records, kept, staff, config, number, log)
    return made


def _records(
    records: pd.DataFrame,
    kept: pd.DataFrame,
    staff: pd.DataFrame,
    config: dict[str, Any],
    number: str,
    log: dict[str, int],
) -> dict[str, dict[str, int]]:
    """Records in the file, persons with one, and what each rule left out, all told and by group."""
    group = config["frame"]["group"]
    levels = config["groups"][group]["levels"]
    held = records[number].map(staff[group])
    left: dict[str, pd.Series] = {rule: held[list(rows)] for rule, rows in kept.attrs["left_out"].items()}
    parts = {"all": held, "people": held[~records[number].duplicated() & held.notna()], **left}
    return {
        key: {"total": len(part), **{level: int((part == level).sum()) for level in levels}}
        for key, part in parts.items()
    }


def _staff(listed: pd.DataFrame, config: dict[str, Any]) -> pd.DataFrame:
    columns = config["frame"]["columns"]
    staff = listed.set_index(config["frame"]["id"]).rename(columns={v: k for k, v in columns.items()})
    for recode in config["frame"].get("recodes", []):
        staff[recode["variable"]] = staff[recode["from"]].map(recode["map"])
    return staff


def _answered(records: pd.DataFrame, questions: Questions, names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {n: records[n].notna() & ~questions.user_missing(n, records[n]) for n in names}, index=records.index
    )


def _asked(records: pd.DataFrame, questions: Questions) -> pd.DataFrame:
    """1 asked, 0 routed past, NaN where the filter holds no valid answer."""
    state = pd.DataFrame(1.0, index=records.index, columns=list(questions.variables))
    for name in questions.variables:
        for gate, codes in questions.asked_if(name).items():
            valid = records[gate].isin(questions.codes(gate) or [])
            passed = records[gate].isin(codes).astype(float).where(valid)
            state[name] = passed.where(state[gate] != 0, 0.0)
    return state


def _cleaned(
    records: pd.DataFrame, staff: pd.DataFrame, config: dict[str, Any], questions: Questions, number: str
) -> tuple[pd.DataFrame, dict[str, int], list[str]]:
    log: dict[str, int] = {}
    dropped: list[str] = []
    left_out: dict[str, list[int]] = {}
    for rule in config["cleaning"]["rules"]:
        kind = rule["type"]
        if kind in ("not_on_frame", "blank", "duplicate"):
            out = _to_drop(kind, rule, records, staff, questions, number)
            log[rule["id"]] = len(out)
            left_out[rule["id"]] = out
            dropped += list(records.loc[out, number].dropna())
            records = records.drop(index=out)
        elif kind in ("range", "skip"):
            records, log[rule["id"]] = _emptied(kind, records, questions)
        elif kind == "late":
            dates = pd.to_datetime(records[rule["variable"]])
            log[rule["id"]] = int((dates > pd.Timestamp(rule["after"])).sum())
    records.attrs["left_out"] = left_out
    return records, log, dropped


def _to_drop(
    kind: str,
    rule: dict[str, Any],
    records: pd.DataFrame,
    staff: pd.DataFrame,
    questions: Questions,
    number: str,
) -> list[int]:
    if kind == "not_on_frame":
        return list(records.index[~records[number].isin(staff.index)])
    filled = _answered(records, questions, questions.core).sum(axis=1)
    if kind == "blank":
        return list(records.index[filled == 0])
    if rule["keep"] != "most_complete":
        raise NotImplementedError(rule["keep"])
    out: list[int] = []
    for _, same in records.groupby(number):
        best = max(same.index, key=lambda i: (filled[i], -i))
        out += [i for i in same.index if i != best]
    return out


def _emptied(kind: str, records: pd.DataFrame, questions: Questions) -> tuple[pd.DataFrame, int]:
    changed = 0
    records = records.copy()
    asked = _asked(records, questions)
    for name, entry in questions.variables.items():
        if entry.get("role") in ("id", "undocumented"):
            continue
        if kind == "skip":
            bad = (asked[name] == 0) & records[name].notna()
        else:
            column = records[name]
            codes, span = questions.codes(name), entry.get("range")
            if codes is not None:
                good = column.isin(codes)
            elif span is not None and entry["type"] == "numeric":
                good = column.between(*span)
            else:
                continue
            bad = column.notna() & ~good & ~questions.user_missing(name, column)
        changed += int(bad.sum())
        records.loc[bad, name] = np.nan
        if kind == "skip":
            asked = _asked(records, questions)
    return records, changed


def _scored(
    kept: pd.DataFrame, config: dict[str, Any], questions: Questions
) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame, pd.DataFrame]:
    asked = _asked(kept, questions)
    valid = _answered(kept, questions, list(questions.variables))
    core = questions.core
    given = valid[core] & (asked[core] != 0)
    applies = (asked[core] == 1) | given
    share = given.sum(axis=1) / applies.sum(axis=1)
    cases = kept.where(valid)
    for name in questions.variables:
        if pd.api.types.is_numeric_dtype(kept[name]):
            cases[name] = cases[name].astype(float)
    said = kept.notna() & ~valid
    empty = kept.isna() & (asked != 0)
    cleaning = config["cleaning"]
    for item in cleaning["reverse"]:
        codes = questions.codes(item) or []
        cases[item] = min(codes) + max(codes) - cases[item]
    for scale in cleaning["scales"]:
        items = cases[scale["items"]].astype(float)
        enough = items.notna().mean(axis=1) >= scale["min_share"]
        cases[scale["variable"]] = items.mean(axis=1).where(enough)
    for recode in cleaning["recodes"]:
        cases[recode["variable"]] = recoded(cases, recode, questions, cleaning["scales"])
    return cases, share, empty, said


def recoded(
    cases: pd.DataFrame, recode: dict[str, Any], questions: Questions, scales: list[dict[str, Any]]
) -> pd.Series:
    """Derive a variable; items are turned, and scales and earlier recodes are there already."""
    kind = recode["type"]
    if kind == "difference":
        return cases[recode["minuend"]] - cases[recode["subtrahend"]]
    source = cases[recode["from"]]
    if kind == "items_high":
        items = next(scale["items"] for scale in scales if scale["variable"] == recode["from"])
        codes = sorted(questions.codes(items[0]) or [])
        answers = cases[items].astype(float)
        agreed = answers.isin(codes[-(len(codes) // 2) :]).where(answers.notna())
        return agreed.astype(float).mean(axis=1).where(source.notna())
    if kind == "above":
        return (source > recode["cut"]).astype(float).where(source.notna())
    if kind == "bands":
        # 1 for the first band: how many lower bounds the value has reached, and one.
        made = sum((source >= cut).astype(float) for cut in recode["cuts"]) + 1.0
        return made.where(source.notna())
    if kind == "routed_no":
        used = (source == questions.counted(recode["from"])).astype(float).where(source.notna())
        return used.mask(source.isna() & _routed_past(cases, recode["filter"], questions), 0.0)
    raise NotImplementedError(kind)


def _routed_past(cases: pd.DataFrame, gate: str, questions: Questions) -> pd.Series:
    """Who answered a filter question with anything but yes, or was routed past that filter in turn."""
    past = cases[gate].notna() & (cases[gate] != questions.counted(gate))
    for earlier in questions.asked_if(gate):
        past |= cases[gate].isna() & _routed_past(cases, earlier, questions)
    return past


def _disposed(
    staff: pd.DataFrame, share: pd.Series, dropped: list[str], config: dict[str, Any]
) -> pd.DataFrame:
    rules = config["response"]
    code = staff["outcome"].map(rules["dispositions"]).astype(object)
    code[code.index.isin(dropped) & ~code.str.startswith("4")] = rules["dispositions"]["returned"]
    for person, part in share.items():
        complete, partial = part >= rules["complete_from"], part >= rules["partial_from"]
        code[person] = "1.1" if complete else "1.2" if partial else "2.12"
    made = staff.copy()
    made["code"] = code
    made["eligible"] = ~code.str.startswith("4")
    made["answered"] = code.isin(["1.1", "1.2"])
    return made

"""A simulated survey of named staff: a population with known truth, who answers, and a mess on top.

Three layers are kept apart, so that each can be tested by itself: what everybody on the list would
have answered (the truth), who returned a questionnaire, and what went wrong on paper and at entry.
All numbers come from a design (``config/simulation.yaml``) that was written once, for plausibility;
only the totals of respondents per agency are conditioned on.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.cleaning import asked_state, derive, share_answered, value_text
from surveypipe.codebook import Codebook

PLANTED_COLUMNS = ["kind", "case_id", "variable", "value"]


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers for one purpose, so that adding a draw for one leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the changes of a scenario over the base design, key by key."""
    out = dict(base)
    for key, value in change.items():
        both = isinstance(value, Mapping) and isinstance(base.get(key), Mapping)
        out[key] = merged(base[key], value) if both else value
    return out


def simulate_frame(design: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Everybody on the staff list: id, agency, team, profession, invited day, eligibility."""
    rng = stream(seed, "frame")
    rows = [
        (agency, profession)
        for agency, professions in design["staff"].items()
        for profession, n in professions.items()
        for _ in range(n)
    ]
    people = pd.DataFrame(rows, columns=["agency", "profession"])
    people = people.iloc[rng.permutation(len(people))].reset_index(drop=True)
    people.insert(0, "id", [f"S{number:03d}" for number in range(1, len(people) + 1)])
    teams = design["teams"]
    people["team"] = [teams[agency][rng.integers(len(teams[agency]))] for agency in people["agency"]]
    people["invited"] = pd.to_datetime(people["agency"].map(design["invited"]))
    people["eligible"] = True
    for agency in design["staff"]:
        members = people.index[people["agency"] == agency]
        gone = rng.choice(members, size=design["ineligible"].get(agency, 0), replace=False)
        people.loc[gone, "eligible"] = False
    return people


def simulate_answers(
    people: pd.DataFrame, design: Mapping[str, Any], codebook: Codebook, seed: int
) -> pd.DataFrame:
    """Answers of everybody as they would have been: complete, in range, routed as the questionnaire routes.

    Reverse-worded items are as the person would have ticked them.
    """
    rng = stream(seed, "answers")
    settings = design["answers"]
    agency = people["agency"]
    answers = pd.DataFrame(index=people.index)
    _funnel(answers, agency, settings["funnel"], rng)
    reader = (answers["read"] == 1).astype(float)
    _scales(answers, agency, reader, settings, codebook, rng)
    for name in ("access_used", "access_worked"):
        answers[name] = _yes_no(agency.map(settings[name]), rng)
    years = rng.gamma(1.4, agency.map(settings["years_mean"]) / 1.4)
    answers["years_in_post"] = np.floor(years).clip(0, 40)
    answers["caseload"] = rng.poisson(agency.map(settings["caseload_mean"]).to_numpy(float)).astype(float)
    for name, texts in settings["comments"].items():
        written = rng.random(len(people)) < settings["comment_share"]
        picks = rng.integers(len(texts), size=len(people))
        answers[name] = [texts[pick] if yes else None for yes, pick in zip(written, picks, strict=True)]
    _own_description(answers, people, codebook)
    days = np.ceil(rng.exponential(settings["return_days_mean"], len(people))) + 2
    latest = (pd.Timestamp(design["field_end"]) - people["invited"]).dt.days
    answers["return_date"] = people["invited"] + pd.to_timedelta(np.minimum(days, latest), unit="D")
    return _routed(answers, codebook)


def _yes_no(probability: pd.Series, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(len(probability)) < probability.to_numpy(float), 1.0, 2.0)


def _funnel(
    answers: pd.DataFrame, agency: pd.Series, settings: Mapping[str, Any], rng: np.random.Generator
) -> None:
    answers["received"] = _yes_no(agency.map(settings["received"]), rng)
    for name, before in (("read", "received"), ("trained", "read")):
        yes = agency.map(settings[f"{name}_if_{before}"])
        no = agency.map(settings[f"{name}_if_not"])
        answers[name] = _yes_no(yes.where(answers[before] == 1, no), rng)


def _scales(
    answers: pd.DataFrame,
    agency: pd.Series,
    reader: pd.Series,
    settings: Mapping[str, Any],
    codebook: Codebook,
    rng: np.random.Generator,
) -> None:
    common = rng.normal(0, settings["common_sd"], len(agency))
    for battery, effect in settings["scales"].items():
        by_agency = agency.map({key: value for key, value in effect.items() if key not in ("mean", "read")})
        centre = effect["mean"] + by_agency.fillna(0.0) + effect["read"] * reader + common
        centre = centre + rng.normal(0, settings["person_sd"], len(agency))
        for item, shift in zip(codebook.battery_items([battery]), settings["item_shift"], strict=True):
            codes = codebook.variables[item].values
            latent = centre + shift + rng.normal(0, settings["item_sd"], len(agency))
            answer = np.clip(np.floor(latent + 0.5), min(codes), max(codes))
            answers[item] = min(codes) + max(codes) - answer if item in settings["reverse"] else answer


def _own_description(answers: pd.DataFrame, people: pd.DataFrame, codebook: Codebook) -> None:
    for name, column in (("q_agency", "agency"), ("q_profession", "profession")):
        codes = {label: code for code, label in codebook.variables[name].values.items()}
        order = dict(zip(people[column].drop_duplicates().sort_values(), codes.values(), strict=False))
        answers[name] = people[column].map(codes if set(people[column]) <= set(codes) else order)
    answers["q_team"] = people["team"]


def _routed(answers: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    full = answers.reindex(columns=[v.name for v in codebook.analysed()])
    with_all = full.reindex(columns=list(codebook.variables))
    asked = asked_state(with_all, codebook)
    for variable in codebook.routing_order():
        full[variable.name] = full[variable.name].where(asked[variable.name] == 1)
    return full


def response_propensity(people: pd.DataFrame, reads: pd.Series, design: Mapping[str, Any]) -> pd.Series:
    """Chance of returning a usable questionnaire; expected totals per agency are those of the design."""
    effects = design["response"]
    score = people["profession"].map(effects["profession"]).fillna(0.0) + effects["read"] * reads
    chance = pd.Series(0.0, index=people.index)
    for agency, total in design["respondents"].items():
        members = people.index[(people["agency"] == agency) & people["eligible"]]
        chance[members] = _with_total(score[members].to_numpy(float), total)
    return chance


def _with_total(score: np.ndarray, total: float) -> np.ndarray:
    low, high = -20.0, 20.0
    for _ in range(80):
        middle = (low + high) / 2
        chance = 1 / (1 + np.exp(-(middle + score)))
        low, high = (middle, high) if chance.sum() < total else (low, middle)
    return chance


def draw_respondents(
    people: pd.DataFrame, chance: pd.Series, design: Mapping[str, Any], seed: int
) -> pd.Series:
    """Draw independently with the given chances until the totals per agency are those of the design.

    Drawing again until the totals fit conditions on the totals and on nothing else.
    """
    rng = stream(seed, "response")
    replied = pd.Series(False, index=people.index)
    for agency, total in design["respondents"].items():
        members = people.index[people["agency"] == agency]
        while True:
            drawn = rng.random(len(members)) < chance[members].to_numpy()
            if drawn.sum() == total:
                break
        replied[members] = drawn
    return replied


def contact_outcomes(
    people: pd.DataFrame, replied: pd.Series, design: Mapping[str, Any], seed: int
) -> pd.Series:
    """Outcome of contact for everybody on the list, as the office would have written it."""
    rng = stream(seed, "outcomes")
    kinds = list(design["silent"])
    drawn = rng.choice(kinds, size=len(people), p=np.array(list(design["silent"].values()), dtype=float))
    outcome = pd.Series(drawn, index=people.index, dtype="str")
    outcome[replied] = "returned"
    outcome[~people["eligible"]] = design["ineligible"]["outcome"]
    return outcome


def as_delivered(
    people: pd.DataFrame,
    answers: pd.DataFrame,
    replied: pd.Series,
    design: Mapping[str, Any],
    codebook: Codebook,
    seed: int,
) -> pd.DataFrame:
    """Questionnaires of the respondents with items left out, don't know and refused, and some broken off.

    Every questionnaire keeps at least half of its core items, because the design conditions on the
    number of usable ones.
    """
    rng = stream(seed, "item missing")
    settings = design["item_missing"]
    records = answers[replied].copy()
    records.insert(0, codebook.id_variable, people.loc[replied, "id"])
    records = records.reindex(columns=list(codebook.variables))
    before = records.copy()
    broken = rng.choice(records.index, size=settings["broken_off"], replace=False)
    core = codebook.core_items()
    for record in broken:
        asked = [item for item in core if pd.notna(records.at[record, item])]
        stop = int(np.ceil(rng.uniform(settings["broken_off_from"], 0.78) * len(asked)))
        rest = list(codebook.variables)[list(codebook.variables).index(asked[stop]) :]
        records.loc[record, [name for name in rest if codebook.variables[name].role == "question"]] = None
    for item in core:
        draw = rng.random(len(records))
        usable = records[item].notna() & codebook.variables[item].is_user_missing(records[item]).eq(False)
        _leave_out(records, item, draw, usable, settings, codebook)
    _keep_usable(records, before, codebook)
    for variable in codebook.variables.values():
        if variable.role == "undocumented":
            noise = rng.integers(0, 4, len(records)).astype(float)
            records[variable.name] = np.where(rng.random(len(records)) < 0.3, noise, np.nan)
    return records


def _leave_out(
    records: pd.DataFrame,
    item: str,
    draw: np.ndarray,
    usable: pd.Series,
    settings: Mapping[str, Any],
    codebook: Codebook,
) -> None:
    start = 0.0
    for key in ("blank", "98", "99"):
        chosen = usable & (draw >= start) & (draw < start + settings[key])
        start += settings[key]
        code = np.nan if key == "blank" else _missing_code(item, float(key), codebook)
        records.loc[chosen, item] = code


def _missing_code(item: str, code: float, codebook: Codebook) -> float:
    known = codebook.variables[item].missing_codes
    return code if code in known else next(c for c in known if str(int(c)).endswith(str(int(code))[-1]))


def _keep_usable(records: pd.DataFrame, before: pd.DataFrame, codebook: Codebook) -> None:
    asked = asked_state(records, codebook)
    short = share_answered(records, asked, codebook) < 0.55
    for record in records.index[short]:
        records.loc[record] = before.loc[record]


def truth_table(
    people: pd.DataFrame,
    answers: pd.DataFrame,
    chance: pd.Series,
    replied: pd.Series,
    cleaning: Mapping[str, Any],
    codebook: Codebook,
) -> pd.DataFrame:
    """What no survey ever knows: everybody's answers (as ticked), scales, propensity, eligibility, response.

    Items are as ticked; scales and derived variables are computed as the cleaning would.
    """
    numeric = [v.name for v in codebook.analysed() if v.type not in ("string", "date")]
    derived = derive(answers[numeric], cleaning, codebook)
    extra = derived.drop(columns=numeric)
    facts = people[["id", "agency", "profession", "team", "eligible"]].assign(
        propensity=chance, respondent=replied
    )
    return pd.concat([facts, answers[numeric], extra], axis=1).sort_values("id", ignore_index=True)


Planter = Callable[..., list[tuple[str, str, str]]]


def plant(
    records: pd.DataFrame,
    codebook: Codebook,
    frame: pd.DataFrame,
    cleaning: Mapping[str, Any],
    kinds: Mapping[str, int],
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put known problems into a clean file.

    Parameters
    ----------
    records
        Clean records with the codebook's columns.
    frame
        Staff list with ``id`` and ``outcome``; who gets a blank questionnaire is taken from it.
    cleaning
        The declared rules: what counts as late, which batteries make a straight line.
    kinds
        Kind of problem (a rule type, or ``out_of_range`` and ``impossible_skip``): how many.
    seed
        Another seed, another mess.

    Returns
    -------
    DataFrame
        Records in a new order, with column ``record``.
    DataFrame
        What was planted: kind (rule type), case_id, variable, value.
    """
    unknown = sorted(set(kinds) - set(PLANTERS))
    if unknown:
        raise ValueError(f"no such kinds of problem: {unknown}")
    rng = stream(seed, "mess")
    mess = _Mess(records.reset_index(drop=True), codebook, frame, cleaning, rng)
    for kind in PLANTERS:
        for _ in range(kinds.get(kind, 0)):
            PLANTERS[kind](mess)
    messy = mess.records.iloc[rng.permutation(len(mess.records))].reset_index(drop=True)
    messy.insert(0, "record", range(1, len(messy) + 1))
    return messy, pd.DataFrame(mess.planted, columns=PLANTED_COLUMNS)


class _Mess:
    """Records under way, the problems planted so far, and the cases already touched."""

    def __init__(
        self,
        records: pd.DataFrame,
        codebook: Codebook,
        frame: pd.DataFrame,
        cleaning: Mapping[str, Any],
        rng: np.random.Generator,
    ) -> None:
        self.records, self.codebook, self.frame, self.rng = records, codebook, frame, rng
        self.rules = {rule["type"]: rule for rule in cleaning["rules"]}
        self.planted: list[tuple[str, str, str, str]] = []
        self.touched: set[int] = set()

    def pick(self, allowed: Sequence[int] | None = None) -> int:
        """Choose a record that no other problem has touched, so that each problem can be found alone."""
        pool = [
            row for row in (self.records.index if allowed is None else allowed) if row not in self.touched
        ]
        if not pool:
            raise ValueError("too many problems for so few records")
        row = int(self.rng.choice(pool))
        self.touched.add(row)
        return row

    def case(self, row: int) -> str:
        return str(self.records.at[row, self.codebook.id_variable])

    def remember(self, kind: str, row: int, variable: str) -> None:
        value = value_text(self.records.at[row, variable]) if variable in self.records else ""
        self.planted.append((kind, self.case(row), variable, value))

    def append(self, row: pd.Series) -> int:
        self.records = pd.concat(
            [self.records, row.to_frame().T.astype(self.records.dtypes)], ignore_index=True
        )
        self.touched.add(len(self.records) - 1)
        return len(self.records) - 1


def _plant_range(mess: _Mess) -> None:
    items = [v for v in mess.codebook.analysed() if v.type in ("ordinal", "binary", "numeric")]
    variable = items[mess.rng.integers(len(items))]
    given = mess.records[variable.name]
    rows = list(given.index[given.notna() & ~variable.is_user_missing(given)])
    while not set(rows) - mess.touched:
        variable = items[mess.rng.integers(len(items))]
        given = mess.records[variable.name]
        rows = list(given.index[given.notna() & ~variable.is_user_missing(given)])
    # Filters are left alone: a wrong filter would hide what is true of the questions behind it.
    row = mess.pick(rows)
    wrong = (
        np.array([0.0, 7.0, 9.0, 33.0, 44.0, 55.0, 66.0])
        if variable.values
        else np.array([-1.0, 450.0, 777.0])
    )
    wrong = wrong[variable.is_unknown(pd.Series(wrong)).to_numpy()]
    mess.records.loc[row, variable.name] = mess.rng.choice(wrong)
    mess.remember("range", row, variable.name)


def _plant_skip(mess: _Mess) -> None:
    asked = asked_state(mess.records, mess.codebook)
    routed = [v for v in mess.codebook.routing_order() if len(mess.records[asked[v.name] == 0])]
    variable = routed[mess.rng.integers(len(routed))]
    row = mess.pick(list(mess.records.index[asked[variable.name] == 0]))
    mess.records.loc[row, variable.name] = mess.rng.choice(list(variable.values))
    mess.remember("skip", row, variable.name)


def _plant_line(mess: _Mess) -> None:
    rule = mess.rules["straight_lining"]
    items = mess.codebook.battery_items(rule["batteries"])
    answered = mess.records[items].notna().sum(axis=1)
    row = mess.pick(list(answered.index[answered >= rule["min_items"]]))
    codes = list(mess.codebook.variables[items[0]].values)
    ticked = [item for item in items if pd.notna(mess.records.at[row, item])]
    mess.records.loc[row, ticked] = mess.rng.choice(codes)
    mess.planted.append(("straight_lining", mess.case(row), "+".join(rule["batteries"]), ""))


def _plant_late(mess: _Mess) -> None:
    rule = mess.rules["late"]
    row = mess.pick()
    day = pd.Timestamp(rule["after"]) + pd.Timedelta(days=int(mess.rng.integers(1, 20)))
    mess.records.loc[row, rule["variable"]] = day
    mess.remember("late", row, rule["variable"])


def _plant_mismatch(mess: _Mess) -> None:
    pairs = list(mess.rules["frame_mismatch"]["pairs"])
    name = pairs[mess.rng.integers(len(pairs))]
    codes = list(mess.codebook.variables[name].values)
    row = mess.pick(list(mess.records.index[mess.records[name].isin(codes)]))
    others = [code for code in codes if code != mess.records.at[row, name]]
    mess.records.loc[row, name] = mess.rng.choice(others)
    mess.remember("frame_mismatch", row, name)


def _plant_duplicate(mess: _Mess) -> None:
    row = mess.pick()
    copy = mess.records.loc[row].copy()
    answered = [item for item in mess.codebook.core_items() if pd.notna(copy[item])]
    for item in mess.rng.choice(answered, size=int(mess.rng.integers(2, 6)), replace=False):
        copy[item] = np.nan
    new = mess.append(copy)
    mess.planted.append(("duplicate", mess.case(new), "(whole record)", ""))


def _plant_blank(mess: _Mess) -> None:
    known = set(mess.records[mess.codebook.id_variable])
    silent = mess.frame[(mess.frame["outcome"] == "no_reply") & ~mess.frame["id"].isin(known)]
    row = pd.Series({name: None for name in mess.records.columns}, dtype=object)
    row[mess.codebook.id_variable] = silent["id"].iloc[mess.rng.integers(len(silent))]
    for variable in mess.codebook.analysed():
        if variable.type == "date":
            row[variable.name] = mess.records[variable.name].median().normalize()
    new = mess.append(row)
    mess.planted.append(("blank", mess.case(new), "(whole record)", ""))


def _plant_stranger(mess: _Mess) -> None:
    row = mess.records.loc[mess.rng.choice(mess.records.index)].copy()
    taken = set(mess.frame["id"]) | set(mess.records[mess.codebook.id_variable])
    row[mess.codebook.id_variable] = next(
        number
        for number in (f"S{n:03d}" for n in range(mess.rng.integers(700, 900), 1000))
        if number not in taken
    )
    new = mess.append(row)
    mess.planted.append(("not_on_frame", mess.case(new), "(whole record)", ""))


# Whole-record problems come first, so that none of them copies a problem of another kind.
PLANTERS: dict[str, Callable[[_Mess], None]] = {
    "not_on_frame": _plant_stranger,
    "duplicate": _plant_duplicate,
    "blank": _plant_blank,
    "frame_mismatch": _plant_mismatch,
    "out_of_range": _plant_range,
    "impossible_skip": _plant_skip,
    "straight_lining": _plant_line,
    "late": _plant_late,
}


def score_cleaning(
    planted: pd.DataFrame, log: pd.DataFrame, rules: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    """Compare what was planted with what the rules found.

    Returns
    -------
    DataFrame
        One row per kind: planted, found, missed, false (found and not planted).
    """
    kind_of = {rule["id"]: rule["type"] for rule in rules}
    found = {(kind_of[row.rule], row.case_id, row.variable) for row in log.itertuples()}
    put = {(row.kind, row.case_id, row.variable) for row in planted.itertuples()}
    rows = []
    for kind in sorted({k for k, _, _ in found | put}):
        these = {entry for entry in put if entry[0] == kind}
        hits = {entry for entry in found if entry[0] == kind}
        rows.append((kind, len(these), len(these & hits), len(these - hits), len(hits - these)))
    return pd.DataFrame(rows, columns=["kind", "planted", "found", "missed", "false"])

"""A simulated survey of named staff: a population with known truth, who answers, and a mess on top.

Three layers are kept apart, so that each can be tested by itself: what everybody on the list would
have answered (the truth), who returned a questionnaire, and what went wrong on paper and at entry.
All numbers come from a design (``config/simulation.yaml``) that was written once, for plausibility;
only the totals of respondents per agency are conditioned on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.determinism import stream
from surveypipe.intake.cleaning import share_answered
from surveypipe.intake.rules import asked_state
from surveypipe.intake.scoring import derive
from surveypipe.study.cleaning import Cleaning
from surveypipe.study.codebook import Codebook


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
        gone = rng.choice(members, size=design["ineligible"]["staff"].get(agency, 0), replace=False)
        people.loc[gone, "eligible"] = False
    return people


def simulate_answers(
    people: pd.DataFrame, design: Mapping[str, Any], codebook: Codebook, seed: int
) -> pd.DataFrame:
    """Draw everybody's answers as they would have been: complete, in range, routed by the questionnaire.

    Reverse-worded items are as the person would have ticked them.
    """
    rng = stream(seed, "answers")
    settings = design["answers"]
    answers = pd.DataFrame(index=people.index)
    common: np.ndarray | None = None
    for name, entry in settings["draws"].items():
        if entry["kind"] == "scale":
            if common is None:
                common = rng.normal(0, settings["scale"]["common_sd"], len(people))
            centre = _centre(people["agency"], answers[settings["reader"]] == 1, entry) + common
            items = codebook.battery_items([name])
            answers = answers.join(_scale_items(centre, items, settings["scale"], codebook, rng))
        else:
            answers[name] = DRAWS[entry["kind"]](entry, people["agency"], answers, rng)
    for name, entry in settings["copied"].items():
        codes = entry.get("codes") or {label: code for code, label in codebook.variables[name].values.items()}
        source = people[entry["from"]]
        answers[name] = source.map(codes).astype(float) if codes else source
    answers[settings["returned"]["variable"]] = _returned(people, design, rng)
    return _routed(answers, codebook)


def _draw_yes_no(
    entry: Mapping[str, Any], agency: pd.Series, answers: pd.DataFrame, rng: np.random.Generator
) -> np.ndarray:
    chance = agency.map(entry["chance"])
    if "given" in entry:
        chance = chance.where(answers[entry["given"]] == 1, agency.map(entry["otherwise"]))
    return np.where(rng.random(len(agency)) < chance.to_numpy(float), 1.0, 2.0)


def _draw_gamma(
    entry: Mapping[str, Any], agency: pd.Series, answers: pd.DataFrame, rng: np.random.Generator
) -> np.ndarray:
    scale = agency.map(entry["mean"]).to_numpy(float) / entry["shape"]
    return np.floor(rng.gamma(entry["shape"], scale)).clip(0, entry["max"])


def _draw_poisson(
    entry: Mapping[str, Any], agency: pd.Series, answers: pd.DataFrame, rng: np.random.Generator
) -> np.ndarray:
    return rng.poisson(agency.map(entry["mean"]).to_numpy(float)).astype(float)


def _draw_text(
    entry: Mapping[str, Any], agency: pd.Series, answers: pd.DataFrame, rng: np.random.Generator
) -> list[str | None]:
    written = rng.random(len(agency)) < entry["share"]
    picks = rng.integers(len(entry["texts"]), size=len(agency))
    return [entry["texts"][pick] if yes else None for yes, pick in zip(written, picks, strict=True)]


DRAWS: dict[str, Callable[..., Any]] = {
    "yes_no": _draw_yes_no,
    "gamma": _draw_gamma,
    "poisson": _draw_poisson,
    "text": _draw_text,
}


def _centre(agency: pd.Series, reads: pd.Series, entry: Mapping[str, Any]) -> pd.Series:
    return entry["mean"] + agency.map(entry["agency"]).fillna(0.0) + entry["read"] * reads


def _scale_items(
    centre: pd.Series,
    items: Sequence[str],
    settings: Mapping[str, Any],
    codebook: Codebook,
    rng: np.random.Generator,
) -> pd.DataFrame:
    made = {}
    person = centre + rng.normal(0, settings["person_sd"], len(centre))
    for item, shift in zip(items, settings["item_shift"], strict=True):
        codes = codebook.variables[item].values
        latent = person + shift + rng.normal(0, settings["item_sd"], len(centre))
        answer = np.clip(np.floor(latent + 0.5), min(codes), max(codes))
        made[item] = min(codes) + max(codes) - answer if item in settings["reverse"] else answer
    return pd.DataFrame(made)


def _returned(people: pd.DataFrame, design: Mapping[str, Any], rng: np.random.Generator) -> pd.Series:
    settings = design["answers"]["returned"]
    days = np.ceil(rng.exponential(settings["mean_days"], len(people))) + settings["min_days"]
    latest = (pd.Timestamp(design["field_end"]) - people["invited"]).dt.days
    return people["invited"] + pd.to_timedelta(np.minimum(days, latest), unit="D")


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
    score = people["profession"].map(effects["profession"]).fillna(0.0) + effects["reader"] * reads
    chance = pd.Series(0.0, index=people.index)
    for agency, total in design["respondents"].items():
        members = people.index[(people["agency"] == agency) & people["eligible"]]
        chance[members] = with_total(score[members].to_numpy(float), total)
    return chance


def with_total(score: np.ndarray, total: float) -> np.ndarray:
    """Chances whose log-odds are a constant more than the score, and which sum to the total."""
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
        given = records.loc[record, core].notna()
        asked = [item for item in core if given[item]]
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
    cleaning: Cleaning,
    codebook: Codebook,
) -> pd.DataFrame:
    """Lay out what no survey ever knows: everybody's answers, propensity, eligibility and response.

    Items are as ticked; scales and derived variables are computed as the cleaning would.
    """
    numeric = [v.name for v in codebook.analysed() if v.kind.number]
    derived = derive(answers[numeric], cleaning, codebook)
    extra = derived.drop(columns=numeric)
    facts = people[["id", "agency", "profession", "team", "eligible"]].assign(
        propensity=chance, respondent=replied
    )
    return pd.concat([facts, answers[numeric], extra], axis=1).sort_values("id", ignore_index=True)

"""Sections of the configuration that say what is estimated, claimed and asked of the silent."""

from __future__ import annotations

from typing import Any

import pandas as pd

from drawing.study import RandomStudy

PRESETS = (*["research"] * 6, "strict", "ons_srs", "nhs_hes", "manitoba", "open")
INTERVALS = ("logit", "korn_graubard", "korn_graubard_capped", "wilson", "arcsine", "t")


def analyse(study: RandomStudy) -> None:
    """What is estimated and how."""
    compared = study.named("binary", "ordinal", "categorical", "numeric") + list(study.derived)
    analysis: dict[str, Any] = {}
    analysis |= study.perhaps(0.3, ci_level=study.one([0.9, 0.95, 0.99]))
    analysis |= study.perhaps(0.3, proportion_interval=study.one(INTERVALS))
    analysis |= study.perhaps(0.2, fpc={"descriptive": study.some(), "tests": study.some()})
    analysis |= study.perhaps(0.3, items=study.several(compared, 8) or compared[:1])
    if study.some(0.3):
        # A table of rare answers is refused: mostly what people are told apart by.
        listed = study.named("categorical", "ordinal") if study.some(0.15) else []
        analysis["characteristics"] = study.several([*listed, *study.grouping], 3)
    if groups := study.grouping:
        pairs = [(name, group) for name in compared for group in groups if name != group]
        chosen = study.several(pairs, 5)
        analysis["tests"] = [{"variable": name, "between": group} for name, group in chosen]
        if chosen and study.some(0.1):
            name, group = chosen[0]
            analysis["further_tests"] = [{"variable": name, "between": group, "test": "adjusted_wald"}]
    if study.some(0.4):
        analysis["models"] = _models(study)
    _of_scales(study, analysis)
    _coded(study, analysis)
    if analysis.get("tests") and study.some(0.4):
        analysis["multiplicity"] = {
            "families": [{"label": "all", "method": study.one(["holm", "bh"]),
                          "statistics": ["rao_scott", "t_test", "rank_test"]}]
        }  # fmt: skip
    # From a stream of its own: nothing else that is drawn moves.
    apart = study.draw.spawn(1)[0]
    if study.population != "none" and apart.random() < 0.25:
        analysis["totals"] = [str(name) for name in apart.permutation(compared)[:2]]
    if study.grouping and apart.random() < 0.1:
        analysis["compare"] = [str(study.grouping[0])]
    numbers = [name for name in study.named("numeric") if name in analysis.get("items", compared)]
    if numbers and apart.random() < 0.25:
        analysis["bins"] = {numbers[0]: [0, 2.5, 10, 40]}
    if analysis:
        study.config["analysis"] = analysis


def _of_scales(study: RandomStudy, analysis: dict[str, Any]) -> None:
    scales = study.made("scale")
    if not scales:
        return
    if study.some(0.4):
        analysis["reliability"] = {"scales": scales}
        analysis["reliability"] |= study.perhaps(0.2, interval="bootstrap")
    if study.some(0.25):
        imputation: dict[str, Any] = {"scales": scales[:1]} | study.perhaps(0.8, number=3)
        single = [name for name in study.named("binary") if not study.codebook[name].get("set")]
        if single and study.some(0.3):
            imputation["single"] = single[:1]
        imputation |= study.perhaps(0.3, reasons=["blank", "set_missing", "user_missing"])
        if study.population == "list":
            imputation |= study.perhaps(0.3, auxiliaries=["unit_listed"])
        analysis["imputation"] = imputation


def _coded(study: RandomStudy, analysis: dict[str, Any]) -> None:
    """Two coders' codes of an open question."""
    open_ones = study.named("string")
    if not open_ones or "person" not in study.answers or study.some(0.7):
        return
    name = open_ones[0]
    wrote = study.answers.loc[study.answers[name].fillna("") != "", "person"].drop_duplicates()
    agreed = study.perhaps(0.3, agreed="C")
    rows = [(who, name, coder, study.one(["brief", "long", "brief;long", ""]))
            for who in wrote for coder in ("A", "B", *agreed.values())]  # fmt: skip
    study.tables["codes"] = pd.DataFrame(rows, columns=["case_id", "question", "coder", "codes"])
    analysis["agreement"] = {"questions": {name: {"brief": "Brief", "long": "Long"}}, **agreed}


def _models(study: RandomStudy) -> list[dict[str, Any]]:
    def varied(*types: str) -> list[str]:
        columns = study.answers[[name for name in study.named(*types) if name in study.answers]]
        # A model of what hardly varies is refused.
        return [str(n) for n in columns if columns[n].value_counts(normalize=True).max() < 0.8]

    ordered = [name for name in varied("ordinal") if study.answers[name].nunique() > 3]
    kinds = {"logistic": varied("binary"), "ordinal": ordered,
             "linear": varied("numeric") + varied("ordinal")}  # fmt: skip
    made = []
    for kind, outcomes in kinds.items():
        if outcomes and study.some(0.4):
            outcome = study.one(outcomes)
            others = [n for n in varied("binary", "ordinal", "numeric", "categorical") if n != outcome]
            predictors = study.several(others, 2) or others[:1]
            if not predictors:
                continue
            model: dict[str, Any] = {"outcome": outcome, "kind": kind, "predictors": predictors}
            if kind == "logistic":
                model |= study.perhaps(0.3, level=next(iter(study.answers_of(outcome))))
            named = [n for n in predictors if study.codebook[n]["type"] in ("binary", "categorical")]
            if named and study.some(0.3):
                model["reference"] = {named[0]: str(list(study.answers_of(named[0]))[-1])}
            made.append(model)
    return made


def release(study: RandomStudy) -> None:
    """What may leave the private results."""
    if study.some(0.3):
        return
    made: dict[str, Any] = {"preset": study.one(PRESETS)}
    made |= study.perhaps(0.2, min_base=study.one([3, 5, 10, 15]), min_cell=study.one([3, 5]))
    made |= study.perhaps(0.1, min_population=study.one([3, 10]))
    words = study.named("string")
    if words and "person" in study.answers and study.some(0.1):
        wrote = study.answers.loc[study.answers[words[0]] == "Nothing", "person"]
        made["quotations"] = [{"question": words[0], "id": who} for who in wrote.iloc[:1]]
    study.config["disclosure"] = made


def suspect(study: RandomStudy) -> None:
    """Answers not missing at random."""
    sensitivity: dict[str, Any] = {}
    binary = [name for name in study.named("binary") if not study.codebook[name].get("asked_if")]
    if study.config.get("claims") and binary and study.some(0.5):
        name = study.one(binary)
        plan = {"variable": name, "level": study.codebook[name]["counts"]}
        plan |= study.perhaps(0.2, k=[0.0, 0.5, 1.0], k_grade=0.25, min_group=3)
        if "k" in plan or "k_grade" in plan:
            plan["k"] = [0.0, 0.25, 0.5, 1.0]
        sensitivity["scenario"] = plan
    if study.some(0.1):
        sensitivity |= {"theta_grid": [1.0, 2.0, 4.0], "theta_strong": 2.0, "theta_shown": [2.0, 4.0]}
    if sensitivity:
        study.config["sensitivity"] = sensitivity


def look_at_the_silent(study: RandomStudy) -> None:
    """The non-response bias analysis."""
    settings: dict[str, Any] = {"imputations": 20}
    if (days := study.named("date")) and study.some(0.5):
        settings["waves"] = {"variable": days[0], "number": study.one([2, 4])}
        if len(days) > 1:
            settings["waves"] |= study.perhaps(0.5, since=days[1])
    if (numbers := study.named("numeric")) and study.some(0.3):
        settings["benchmarks"] = [{"variable": numbers[0], "value": 30.0, "se": 1.0, "source": "Elsewhere"}]
    if (binary := study.named("binary")) and study.some(0.2):
        one = {"variable": binary[0], "level": study.codebook[binary[0]]["counts"], "value": 0.4}
        settings.setdefault("benchmarks", []).append(one | {"source": "A register"})
    settings |= study.perhaps(0.1, fewest=5, weak_rho=0.2)
    if study.population == "list":
        settings |= study.perhaps(0.2, auxiliaries=["rank_listed", "unit_listed"], exclusion=["rank_listed"])
        _follow_up(study, settings)
    study.config["nonresponse"] = settings


def _follow_up(study: RandomStudy, settings: dict[str, Any]) -> None:
    """A check of some of the silent."""
    claims = [one for one in study.config.get("claims", {}).values() if one["kind"] == "share"]
    claims = [one for one in claims if one["variable"] in study.answers]
    silent = study.staff.loc[study.staff["Result"] == "nothing", "No"]
    if not claims or len(silent) < 10 or study.some(0.7):
        return
    asked, name = silent.iloc[: len(silent) // 2], claims[0]["variable"]
    answers = study.draw.choice([*map(float, study.answers_of(name)), float("nan")], len(asked))
    study.tables["follow_up"] = pd.DataFrame({"id": asked.to_numpy(), "asked": answers})
    settings["follow_up"] = {"variables": {name: "asked"}} | study.perhaps(0.3, within="unit_listed")

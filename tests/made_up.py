"""Made-up released tables in the form of the pipeline's own, for tests of figures, tables and numbers.

No number here was computed from anything: shares are drawn once, with a fixed seed, and intervals are shares
plus and minus a fixed amount. What is real is the form: columns, keys, labels, and what disclosure control
leaves empty.
"""

from __future__ import annotations

import dataclasses
import pickle
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import yaml

from studies import FIXED
from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.identifiers import NOT_ANSWERED
from surveypipe.intake.description import describe
from surveypipe.reporting.names import CONTEXT
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import nonresponse
from surveypipe.study.base import plain
from surveypipe.study.cleaning import Cleaning
from surveypipe.study.codebook_parsing import parse_codebook
from surveypipe.study.frame import Groups
from surveypipe.study.outcomes import Crossing
from surveypipe.study.reading import read
from surveypipe.study.settings import Configuration
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.wording import Wording

ROOT = Path(__file__).resolve().parents[1]
CONTEXT_FOLDER = Path(__file__).with_name("report") / "context_SIMULATED"
SIZES = {"": (312, 119), "AMH": (175, 45), "CSC": (137, 74)}
GRADES = {
    0: "not supported",
    1: "whatever the silent think",
    2: "unless the silent differ strongly",
    3: "if response is at random within cells",
    4: "among respondents only",
}


CROSSINGS = {0: Crossing.MISSED, 1: Crossing.SURE}


@cache
def words() -> Wording:
    """The sentences as the tool says them."""
    return words_of(Vocabulary())


def words_of(vocabulary: Vocabulary) -> Wording:
    """The sentences in a study's own words for its people."""
    return Wording([ROOT / "workflow/wording/en"], vocabulary.everywhere())


def said(name: str, given: Released) -> str:
    """One of the sentences about non-response."""
    return nonresponse.sentence(name, given, words())


def configuration() -> dict[str, Any]:
    return plain(read(FIXED / "config.yaml", Configuration)) | {
        "population": "list",
        "design": {"kind": "census"},
    }


def documented(config: dict[str, Any]) -> dict[str, Any]:
    raw = yaml.safe_load((FIXED / "codebook.yaml").read_text(encoding="utf-8"))
    frame = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "agency": ["AMH", "CSC", "CSC"],
            "profession": ["Nurse", "Social worker", "Psychologist"],
            "profession_group": ["Nurse", "Social worker", "Other profession"],
        }
    )
    book = parse_codebook(raw)
    cleaning, groups = (
        msgspec.convert(config["cleaning"], Cleaning),
        msgspec.convert(config["groups"], Groups),
    )
    return describe(book, frame, cleaning, groups)


def released(**changes: Any) -> Released:
    """Everything a report is made of; `changes` replace sections of the configuration."""
    # A copy each time, which a test may change; it is asked for hundreds of times.
    return made(**changes) if changes else pickle.loads(_unchanged())


@cache
def _unchanged() -> bytes:
    return pickle.dumps(made())


def made(**changes: Any) -> Released:
    """Make what :func:`released` gives."""
    config = configuration() | changes
    variables = documented(config)
    estimates = made_estimates(config, variables)
    tables = {
        "estimates": estimates,
        "claims": made_claims(config, estimates),
        "table_1": made_table_1(variables),
        "response_rates": made_rates(),
        "response_cells": made_response_cells(),
        "flow": made_flow(),
        "weight_diagnostics": made_diagnostics(config),
        "weight_cells": made_cells(),
        "weight_margins": made_margins(config),
        "cleaning_summary": made_cleaning(),
        **context_tables(),
    }
    return Released(config, variables, tables)


def context_tables() -> dict[str, pd.DataFrame]:
    """What stands beside the estimates, kept from a run on the simulated survey."""
    return {name: sample(name) for name in CONTEXT}


def sample(name: str) -> pd.DataFrame:
    """One table of tests/report/context_SIMULATED, read as the pipeline reads its tables."""
    return pd.read_csv(
        CONTEXT_FOLDER / f"{name}.csv", keep_default_na=False, na_values=[""],
        dtype={"level": "str", "group_level": "str"},
    )  # fmt: skip


def with_further(given: Released) -> Released:
    """The same with the rows of models, scales, imputed items, adjusted p-values and open answers."""
    estimates = pd.concat([given.tables["estimates"], sample("further_estimates")], ignore_index=True)
    return dataclasses.replace(given, tables={**given.tables, "estimates": estimates})


def interval_cells(p: float, n: int) -> dict[str, float]:
    return {
        "n": n, "se": 0.04, "df": n - 4, "ci_low": max(p - 0.08, 0.001), "ci_high": min(p + 0.08, 0.999),
        "ci_level": 0.95, "deff_kish": 1.17, "deff_design": 1.02, "fpc": True,
        "method": "second phase, logit",
    }  # fmt: skip


def made_estimates(config: dict[str, Any], variables: dict[str, Any]) -> pd.DataFrame:
    draw = np.random.default_rng(7)
    claim_of = {c["variable"]: key for key, c in config["claims"].items()}
    rows: list[dict[str, Any]] = []
    binary = [v for v in config["analysis"]["items"] if variables[v]["type"] == "binary"]
    binary += [v for v in claim_of if v not in binary and variables[v]["type"] == "binary"]
    ordinal = [v for v in config["analysis"]["items"] if variables[v]["type"] == "ordinal"]
    scales = [s["variable"] for s in config["cleaning"]["scales"]] + ["contact_minus_joint"]
    for scheme in config["weighting"]["schemes"]:
        for level, (_, n) in SIZES.items():
            place = {"group": "agency" if level else "overall", "group_level": level, "scheme": scheme}
            for name in binary:
                p = float(draw.uniform(0.3, 0.8))
                about = {"claim": claim_of.get(name, ""), "variable_label": variables[name]["label"]}
                rows.append(
                    estimate_row(
                        name, "proportion", p, level="1", level_label="Yes", n_level=int(p * n),
                        **interval_cells(p, n), **place, **about,
                    )
                )  # fmt: skip
            for name in ordinal:
                p = draw.dirichlet([2, 3, 3, 6, 4])
                about = {"variable_label": variables[name]["label"]}
                if not level:
                    for code, share in zip(variables[name]["values"], p, strict=True):
                        rows.append(
                            estimate_row(
                                name, "proportion", share, level=code, **interval_cells(share, n), **place,
                                level_label=variables[name]["values"][code], **about,
                            )
                        )  # fmt: skip
                merged = {"low": p[:2].sum(), "middle": p[2], "high": p[3:].sum()}
                for category, share in merged.items():
                    rows.append(
                        estimate_row(
                            name, "proportion", share, level=category, level_label=f"{category} (merged)",
                            **interval_cells(share, n), **place, **about,
                        )
                    )  # fmt: skip
            for name in scales:
                mean = -0.12 if name == "contact_minus_joint" else float(draw.uniform(2.8, 4.1))
                cells = interval_cells(0.5, n) | {"ci_low": mean - 0.15, "ci_high": mean + 0.15}
                about = {"claim": claim_of.get(name, ""), "variable_label": variables[name]["label"]}
                rows.append(estimate_row(name, "mean", mean, **cells, **place, **about))
    for test in config["analysis"]["tests"]:
        name = test["variable"]
        base = {"variable_label": variables[name]["label"], "scheme": "cells", "group": "agency"}
        cells = interval_cells(0.5, 119) | base | {"effect": -0.21}
        if variables[name]["type"] == "numeric":
            test = {"n": 119, "df": 114, "effect": -0.32, **base}
            rows.append(estimate_row(name, "t_test", -1.83, p_value=0.0702, fpc=False, **test))
            rows.append(estimate_row(name, "t_test_fpc", -2.41, p_value=0.0175, fpc=True, **test))
            rows.append(
                estimate_row(name, "difference", -0.32, **(cells | {"ci_low": -0.59, "ci_high": -0.05}))
            )
            without = cells | {"ci_low": -0.67, "ci_high": 0.03, "fpc": False}
            rows.append(estimate_row(name, "difference_nofpc", -0.32, **without))
            continue
        test = {"n": 119, "df": 1, "df2": 115, "effect": 0.16, **base}
        rows.append(estimate_row(name, "rao_scott", 3.21, p_value=0.0761, fpc=False, **test))
        rows.append(estimate_row(name, "rao_scott_fpc", 5.21, p_value=0.0241, fpc=True, **test))
        cells |= {"level": "1", "level_label": "Yes", "ci_low": -0.21, "ci_high": 0.03}
        rows.append(estimate_row(name, "difference", -0.09, **cells))
        without = cells | {"ci_low": -0.24, "ci_high": 0.06, "fpc": False}
        rows.append(estimate_row(name, "difference_nofpc", -0.09, **without))
    return estimate_frame(rows).assign(status="released")


def made_claims(config: dict[str, Any], estimates: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for number, (key, claim) in enumerate(config["claims"].items()):
        for level in ["", *(SIZES if claim.get("by") else [])]:
            if level == "" and rows and rows[-1]["claim"] == key:
                continue
            rows.append(_claim_row(key, claim, level, number, config, estimates))
    return pd.DataFrame(rows).assign(status="released")


def _claim_row(
    key: str, claim: dict[str, Any], level: str, number: int, config: dict[str, Any], estimates: pd.DataFrame
) -> dict[str, Any]:
    equal = claim["kind"] == "equivalence"
    rows = estimates[(estimates["claim"] == key) & (estimates["group_level"] == level)]
    by_scheme = rows.set_index("scheme")
    main = by_scheme.loc["cells"]
    row = {
        "claim": key, "label": claim["label"], "short": claim["short"], "kind": claim["kind"],
        "variable": claim["variable"], "statistic": "mean" if equal else "proportion", "base": claim["base"],
        "group": "agency" if level else "overall", "group_level": level,
        "threshold": claim.get("threshold", np.nan), "upper_threshold": claim.get("upper_threshold", np.nan),
        "margin": claim.get("margin", np.nan), "n": main["n"], "scheme_primary": "cells",
        **{name: main[name] for name in ("estimate", "se", "df", "ci_low", "ci_high", "ci_level")},
    }  # fmt: skip
    for scheme in config["weighting"]["schemes"]:
        row[f"estimate_{scheme}"] = by_scheme.loc[scheme, "estimate"]
    values = [row[f"estimate_{scheme}"] for scheme in config["weighting"]["schemes"]]
    grade = (3, 2, 0, 3, 1, 0)[number]
    row |= {
        "scheme_low": min(values), "scheme_high": max(values),
        "bound_low": -2.4 if equal else 0.25 * row["estimate"],
        "bound_high": 2.6 if equal else 1 - 0.3 * (1 - row["estimate"]),
        "tipping_theta": np.nan if grade in (0, 1) else 3.42,
        "tipping_theta_interval": np.nan if grade in (0, 1) else 2.1,
        "tipping_note": {0: "not supported", 1: "none"}.get(grade, ""),
        "tipping_outcome": str(CROSSINGS.get(grade, Crossing.REACHED)),
        "tipping_interval_outcome": str(CROSSINGS.get(grade, Crossing.REACHED)),
        "scenario_source": "none",
        **{f"reader_k{k:03d}": row["estimate"] * (0.6 + 0.4 * k / 100) for k in (0, 25, 50, 75, 100)},
        "reader_note": "silent readers answer as reading respondents of their cell",
        "ci_tost_low": row["estimate"] - 0.12 if equal else np.nan,
        "ci_tost_high": row["estimate"] + 0.12 if equal else np.nan,
        "power_at_zero": 0.83 if equal else np.nan, "equivalence": "equivalent" if equal else "",
        "grade": grade, "grade_label": GRADES[grade], "verdict": f"Verdict of grade {grade}.",
        **{f"reader_worst_k{k:03d}": row["estimate"] * (0.5 + 0.5 * k / 100) for k in (0, 25, 50, 75, 100)},
    }  # fmt: skip
    return row


def made_table_1(variables: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for variable, in_frame in (("agency", True), ("profession_group", True), ("years_band", False)):
        for position, (code, label) in enumerate(variables[variable]["values"].items()):
            for level, (frame, n) in SIZES.items():
                if variable == "agency" and level and level != code:
                    continue
                rows.append(
                    {
                        "variable": variable, "variable_label": variables[variable]["label"], "level": code,
                        "level_label": label, "group": "agency" if level else "overall", "group_level": level,
                        "n": n // 3 + position, "percent": 33.4 - position,
                        "frame_n": frame // 3 if in_frame else np.nan,
                        "frame_percent": 33.3 if in_frame else np.nan,
                        "std_diff": -0.31 if in_frame and not level else np.nan, "status": "released",
                    }
                )  # fmt: skip
        if not in_frame:
            for level in SIZES:
                last = rows[-1]
                rows.append(
                    last | {"level": NOT_ANSWERED, "level_label": "Missing", "group_level": level, "n": 3,
                            "group": "agency" if level else "overall", "percent": np.nan}
                )  # fmt: skip
    hidden = (
        rows[7]
        | {"status": "suppressed"}
        | dict.fromkeys(("n", "percent", "frame_n", "frame_percent"), np.nan)
    )
    rows[7] = hidden
    return pd.DataFrame(rows)


def made_rates() -> pd.DataFrame:
    rows = []
    for level, (eligible, n) in SIZES.items():
        complete = n - 4
        for rate in ("RR1", "RR2", "RR3", "RR4", "RR5", "RR6", "COOP1", "REF1", "CON1"):
            top = n if rate in ("RR2", "RR4", "RR6") else complete
            rows.append(
                {
                    "group": "agency" if level else "overall", "group_level": level, "rate": rate,
                    "value": top / eligible, "numerator": top, "denominator": eligible,
                    "formula": "(I + P) / (D + U)", "status": "released",
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def made_response_cells() -> pd.DataFrame:
    counts = {
        "AMH:Nurse": (19, 77), "AMH:Other profession": (7, 40), "AMH:Social worker": (19, 58),
        "CSC:Other profession": (15, 29), "CSC:Social worker": (np.nan, np.nan),
    }  # fmt: skip
    rows = [
        {
            "group": "agency:profession_group", "group_level": key, "rate": "RR2", "value": top / base,
            "numerator": top, "denominator": base, "formula": "(I + P) / (D + U)",
            "status": "suppressed" if np.isnan(top) else "released",
        }
        for key, (top, base) in counts.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def made_flow() -> pd.DataFrame:
    stages = [
        ("on_list", "On the staff list", 320, 180, 140),
        ("ineligible", "Not eligible (had left before the survey started)", 8, 5, 3),
        ("eligible", "Eligible", 312, 175, 137),
        ("no_reply", "No reply", 165, 108, 57),
        ("refused", "Refused", 16, 14, np.nan),
        ("other", "Other reason", 0, 0, 0),
        ("returned_persons", "Staff who returned a questionnaire", 131, 53, 78),
        ("returned", "Questionnaires returned", 134, 53, 80),
        ("excluded_duplicate", "Duplicate questionnaire", 2, 0, 2),
        ("excluded_late", "Returned too late to be used", 11, 7, 4),
        ("analysed", "Analysed", 119, 45, 74),
        ("complete", "Complete", 112, 42, 70),
        ("partial", "Partial", 7, 3, 4),
    ]
    rows = []
    for position, level in enumerate(SIZES):
        for order, (stage, label, *counts) in enumerate(stages, start=1):
            value = counts[position]
            rows.append(
                {
                    "order": order, "stage": stage, "stage_label": label,
                    "group": "agency" if level else "overall", "group_level": level, "n": value,
                    "status": "suppressed" if np.isnan(value) else "released",
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def made_diagnostics(config: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for key, scheme in config["weighting"]["schemes"].items():
        rows.append(
            {
                "scheme": key, "label": scheme["label"], "method": scheme["method"], "N": 312, "n": 119,
                "sum_weights": 312, "w_min": 1.83, "w_max": 4.5, "w_mean": 2.62, "deff_kish": 1.17,
                "n_eff": 101.7, "n_cells": 4, "n_merged": 7 if key == "cells" else 0, "status": "released",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def made_cells() -> pd.DataFrame:
    nurses = ["Nurse", "Occupational therapist", "Psychiatrist", "Psychologist"]
    rows = [
        ("none", "All", "", "All", False, 312, 119),
        ("agency", "AMH", "", "AMH", False, 175, 45),
        ("agency", "CSC", "", "CSC", False, 137, 74),
        ("cells", f"AMH × ({' + '.join(nurses)})", "AMH", "; ".join(f"AMH × {p}" for p in nurses), True,
         117, 26),
        ("cells", "AMH × Social worker", "AMH", "AMH × Social worker", False, 58, 19),
        ("cells", "CSC × (Psychologist + Family support worker)", "CSC",
         "CSC × Psychologist; CSC × Family support worker", True, 29, 15),
        ("cells", "CSC × Social worker", "CSC", "CSC × Social worker", False, 108, 59),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["scheme", "cell", "within", "members", "merged", "N", "n"])
    by = {"none": "", "agency": "agency", "cells": "agency:profession"}
    return table.assign(by=table["scheme"].map(by), weight=table["N"] / table["n"], status="released")


def made_margins(config: dict[str, Any]) -> pd.DataFrame:
    shares = {
        ("agency", "AMH"): (175, 0.561, 0.378),
        ("agency", "CSC"): (137, 0.439, 0.622),
        ("profession_group", "Nurse"): (77, 0.247, 0.160),
        ("profession_group", "Other profession"): (69, 0.221, 0.185),
        ("profession_group", "Social worker"): (166, 0.532, 0.655),
    }
    rows = [
        {
            "scheme": scheme, "variable": variable, "level": level, "frame_n": n, "frame_share": frame,
            "unweighted_share": plain, "weighted_share": plain if scheme == "none" else frame,
            "status": "released",
        }
        for scheme in config["weighting"]["schemes"]
        for (variable, level), (n, frame, plain) in shares.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def made_cleaning() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"rule": "duplicate", "action": "drop", "records": 2, "values": 2},
            {"rule": "late", "action": "flag", "records": 4, "values": 4},
            {"rule": "range", "action": "set_missing", "records": 5, "values": 6},
        ]
    )

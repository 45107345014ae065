"""Released tables of a made-up survey with a question of every type, in the form of the pipeline's own."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

import made_up
from surveypipe.estimation.estimates import merged_categories
from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.reporting.released import Released
from surveypipe.study.frame import EVERYBODY

YES_NO = {"1": "Yes", "2": "No"}
AGREE = dict(
    zip("12345", ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"), strict=True)
)
OFTEN = dict(zip("1234", ("Never", "Sometimes", "Often", "Always"), strict=True))
ELEVEN = {str(n): {0: "Not at all", 10: "Completely"}.get(n, str(n)) for n in range(11)}
TRADES = {
    "1": "Nursing and midwifery", "2": "Social work", "3": "Medicine, psychiatry included",
    "4": "Psychology", "5": "Occupational therapy or another profession allied to health", "6": "Other",
}  # fmt: skip
# Name: label, type, answers, section, set.
QUESTIONS: dict[str, tuple[str, str, dict[str, str], str, str]] = {
    "trade": ("Profession", "categorical", TRADES, "you", ""),
    "years": ("Years in post", "numeric", {}, "you", ""),
    "income": ("Yearly income in pounds", "numeric", {}, "you", ""),
    "began": ("Day of starting", "date", {}, "you", ""),
    "read": ("Read the leaflet", "binary", YES_NO, "use", ""),
    "by_post": ("By post", "binary", YES_NO, "use", "heard"),
    "by_mail": ("By e-mail", "binary", YES_NO, "use", "heard"),
    "by_word": ("From a colleague", "binary", YES_NO, "use", "heard"),
    "often": ("How often it is used", "ordinal", OFTEN, "use", ""),
    "clear": ("The leaflet is clear", "ordinal", AGREE, "views", ""),
    "short": ("The leaflet can be read between two appointments", "ordinal", AGREE, "views", ""),
    "useful": ("The leaflet is useful", "ordinal", AGREE, "views", ""),
    "health": ("Content with own health", "ordinal", ELEVEN, "views", ""),
    "work": ("Content with own work", "ordinal", ELEVEN, "views", ""),
    "words": ("Anything else", "string", {}, "", ""),
}  # fmt: skip
SECTIONS = {"you": "About you", "use": "Use of the leaflet", "views": "Views"}


def documented() -> dict[str, dict[str, Any]]:
    """Documentation of the variables, as cleaning writes it."""
    return {
        name: {
            "label": label, "short": label, "question": f"{label}?", "type": kind, "values": values,
            "counts": "1" if values == YES_NO else "", "asked_if": {}, "section": section,
            "section_label": SECTIONS.get(section, ""), "battery": "", "set": boxes,
            "set_label": "How staff heard of it" if boxes else "", "derived": False, "reversed": False,
            "role": "question",
        }
        for name, (label, kind, values, section, boxes) in QUESTIONS.items()
    }  # fmt: skip


def without_groups(config: dict[str, Any]) -> dict[str, Any]:
    """The sections of a study in which everybody is one group."""
    return config | {"groups": {}, "frame": config["frame"] | {"group": EVERYBODY}}


def descriptive(*, groups: bool = True, population: str = "list") -> Released:
    """A study without claims, scales, tests or models, by group or not."""
    given = made_up.released()
    names = list(QUESTIONS)
    config = dict(given.config) | {"claims": {}, "population": population}
    config["design"] = {"kind": "convenience" if population == "none" else "census"}
    config["cleaning"] = {key: value for key, value in config["cleaning"].items() if key == "rules"}
    config["analysis"] = {"characteristics": ["agency"], "items": names[:-1]}
    config["sensitivity"] = {k: value for k, value in config["sensitivity"].items() if k != "scenario"}
    config = config if groups else without_groups(config)
    about = documented() | {"agency": given.variables["agency"]}
    tables = {name: table if name in KEPT else table.iloc[:0] for name, table in given.tables.items()}
    tables["estimates"] = estimates(about, config, ["AMH", "CSC"] if groups else [])
    if population == "none":
        config["weighting"] = {
            "primary": "none",
            "schemes": {"none": {"label": "Unweighted", "method": "none"}},
        }
        tables |= {
            name: tables[name].iloc[:0] for name in ("response_rates", "response_cells", "weight_margins")
        }
        tables["weight_diagnostics"] = tables["weight_diagnostics"].query("scheme == 'none'").assign(N=119)
        tables["weight_cells"] = tables["weight_cells"].query("scheme == 'none'").assign(N=119, weight=1.0)
    if not groups:
        tables = {name: _over_all(table) for name, table in tables.items()}
    return dataclasses.replace(given, config=config, variables=about, tables=tables)


KEPT = (
    "table_1", "response_rates", "flow", "weight_diagnostics", "weight_cells", "weight_margins",
    "cleaning_summary", "verification", "response_cells",
)  # fmt: skip


def _over_all(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["group_level"].fillna("") == ""] if "group_level" in table else table


def estimates(about: dict[str, Any], config: dict[str, Any], levels: list[str]) -> pd.DataFrame:
    """Made-up rows for every question: shares, means, quartiles, counts."""
    draw, rows = np.random.default_rng(11), list[dict[str, Any]]()
    for name in QUESTIONS:
        kind, values = about[name]["type"], about[name]["values"]
        for scheme in config["weighting"]["schemes"]:
            for level in ("", *levels):
                place = {
                    "group": "agency" if level else "overall", "group_level": level, "scheme": scheme,
                    "variable_label": about[name]["label"],
                }  # fmt: skip
                n = {"": 119, "AMH": 45}.get(level, 74)
                if kind in ("string", "date"):
                    if not level and scheme == "none":
                        cells = {"n": n, "method": "count"} | place
                        rows.append(estimate_row(name, "answered", 61.0, **cells))
                    continue
                if values:
                    p = draw.dirichlet(np.full(len(values), 3.0))
                    shares = dict(zip(values, p, strict=True))
                    parts = merged_categories(values) if kind == "ordinal" else []
                    if level and parts:
                        shares = {}
                    found = [(code, values[code], share) for code, share in shares.items()]
                    found += [(part, text, float(draw.uniform(0.1, 0.6))) for part, text, _ in parts]
                    for code, text, share in found:
                        cells = made_up.interval_cells(float(share), n) | place
                        rows.append(
                            estimate_row(name, "proportion", float(share), level=code,
                                         level_label=f"{code} {text}", **cells)
                        )  # fmt: skip
                if kind in ("ordinal", "numeric"):
                    size = {"income": 31000.0, "years": 7.3}.get(name, 3.2)
                    cells = made_up.interval_cells(0.5, n) | place
                    cells |= {"ci_low": size * 0.9, "ci_high": size * 1.1}
                    for statistic, value in (
                        ("mean", size), ("lower_quartile", size * 0.6), ("median", size * 0.95),
                        ("upper_quartile", size * 1.5),
                    ):  # fmt: skip
                        rows.append(estimate_row(name, statistic, value, **cells))
    return estimate_frame(rows).assign(status="released")

"""Numbers that describe the study: counts, rates, weights, software."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import metadata
from typing import Any

from surveypipe import formatting
from surveypipe.formatting import decimal, escape, percent
from surveypipe.identifiers import key_slug, slug
from surveypipe.reporting.answer_blocks import of_variables
from surveypipe.reporting.released import Released
from surveypipe.study.comparing import tost_level

Cells = dict[str, str]
SOFTWARE = (
    "snakemake",
    "pandas",
    "numpy",
    "scipy",
    "statsmodels",
    "svy",
    "pyreadstat",
    "matplotlib",
    "seaborn",
)
# Package to its name, and the work by which its authors ask it to be cited.
NAMED_SOFTWARE = {
    "python": ("Python", ""),
    "svy": ("svy", ""),
    "pandas": ("pandas", " [@mckinney2010]"),
    "scipy": ("SciPy", " [@virtanen2020]"),
    "snakemake": ("Snakemake", " [@molder2021]"),
}


def put(made: Cells, field: str, form: Callable[[float], str], value: Any) -> None:
    """Put a printed value under a field, where it is known."""
    if value is not None and value != "" and math.isfinite(float(value)):
        made[field] = form(float(value))


def study_facts(released: Released) -> Cells:
    """Collect counts, response rates, names of groups and the settings that a sentence may name."""
    settings = released.settings
    scenario = settings.sensitivity.scenario
    made = {
        "title": escape(settings.study.title),
        "short-title": escape(settings.study.short_title or settings.study.title),
        "setting": escape(settings.study.setting),
        "n": formatting.count(released.base_size()),
        "n-eligible": formatting.count(released.staff_size()),
        "ci-level": formatting.confidence(settings.analysis.ci_level),
        "tost-level": formatting.confidence(tost_level(settings.analysis.ci_level)),
        "scheme-primary": escape(released.in_text(released.schemes[released.primary])),
        "theta-strong": formatting.setting(settings.sensitivity.theta_strong),
        "k-grade": formatting.setting(scenario.k_grade) if scenario else "",
    }
    made |= _words(released)
    made |= _counts(released) | _rates(released) | _weights(released)
    for level, label in released.levels.items():
        made[f"group-{key_slug(level)}"] = escape(released.in_text(label))
        made[f"group-{key_slug(level)}-title"] = escape(label)
    return {key: value for key, value in made.items() if value}


def _words(released: Released) -> Cells:
    """Say what people and things are called, and how many questions there were."""
    words = released.vocabulary
    asked = len(of_variables(released.variables))
    return {
        "questions-n": formatting.numeral(
            asked, "variable" if released.settings.study.recorded else "question"
        ),
        "word-people": escape(words.people.many),
        "word-respondents": escape(words.respondents.many),
        "word-silent": escape(words.silent.many),
        "word-questionnaire": escape(words.questionnaire.one),
        "word-readers": escape(words.readers.many),
        "word-readers-title": escape(formatting.capital(words.readers.many)),
        "word-non-readers": escape(words.non_readers.many),
        "follows": released.settings.study.follows or "",
    }


STAGES = {"on_list": "n-list", "ineligible": "n-ineligible", "complete": "n-complete", "partial": "n-partial",
          "returned": "n-returned", "no_reply": "n-no-reply", "refused": "n-refused"}  # fmt: skip


def _counts(released: Released) -> Cells:
    made: Cells = {}
    for level in ("", *released.levels):
        suffix = f"-{key_slug(level)}" if level else ""
        for stage, name in {**STAGES, "analysed": "n", "eligible": "n-eligible"}.items():
            value = released.flow_count(stage, level)
            if math.isfinite(value):
                made[name + suffix] = formatting.count(value)
    return made


def _rates(released: Released) -> Cells:
    made: Cells = {}
    for level in ("", *released.levels):
        for rate in dict.fromkeys(released.table("response_rates")["rate"]):
            row = released.rate(str(rate), level)
            if row is not None and math.isfinite(float(row["value"])):
                key = f"{slug(rate)}{'-' + key_slug(level) if level else ''}"
                made[key] = percent(row["value"])
    return made


def _weights(released: Released) -> Cells:
    table = released.table("weight_diagnostics")
    made: Cells = {}
    for _, row in table.iterrows():
        stem = "weights" if row["scheme"] == released.primary else f"weights-{slug(row['scheme'])}"
        put(made, f"{stem}-deff", decimal, row["deff_kish"])
        put(made, f"{stem}-n-eff", formatting.count, row["n_eff"])
        put(made, f"{stem}-cells", formatting.count, row["n_cells"])
        if math.isfinite(float(row["w_min"])) and math.isfinite(float(row["w_max"])):
            made[f"{stem}-range"] = f"{formatting.weight(row['w_min'])} to {formatting.weight(row['w_max'])}"
    return made


def software_versions() -> Cells:
    """Versions of the libraries that the numbers rest on, as installed."""
    import platform

    made = {"software-python": escape(platform.python_version())}
    for name in SOFTWARE:
        try:
            made[f"software-{name}"] = escape(metadata.version(name))
        except metadata.PackageNotFoundError:
            continue
    return made

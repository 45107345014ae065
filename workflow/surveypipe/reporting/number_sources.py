"""Where each number that a sentence calls comes from: estimate, n, weights, method and the rule that made it.

A key of ``numbers.yaml`` names its estimate, its claim or a fact of the study; this module reads the key and
finds the rows of the released tables behind it. It prints no number of its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.formatting import numbers_in
from surveypipe.identifiers import estimate_id, key_slug, slug
from surveypipe.reporting.facts import STAGES
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording.results import claim_key

if TYPE_CHECKING:
    import pandas as pd

KEY = re.compile(r"\{\{<\s*meta\s+num\.([\w-]+)\s*>\}\}")
_INCLUDED = re.compile(r"\{\{<\s*include\s+tables/([\w-]+)\.md\s*>\}\}")
_HEADING = re.compile(r"^#+\s+([^{\n]+)", re.MULTILINE)
# The rule of the workflow that computes a statistic; all others are computed by `analyse`.
RULES = {"count": "response", "response_rate": "response", "weight_diagnostic": "weight"}
_MODELLED = re.compile(
    r"odds_ratio|coefficient|log_odds|average_marginal|alpha|omega|kappa|gwet|krippendorff|item_total|"
    r"_imputed|_complete_cases|_missing_information|_p_holm|_p_bh|claim_test|proportional_odds"
)
_SETTINGS = {
    "ci-level": "analysis.ci_level",
    "tost-level": "analysis.ci_level",
    "theta-strong": "sensitivity.theta_strong",
    "k-grade": "sensitivity.scenario.k_grade",
    "questions-n": "variables of the codebook",
    "follows": "study.follows",
}
_WEIGHTS = {
    "weights-range": ("w_min", "w_max"),
    "weights-n-eff": ("n_eff",),
    "weights-deff": ("deff_kish",),
    "weights-cells": ("n_cells",),
    "survey__cells": ("n_cells",),
}
# What the ledger adds to an estimate, by the end of the key: how it is found, and by which rule.
_LEDGER = {
    "bounds-sentence": "bounds: unknown answers all one way, then all the other",
    "tipping-sentence": "tipping point: odds of response at which the threshold is reached",
    "reader-sentence": "{readers.one} scenario",
    "doubt-sentence": "tipping point, bounds and {readers.one} scenario",
    "clause": "grade of the claim",
    "threshold-sentence": "interval against the threshold or margin",
    "other-thresholds-sentence": "other thresholds",
}
_EQUIVALENCE = {"power-sentence": "tost_power", "ci_tost": "tost"}
# Sentences over many rows name their table.
_WHOLE_TABLES = (
    (
        "claims__largest-shift",
        "claims.csv",
        "all schemes",
        "estimates of the claims by scheme",
        "sensitivity",
    ),
    ("survey__balance", "table_1.csv", "", "weighted percentages against all eligible", "response"),
    ("claims__", "claims.csv", "", "grades of the claims", "sensitivity"),
    ("bias__multiverse", "multiverse_summary.csv", "all schemes", "all specifications", "multiverse"),
    ("bias__imputation", "estimates.csv", "", "multiple imputation", "model"),
    ("bias__open-answers", "estimates.csv", "", "coded answers", "model"),
    ("bias__proxy", "not_at_random.csv", "", "proxy pattern mixture", "nonresponse"),
    ("bias__level-contrast", "estimates.csv", "", "contrast of levels", "analyse"),
    ("bias__", "nonresponse.csv", "", "analysis of non-response", "nonresponse"),
)

# Columns of the list of all numbers.
COLUMNS = ("section", "printed", "key", "estimate", "n", "weights", "method", "rule")


@dataclass(frozen=True)
class Source:
    """What stands behind one number.

    Parameters
    ----------
    rows
        Identifiers of the estimates; a file or a setting where a sentence rests on a whole table or none.
    n
        Unweighted base, '' where there is none.
    scheme
        Label of the weights.
    method, rule
        How it was computed, and by which rule of the workflow.
    """

    rows: tuple[str, ...]
    n: str
    scheme: str
    method: str
    rule: str


def with_parts(text: str, parts: Mapping[str, str]) -> str:
    """Put the parts that the tool writes into a text, where it includes them from ``tables/``."""
    return _INCLUDED.sub(lambda found: parts.get(found[1], found[0]), text)


def called(text: str) -> list[tuple[str, str]]:
    """List the keys that a text calls, once each, in its order, with the heading they stand under.

    Parameters
    ----------
    text
        A ``.qmd``, front matter included; what stands before the first heading has the heading ''.
    """
    headings = [(match.start(), match[1].strip()) for match in _HEADING.finditer(text)]
    found: dict[str, str] = {}
    for match in KEY.finditer(text):
        above = [title for start, title in headings if start < match.start()]
        found.setdefault(match[1], above[-1] if above else "")
    return list(found.items())


def sources(released: Released, keys: Iterable[str]) -> dict[str, Source]:
    """Find the source of each key.

    Parameters
    ----------
    released
        The released tables.
    keys
        Keys without ``num.``.

    Returns
    -------
    dict
        Key to source; a key that stands for a name and not for a number is left out.
    """
    finder = _Finder(released)
    found = ((key, finder.find(key)) for key in keys)
    return {key: source for key, source in found if source is not None}


def listed(released: Released, text: str, values: Mapping[str, str]) -> list[dict[str, str]]:
    """List the numbers in a text with what stands behind each.

    Parameters
    ----------
    released
        The released tables.
    text
        The manuscript.
    values
        What each key is printed as.

    Returns
    -------
    list of dict
        In the order of the text, each key where it is called first, by :data:`COLUMNS`: section, what is
        printed, key, row of the table of estimates (or the file or setting on which a sentence rests),
        n, weights, method, and the rule of the workflow that computed it. Semicolons part several values.
    """
    called_keys, names = called(text), names_with_digits(released)
    known = sources(released, [key for key, _ in called_keys])
    return [
        {
            "section": heading or "Abstract",
            "printed": "; ".join(numbers),
            "key": key,
            "estimate": "; ".join(known[key].rows),
            "n": known[key].n,
            "weights": known[key].scheme,
            "method": known[key].method,
            "rule": known[key].rule,
        }
        for key, heading in called_keys
        if key in known and (numbers := [one[0] for one in numbers_in(values.get(key, ""), names)])
    ]


def names_with_digits(released: Released) -> tuple[str, ...]:
    """List the names of the study that hold digits, as sentences print them: 'Year 11' is no number.

    A name that is nothing but a number, such as the answer 7, cannot be told from one and is left out.
    """
    about, claims = released.variables.values(), released.claims.values()
    names = [str(one[key]) for one in about for key in ("label", "short") if one.get(key)]
    names += [str(label) for one in about for label in one.get("values", {}).values()]
    names += [label for group in released.settings.groups.values() for label in group.levels.values()]
    names += [*released.schemes.values(), *(text for one in claims for text in (one.label, one.short))]
    held = {name for name in names if re.search(r"\d", name) and re.search(r"[^\W\d_]", name)}
    return tuple(sorted({formatting.escape(name) for name in held} | held))


class _Finder:
    """Looks keys up; made once, because the table of estimates is long."""

    def __init__(self, released: Released) -> None:
        self._released = released
        rows = released.table("estimates")
        self._rows = {str(row["estimate_id"]): row for _, row in rows.iterrows()}
        self._claims = {claim_key(row): row for row in released.claim_rows()}

    def find(self, key: str) -> Source | None:
        ways: tuple[Callable[[str], Source | None], ...] = (
            self._setting,
            self._fact,
            self._claim,
            self._estimate,
            self._table,
        )
        return next((source for way in ways if (source := way(key)) is not None), None)

    def _setting(self, key: str) -> Source | None:
        setting = _SETTINGS.get(key)
        return (
            Source((f"setting {setting}",), "", "", "set by the researcher", "configuration")
            if setting
            else None
        )

    def _fact(self, key: str) -> Source | None:
        primary = self._released.primary
        if key in _WEIGHTS:
            names = [
                estimate_id(name, "", "weight_diagnostic", "overall", "", primary) for name in _WEIGHTS[key]
            ]
            return self._of(names) or _file("weight_diagnostics.csv", "weight")
        if key in ("survey__response-sentence", "survey__lowest-response-sentence"):
            rates = [self._rate("rr2", level) for level in self._released.levels]
            return self._of(rates) or _file("response_rates.csv", "response")
        stages = {
            **{name: stage for stage, name in STAGES.items()},
            "n": "analysed",
            "n-eligible": "eligible",
        }
        for level in ("", *self._released.levels):
            stem = key.removesuffix(f"-{key_slug(level)}") if level else key
            if stem in stages and (stem != key or not level):
                group = self._released.group if level else "overall"
                unweighted = self._released.unweighted or primary
                name = estimate_id(stages[stem], "", "count", group, level, unweighted)
                return self._of([name]) or _file("flow.csv", "response")
            if re.fullmatch(r"(rr|coop|ref|con)\d", stem) and (stem != key or not level):
                return self._of([self._rate(stem, level)]) or _file("response_rates.csv", "response")
        return None

    def _rate(self, name: str, level: str) -> str:
        group = self._released.group if level else "overall"
        unweighted = self._released.unweighted or self._released.primary
        return estimate_id(name, "", "response_rate", group, level, unweighted)

    def _claim(self, key: str) -> Source | None:
        stem, _, field = key.partition("__")
        row = self._claims.get(stem)
        if row is None:
            return None
        # Where disclosure control has taken the estimate away, the ledger is what there is.
        return self._of_claim(row, field) or _file("claims.csv", "sensitivity")

    def _of_claim(self, row: pd.Series, field: str) -> Source | None:
        if field == "groups-sentence":
            return self._of(list(self._compared(row)))
        if field in ("items-sentence", "items-range"):
            items = self._released.claim_of(row).secondary
            upper = [self._released.upper(str(item)) for item in items]
            return self._of([str(found["estimate_id"]) for found in upper if found is not None])
        name = self._claimed(row, str(row["group_level"]))
        if name is None:
            return None
        if field in _EQUIVALENCE:
            return self._of([name.replace("__mean__", f"__{_EQUIVALENCE[field]}__")])
        if field in _LEDGER:
            return self._of([name], method=self._released.vocabulary.fill(_LEDGER[field]), rule="sensitivity")
        return self._of([name])

    def _claimed(self, row: pd.Series, level: str) -> str | None:
        """Name the estimate that a claim is about, in a group."""
        found = self._released.estimate_of(row, group_level=level)
        return None if found is None else str(found["estimate_id"])

    def _compared(self, row: pd.Series) -> Iterator[str]:
        for level in self._released.levels:
            name = self._claimed(row, level)
            if name is not None:
                yield name
        for statistic in ("difference", "rao_scott"):
            found = self._released.comparison(str(row["variable"]), statistic, self._released.group)
            if found is not None:
                yield str(found["estimate_id"])

    def _estimate(self, key: str) -> Source | None:
        name = key.rpartition("__")[0].replace("__primary", f"__{slug(self._released.primary)}")
        return self._of([name]) if name in self._rows else None

    def _table(self, key: str) -> Source | None:
        for start, name, scheme, method, rule in _WHOLE_TABLES:
            if key.startswith(start):
                return Source((name,), "", scheme, method, rule)
        return None

    def _of(self, names: Sequence[str], method: str = "", rule: str = "") -> Source | None:
        rows = [self._rows[name] for name in names if name in self._rows]
        if not rows:
            return None
        statistics = [str(row["statistic"]) for row in rows]
        labels = self._released.schemes
        schemes = [labels.get(str(row["scheme"]), str(row["scheme"])) for row in rows]
        # What is counted on the staff list is not weighted, which is not the same as weights of one.
        weighted = [
            label for label, name in zip(schemes, statistics, strict=True) if RULES.get(name) != "response"
        ]
        return Source(
            rows=tuple(str(row["estimate_id"]) for row in rows),
            n=_joined(formatting.count(float(row["n"])) for row in rows if math.isfinite(float(row["n"]))),
            scheme=_joined(weighted),
            method=method or _joined((str(row["method"]).split("; effect:")[0] for row in rows), "; "),
            rule=rule or _joined((_rule(name) for name in statistics), ", "),
        )


def _file(name: str, rule: str) -> Source:
    return Source((name,), "", "", "released table", rule)


def _rule(statistic: str) -> str:
    return RULES.get(statistic) or ("model" if _MODELLED.search(statistic) else "analyse")


def _joined(words: Iterable[str], sign: str = ", ") -> str:
    return sign.join(dict.fromkeys(word for word in words if word))

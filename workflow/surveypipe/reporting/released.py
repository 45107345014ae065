"""The released tables of a survey, and how figures, tables and text look things up in them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from surveypipe.identifiers import HISTOGRAM
from surveypipe.reporting.batteries import Block
from surveypipe.reporting.cells import code_text, typed
from surveypipe.study.claims import AnyClaim
from surveypipe.study.design import silent_known
from surveypipe.study.frame import EVERYBODY
from surveypipe.study.item_types import type_of
from surveypipe.study.poles import CATEGORIES, HIGH, MERGED_FROM, parted
from surveypipe.study.sections import Sections
from surveypipe.study.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd

SUPPRESSED = "suppressed"
# Letters that the head of a column has room for where groups are few; where there are more a head may take
# lines, each of a word or two of so many letters.
LONGEST_HEAD, FEW_GROUPS = 18, 3
LONGEST_LINE, MOST_LETTERS = 10, 24
# Columns by which rows of the estimates are asked for.
_ASKED_BY = ["variable", "statistic", "group_level", "scheme"]


@dataclass(frozen=True)
class Released:
    """Everything that a figure, a table or a sentence may be made of.

    Parameters
    ----------
    config
        Sections of the configuration.
    variables
        Documentation of each variable (label, answers in order, battery).
    tables
        Released tables by name (:data:`surveypipe.reporting.names.READ`); read them through :meth:`table`.
    """

    config: Mapping[str, Any]
    variables: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, pd.DataFrame]
    # Every look-up asks for a whole table, hundreds of times in a run.
    _prepared: dict[str, pd.DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)

    def table(self, name: str) -> pd.DataFrame:
        """Give a table, empty text as '' and not as a missing value."""
        if name not in self._prepared:
            self._prepared[name] = typed(self.tables[name])
        # pandas copies on write, so that what is given out may be changed and this one stays as it is.
        return self._prepared[name].copy(deep=False)

    @cached_property
    def settings(self) -> Sections:
        """Sections of the configuration, each as its type."""
        return Sections(self.config)

    @property
    def vocabulary(self) -> Vocabulary:
        """What the people and things of the study are called."""
        return self.settings.vocabulary

    @property
    def claims(self) -> dict[str, AnyClaim]:
        """The claims by key, in the order of the configuration."""
        return self.settings.claims

    def claim_of(self, row: pd.Series) -> AnyClaim:
        """Look up the claim that a row of any table is about."""
        return self.claims[str(row["claim"])]

    @property
    def mark(self) -> str:
        """What every exhibit must say of the data; '' of real ones."""
        mark = self.settings.study.mark
        return mark.short if mark else ""

    @property
    def population(self) -> str:
        """What is known of those who were asked: ``list``, ``counts`` or ``none``."""
        population = self.settings.population
        return population if silent_known(population, self.settings.design) else "none"

    @property
    def silent_known(self) -> bool:
        """Whether it is known how many gave no answer."""
        return silent_known(self.settings.population, self.settings.design)

    @property
    def group(self) -> str:
        """Variable by which results are shown."""
        return self.settings.frame.group

    @property
    def levels(self) -> dict[str, str]:
        """Levels of the group and their labels, in order; none where everybody is one group."""
        group = self.settings.groups.get(self.group)
        return {} if group is None or self.group == EVERYBODY else dict(group.levels)

    def abbreviation(self, level: str) -> str:
        """Give the short name of a group: its key if an abbreviation, its label if short, else a letter."""
        if level.isalpha() and level.isupper() and len(level) <= 5:
            return level
        levels, labels = list(self.levels), self.levels.values()
        in_lines = max(len(word) for label in labels for word in label.split()) <= LONGEST_LINE
        room = MOST_LETTERS if in_lines and len(levels) > FEW_GROUPS else LONGEST_HEAD
        if max(map(len, labels)) <= room and (in_lines or len(levels) <= FEW_GROUPS):
            return self.levels[level]
        place = levels.index(level)
        return chr(ord("A") + place) if place < 26 else str(place + 1)

    def abbreviations(self) -> str:
        """Explain the short names of the groups for a note; '' where none is short."""
        pairs = [
            f"{self.abbreviation(level)}, {self.in_text(label)}"
            for level, label in self.levels.items()
            if self.abbreviation(level) != label
        ]
        return "; ".join(pairs)

    @cached_property
    def primary(self) -> str:
        """Scheme in force: what the ledger was made with, else what the configuration names."""
        claims = self.tables["claims"]
        found = list(claims["scheme_primary"].dropna()) if "scheme_primary" in claims else []
        return str(found[0]) if found else self.settings.weighting.primary

    @property
    def schemes(self) -> dict[str, str]:
        """Weighting schemes and their labels: the unweighted one, the primary, then the others."""
        labels = {key: scheme.label for key, scheme in self.settings.weighting.schemes.items()}
        first = [key for key in (self.unweighted, self.primary) if key in labels]
        return {key: labels[key] for key in dict.fromkeys([*first, *labels])}

    @property
    def weighted(self) -> bool:
        """Whether the published estimates have weights."""
        return self.settings.weighting.schemes[self.primary].method != "none"

    @property
    def weighted_by(self) -> str:
        """Say for a note by what its figures are weighted: ``Weights: agency.``, or that they are not."""
        if not self.weighted:
            return "Unweighted."
        return f"Weights: {self.in_text(self.schemes[self.primary])}."

    @property
    def unweighted(self) -> str | None:
        """The scheme without weights, if there is one."""
        made = self.settings.weighting.schemes.items()
        return next((key for key, scheme in made if scheme.method == "none"), None)

    def label(self, variable: str) -> str:
        """Name of a variable in a table."""
        return str(self.variables.get(variable, {}).get("label") or variable.replace("_", " ").capitalize())

    def short(self, variable: str) -> str:
        """Name of a variable in a figure."""
        return str(self.variables.get(variable, {}).get("short") or self.label(variable))

    def in_text(self, label: str) -> str:
        """Write a label as it stands inside a sentence (:meth:`surveypipe.study.about.Study.in_text`)."""
        return self.settings.study.in_text(label)

    def values(self, variable: str) -> dict[str, str]:
        """Codes of a variable and their labels, in order."""
        return dict(self.variables.get(variable, {}).get("values", {}))

    def counted(self, variable: str) -> str:
        """Code of the answer whose share stands for a variable, as the codebook says; '' for none."""
        return code_text(self.variables.get(variable, {}).get("counts") or "")

    def answers_shown(self, variable: str) -> list[str]:
        """Codes whose shares stand for a variable of two answers: the counted one, else both; else none."""
        codes = list(self.values(variable))
        if len(codes) != 2:
            return []
        return [code for code in codes if code_text(code) == self.counted(variable)] or codes

    def batteries(self) -> list[Block]:
        """Blocks of ordered items that the analysis reports, in the order of the configuration."""
        about = self.variables
        items = [name for name in self.settings.analysis.items if about.get(name, {}).get("battery")]
        items = [name for name in items if type_of(about[name]).ordered and len(self.values(name)) >= 2]
        keys = list(dict.fromkeys(str(about[name]["battery"]) for name in items))
        found = []
        for key in keys:
            members = tuple(n for n in items if about[n]["battery"] == key)
            found.append(Block(key, str(about[members[0]]["battery_label"]), members))
        return found

    def estimates(
        self, variable: str, statistic: str, *, group_level: str = "", scheme: str | None = None
    ) -> pd.DataFrame:
        """Rows of the estimates of a variable and statistic in one group under one scheme.

        Everybody's where no group is named, under the primary scheme where none is.
        """
        place = self._places.get((variable, statistic, group_level, scheme or self.primary), slice(0))
        return self._own_estimates.iloc[place]

    @cached_property
    def _own_estimates(self) -> pd.DataFrame:
        table = self.table("estimates")
        # Two groupings may have levels of one name, such as the codes 1 and 2.
        own = table[(table["group"] == self.group) | (table["group_level"] == "")]
        # Rows asked for together stand together: a slice is given out much faster than a choice of rows.
        places = own.groupby(_ASKED_BY, dropna=False, sort=False).ngroup()
        return own.iloc[places.argsort(kind="stable")]

    @cached_property
    def _places(self) -> Mapping[Any, slice]:
        rows = self._own_estimates[_ASKED_BY].itertuples(index=False, name=None)
        runs = [(asked, len(list(same))) for asked, same in itertools.groupby(rows)]
        ends = itertools.accumulate(length for _, length in runs)
        return {asked: slice(end - length, end) for (asked, length), end in zip(runs, ends, strict=True)}

    def share(
        self, variable: str, level: str, *, group_level: str = "", scheme: str | None = None
    ) -> pd.Series | None:
        """One proportion, or None if it was not estimated."""
        rows = self.estimates(variable, "proportion", group_level=group_level, scheme=scheme)
        rows = rows[rows["level"].map(code_text) == code_text(level)]
        return None if rows.empty else rows.iloc[0]

    def stands(self, variable: str) -> str:
        """Statistic that stands for a variable: its type says so, never that its answers have labels."""
        return type_of(self.variables.get(variable, {"type": "numeric"})).stands

    @property
    def tested_difference(self) -> str:
        """Statistic of the difference whose variance is that of the published tests."""
        fpc = self.settings.analysis.fpc
        if fpc.tests == fpc.descriptive:
            return "difference"
        return "difference_fpc" if fpc.tests else "difference_nofpc"

    def mean(self, variable: str, *, group_level: str = "", scheme: str | None = None) -> pd.Series | None:
        """One mean, the published one of several; None if it was not estimated."""
        return self.summary(variable, "mean", group_level=group_level, scheme=scheme)

    def summary(
        self, variable: str, statistic: str, *, group_level: str = "", scheme: str | None = None
    ) -> pd.Series | None:
        """One mean, median or quartile of a variable, the published one; None if not estimated."""
        rows = self.estimates(variable, statistic, group_level=group_level, scheme=scheme)
        return None if rows.empty else rows.iloc[0]

    def bins(self, variable: str) -> list[pd.Series]:
        """Rows of the histogram of a question answered with a number, in order; none if it is suppressed."""
        rows = self.estimates(variable, HISTOGRAM)
        return [row for _, row in rows.iterrows()] if rows["estimate"].notna().all() else []

    def estimate_of(self, row: pd.Series, *, group_level: str = "", scheme: str | None = None) -> Any:
        """Estimate of the estimand of the claim that a row of the ledger is about; None if there is none."""
        claim = self.claim_of(row)
        rows = self.estimates(claim.variable, claim.statistic, group_level=group_level, scheme=scheme)
        mine = rows["level"].map(claim.counts) if claim.describes else rows["claim"] == str(row["claim"])
        return next((found for _, found in rows[mine.astype(bool)].iterrows()), None)

    def merged(self, item: str, group_level: str = "") -> dict[str, float]:
        """Weighted shares of the lower, middle and upper answers, in that order; empty if suppressed.

        Taken from the merged categories where they were released, else added up from the answers.
        """
        rows = self.estimates(item, "proportion", group_level=group_level)
        found = dict(zip(rows["level"], rows["estimate"].astype(float), strict=True))
        # A category that nobody chose may have no row; one that is suppressed has an empty cell.
        if any(category in found for category in CATEGORIES):
            full = {category: float(found.get(category, 0.0)) for category in CATEGORIES}
            return {} if any(map(math.isnan, full.values())) else full
        answers = self.answers(item, group_level)
        if not answers:
            return {}
        parts = parted(list(answers))
        return {category: sum(answers[code] for code in codes) for category, codes in parts.items()}

    def upper(self, item: str, group_level: str = "", scheme: str | None = None) -> pd.Series | None:
        """Estimate of the upper answers, with its interval; None if there is none."""
        codes = list(self.values(item))
        if len(codes) < MERGED_FROM:
            return self.share(item, codes[-1], group_level=group_level, scheme=scheme) if codes else None
        rows = self.estimates(item, "proportion", group_level=group_level, scheme=scheme)
        rows = rows[rows["level"] == HIGH]
        return None if rows.empty else rows.iloc[0]

    def comparison(self, variable: str, statistic: str, group: str) -> pd.Series | None:
        """Give a test or difference between groups under the primary scheme; None if there is none."""
        rows = self.estimates(variable, statistic)
        rows = rows[rows["group"] == group]
        return None if rows.empty else rows.iloc[0]

    def answers(self, item: str, group_level: str = "") -> dict[str, float]:
        """Weighted share of each answer, unused ones as 0; empty if not released for the group."""
        rows = self.estimates(item, "proportion", group_level=group_level)
        codes = rows["level"].map(code_text)
        found = {code: rows.loc[codes == code, "estimate"] for code in self.values(item)}
        if all(values.empty for values in found.values()) or any(v.isna().any() for v in found.values()):
            return {}
        return {code: float(v.iloc[0]) if len(v) else 0.0 for code, v in found.items()}

    def base(self, variable: str, group_level: str = "") -> float:
        """Unweighted number of respondents behind a variable's estimates; NaN if suppressed or absent."""
        found = (self.estimates(variable, name, group_level=group_level) for name in ("proportion", "mean"))
        return max((float(n) for rows in found for n in rows["n"].dropna()), default=float("nan"))

    def base_size(self) -> float:
        """Count the respondents."""
        return float(self.table("weight_diagnostics")["n"].max())

    def staff_size(self) -> float:
        """Count the eligible staff."""
        return float(self.table("weight_diagnostics")["N"].max())

    def claim_rows(self) -> list[pd.Series]:
        """Rows of the ledger in the order of the configuration, all staff before the groups."""
        return list(self._claim_rows)

    @cached_property
    def _claim_rows(self) -> list[pd.Series]:
        found: dict[tuple[str, str], list[pd.Series]] = {}
        for _, row in self.table("claims").iterrows():
            found.setdefault((str(row["claim"]), str(row["group_level"])), []).append(row)
        order = ((claim, level) for claim in self.claims for level in ("", *self.levels))
        return [row for place in order for row in found.get(place, [])]

    def rate(self, name: str, group_level: str = "") -> pd.Series | None:
        """One AAPOR rate, or None if it was not computed."""
        table = self.table("response_rates")
        rows = table[(table["rate"] == name) & (table["group_level"] == group_level)]
        return None if rows.empty else rows.iloc[0]

    def flow_count(self, stage: str, group_level: str = "") -> float:
        """Count at a stage of the flow; NaN if suppressed or absent."""
        table = self.table("flow")
        rows = table[(table["stage"] == stage) & (table["group_level"] == group_level)]
        return float(rows["n"].iloc[0]) if len(rows) else float("nan")

"""The claim ledger: bounds, tipping points, reader scenario and grade of each claim."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from recomputation.design import Estimate
from recomputation.estimates import Survey

GRADES = (
    "not supported",
    "whatever the silent think",
    "unless the silent differ strongly",
    "if response is at random within cells",
    "among respondents only",
)


def logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


def expit(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


@dataclass
class Entry:
    """A row of the ledger; `place` is ``all`` or a level of the group."""

    key: str
    place: str
    claim: dict
    estimate: Estimate
    by_scheme: dict[str, Estimate]
    bounds: tuple[float, float] = (np.nan, np.nan)
    theta: float = np.nan
    theta_other: float = np.nan
    theta_interval: float = np.nan
    shift: float = np.nan
    scenario: dict[float, float] = field(default_factory=dict)
    scenario_supported: bool = False
    low90: float = np.nan
    high90: float = np.nan
    power: float = np.nan
    p: float = np.nan
    grade: int = -1

    @property
    def equivalence(self) -> bool:
        return self.claim["kind"] == "equivalence"

    @property
    def scale(self) -> float:
        return 1.0 if self.equivalence else 100.0


class Ledger:
    """All claims, over all staff and by group where the claim asks for it."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.entries: list[Entry] = []
        self._held: dict[tuple[str, str], tuple[float, list[tuple[float, float, float]], float]] = {}
        for key, claim in survey.config["claims"].items():
            places = ["all"] + (survey.levels if claim.get("by") else [])
            for place in places:
                self.entries.append(self._entry(key, claim, place))

    def of(self, key: str, place: str = "all") -> Entry:
        return next(e for e in self.entries if e.key == key and e.place == place)

    def estimate(self, key: str, place: str, scheme: str, fpc: bool = True) -> Estimate:
        survey, claim = self.survey, self.survey.config["claims"][key]
        make = survey.mean if claim["kind"] == "equivalence" else survey.share
        return make(survey.answers[key], place, scheme, fpc)

    def _entry(self, key: str, claim: dict, place: str) -> Entry:
        survey = self.survey
        by_scheme = {s: self.estimate(key, place, s) for s in survey.schemes}
        made = Entry(key, place, claim, by_scheme[survey.primary.name], by_scheme)
        made.bounds = self._bounds(made)
        self._tipping(made)
        self._scenario(made)
        if made.equivalence:
            test = survey.equivalence(survey.answers[key], claim["margin"], place)
            made.low90, made.high90, made.power, made.p = test.low90, test.high90, test.power, test.p
        made.grade = self._grade(made)
        return made

    # Support -------------------------------------------------------------------------------------------

    def supported(self, entry: Entry, low: float, high: float) -> bool:
        return all(
            (low > limit if side == "above" else high < limit) for limit, side in self._sides(entry.claim)
        )

    @staticmethod
    def _sides(claim: dict) -> list[tuple[float, str]]:
        if claim["kind"] == "equivalence":
            return [(-claim["margin"], "above"), (claim["margin"], "below")]
        made = [(claim["threshold"], claim["direction"])]
        if "upper_threshold" in claim:
            made.append((claim["upper_threshold"], "below"))
        return made

    def interval(self, entry: Entry, scheme: str) -> tuple[float, float]:
        made = entry.by_scheme[scheme]
        if entry.equivalence:
            from recomputation.design import t_interval

            return t_interval(made.value, made.se, made.df, 0.90)
        return made.low, made.high

    def holds(self, entry: Entry, scheme: str) -> bool:
        return self.supported(entry, *self.interval(entry, scheme))

    # What the silent may have thought ------------------------------------------------------------------

    def _people(self, entry: Entry) -> pd.DataFrame:
        survey = self.survey
        made = pd.DataFrame(
            {
                "y": survey.study.cases[entry.claim["variable"]].astype(float),
                "reads": survey.reads,
                "w": survey.primary.weight,
                "cell": survey.primary.cell,
                "group": survey.study.cases[survey.group],
            }
        )
        if not entry.equivalence:
            made["y"] = (made["y"] == entry.claim["level"]).astype(float).where(made["y"].notna())
        return made

    def _inside(self, entry: Entry, people: pd.DataFrame) -> pd.DataFrame:
        return people if entry.place == "all" else people[people["group"] == entry.place]

    def _bounds(self, entry: Entry) -> tuple[float, float]:
        people = self._inside(entry, self._people(entry))
        staff = self.survey.study.eligible
        size = len(staff) if entry.place == "all" else int((staff[self.survey.group] == entry.place).sum())
        if entry.claim["base"] == "readers":
            return self._reader_bounds(people, size)
        least, most = entry.claim.get("range", (0, 1))
        known, total = people["y"].notna().sum(), people["y"].sum()
        return (total + (size - known) * least) / size, (total + (size - known) * most) / size

    @staticmethod
    def _reader_bounds(people: pd.DataFrame, size: int) -> tuple[float, float]:
        """Least and greatest share by trying every way of filling in what is unknown.

        For the least, an unknown person is a reader who says no; for the greatest, one who says yes. Somebody
        who answered without saying whether they had read counts as a reader where that moves the bound.
        """
        low_yes = low_all = high_yes = high_all = 0.0
        for reads, y in people[["reads", "y"]].itertuples(index=False):
            if reads == 0:
                continue
            if reads == 1:
                low_yes += 0 if np.isnan(y) else y
                high_yes += 1 if np.isnan(y) else y
                low_all, high_all = low_all + 1, high_all + 1
            elif np.isnan(y):
                low_all, high_all, high_yes = low_all + 1, high_all + 1, high_yes + 1
            elif y == 0:
                low_all += 1
            else:
                high_yes, high_all = high_yes + 1, high_all + 1
        silent = size - len(people)
        return low_yes / (low_all + silent), (high_yes + silent) / (high_all + silent)

    def mixture(self, entry: Entry, log_theta: float) -> float:
        """Estimate when odds of yes among the unheard of a cell are those of the heard over θ.

        The unheard: those for whom respondents stand beside themselves (weight − 1), who answer as the
        respondents who stand for them, and those for whom people stand who left the question out.
        """
        heard, parts, size = self._unheard(entry)
        least, most = entry.claim.get("range", (0, 1))
        total = heard
        for number, centre, spread in parts:
            if entry.equivalence:
                total += number * float(np.clip(centre - log_theta * spread, least, most))
            else:
                total += number * expit(logit(centre) - log_theta)
        return total / size

    def _unheard(self, entry: Entry) -> tuple[float, list[tuple[float, float, float]], float]:
        """Sum of the answers given; number, mean and spread of the unheard of each cell; persons in all."""
        if (entry.key, entry.place) in self._held:
            return self._held[entry.key, entry.place]
        people = self._inside(entry, self._people(entry))
        if entry.claim["base"] == "readers":
            people = people[people["reads"] == 1]
        known = people[people["y"].notna()]
        overall = (known["w"] * known["y"]).sum() / known["w"].sum()
        parts = []
        for _, part in people.groupby(["group", "cell"]):
            heard = part[part["y"].notna()]
            extra = heard["w"] - 1
            if extra.sum() > 1e-9:
                centre = (extra * heard["y"]).sum() / extra.sum()
                if not entry.equivalence and centre in (0.0, 1.0):
                    centre = (heard["y"].sum() + 0.5) / (len(heard) + 1)
                parts.append((float(extra.sum()), float(centre), float(heard["y"].std(ddof=1))))
            lost = part.loc[part["y"].isna(), "w"].sum()
            if lost:
                parts.append((float(lost), float(overall), float(known["y"].std(ddof=1))))
        made = float(known["y"].sum()), parts, float(people["w"].sum())
        self._held[entry.key, entry.place] = made
        return made

    def _tipping(self, entry: Entry) -> None:
        low, high = self.interval(entry, self.survey.primary.name)
        thetas, intervals, shifts = [], [], []
        people = self._inside(entry, self._people(entry))
        if entry.claim["base"] == "readers":
            people = people[people["reads"] == 1]
        known = people["y"].notna()
        unheard = (people["w"].sum() - known.sum()) / people["w"].sum()
        for limit, side in self._sides(entry.claim):
            end = low if side == "above" else high
            sign = 1.0 if side == "above" else -1.0
            thetas.append(self._crossing(entry, limit, sign))
            if entry.equivalence:
                carried = limit + entry.estimate.value - end
            else:
                carried = expit(logit(limit) + logit(entry.estimate.value) - logit(end))
            holds = end > limit if side == "above" else end < limit
            intervals.append(self._crossing(entry, carried, sign) if holds else np.nan)
            shifts.append((limit - entry.estimate.value) / unheard)
        nearest = lambda values: (  # noqa: E731
            np.nan if np.isnan(values).any() else min(values, key=lambda v: abs(np.log(v)))
        )
        entry.theta, entry.theta_interval = nearest(np.array(thetas)), nearest(np.array(intervals))
        if entry.equivalence:
            entry.shift = min(shifts, key=abs)
        elif len(thetas) > 1:
            entry.theta_other = max(thetas, key=lambda value: abs(np.log(value)))

    def _crossing(self, entry: Entry, limit: float, sign: float) -> float:
        def left(step: float) -> float:
            return sign * (self.mixture(entry, sign * step) - limit)

        if left(0.0) <= 0:
            return np.nan
        grid = np.linspace(0, 12, 241)
        previous = 0.0
        for step in grid[1:]:
            if left(step) <= 0:
                return float(np.exp(sign * brentq(left, previous, step, xtol=1e-10)))
            previous = step
        return np.inf

    # Reader scenario -----------------------------------------------------------------------------------

    def _scenario(self, entry: Entry) -> None:
        plan = self.survey.config["sensitivity"]["scenario"]
        for k in plan["k"]:
            entry.scenario[float(k)] = self.scenario_at(entry, float(k))
        low, high = self.interval(entry, self.survey.primary.name)
        moved, value = entry.scenario[float(plan["k_grade"])], entry.estimate.value
        if entry.equivalence:
            ends = (moved + low - value, moved + high - value)
        else:
            ends = tuple(expit(logit(moved) + logit(end) - logit(value)) for end in (low, high))
        entry.scenario_supported = self.supported(entry, *ends)

    def scenario_at(self, entry: Entry, k: float) -> float:
        """Silent readers are k times as common in a cell as among its respondents, and answer as those do."""
        config = self.survey.config
        people = self._people(entry)
        routed = {
            r["variable"]
            for r in config["cleaning"]["recodes"]
            if r["type"] == "routed_no" and r["filter"] == config["sensitivity"]["scenario"]["variable"]
        } | {config["sensitivity"]["scenario"]["variable"]}
        fixed = entry.claim["variable"] in routed or entry.claim["base"] == "readers"
        y, reads, w = (people[name].to_numpy(float) for name in ("y", "reads", "w"))
        group, cell = people["group"].to_numpy(object), people["cell"].to_numpy(object)
        above = below = 0.0
        for place in sorted(set(cell)):
            inside = cell == place
            mine = group[inside][0]
            if entry.place not in ("all", mine):
                continue
            reading = self._silent_mean(y, w, inside & (reads == 1))
            others = 0.0 if fixed else self._others(y, reads, w, group == mine)
            silent = (w[inside] - 1).sum()
            share = self._silent_mean(reads, w, inside)
            likely = np.where(np.isnan(reads[inside]), share, reads[inside])
            known, own = ~np.isnan(y[inside]), np.nan_to_num(y[inside])
            joining = k * share * silent
            if entry.claim["base"] == "readers":
                above += (likely * np.where(known, own, reading)).sum() + joining * reading
                below += likely.sum() + joining
            else:
                guess = likely * reading + (1 - likely) * others
                above += np.where(known, own, guess).sum() + joining * reading + (silent - joining) * others
                below += inside.sum() + silent
        return float(above / below)

    def _others(self, y: np.ndarray, reads: np.ndarray, w: np.ndarray, mine: np.ndarray) -> float:
        """Answer of those who have not read: of their group, of all where they are too few."""
        fewest = self.survey.config["sensitivity"]["scenario"]["min_group"]
        for part in (mine, np.ones(len(y), bool)):
            known = part & (reads == 0) & ~np.isnan(y)
            if known.sum() >= fewest:
                return self._silent_mean(y, w, known)
        raise NotImplementedError("too few who have not read: neutral and worst case")

    @staticmethod
    def _silent_mean(values: np.ndarray, w: np.ndarray, inside: np.ndarray) -> float:
        """Mean over the silent for whom these people stand (weight - 1)."""
        known = inside & ~np.isnan(values)
        extra = w[known] - 1
        return float((extra * values[known]).sum() / extra.sum()) if extra.sum() > 1e-9 else 0.0

    # Grade ---------------------------------------------------------------------------------------------

    def _grade(self, entry: Entry) -> int:
        schemes = self.survey.schemes
        primary = self.survey.primary.name
        others = [self.holds(entry, s) for s in schemes]
        if not self.holds(entry, primary):
            return 4 if any(others) else 0
        if self.supported(entry, *entry.bounds):
            return 1
        strong = self.survey.config["sensitivity"]["theta_strong"]
        far = np.isinf(entry.theta) or max(entry.theta, 1 / entry.theta) >= strong
        return 2 if all(others) and far and entry.scenario_supported else 3

"""All recomputed parts of a study, made once."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from recomputation.bias import Bias
from recomputation.design import Estimate
from recomputation.estimates import Survey
from recomputation.ledger import Entry, Ledger
from recomputation.raw import Study, read_study


class Whole:
    """The study, its estimates, claims and analysis of non-response."""

    def __init__(self, root: Path) -> None:
        self.study: Study = read_study(root)
        self.survey = Survey(self.study)
        self.ledger = Ledger(self.survey)
        self.bias = Bias(self.survey, self.ledger)
        self.config = self.study.config
        self.staff = self.study.eligible
        self.levels = self.survey.levels
        self.names = self.config["groups"][self.survey.group]["levels"]

    def name(self, place: str) -> str:
        text = self.names[place]
        return text[0].lower() + text[1:]

    def short(self, entry: Entry) -> str:
        return f"{entry.key} {entry.claim['short']}" if entry.place == "all" else self.names[entry.place]

    def source(self, entry: Entry) -> str:
        return f"claim-{entry.key.lower()}" + ("" if entry.place == "all" else f"-{entry.place.lower()}")

    @property
    def headlines(self) -> list[Entry]:
        return [e for e in self.ledger.entries if e.place == "all"]

    def count(self, place: str = "all") -> int:
        part = self.staff if place == "all" else self.staff[self.staff[self.survey.group] == place]
        return len(part)

    def answered(self, place: str = "all", codes: tuple[str, ...] = ("1.1", "1.2")) -> int:
        part = self.staff if place == "all" else self.staff[self.staff[self.survey.group] == place]
        return int(part["code"].isin(codes).sum())

    def label(self, variable: str) -> str:
        for part in (*self.config["cleaning"]["recodes"], *self.config["cleaning"]["scales"]):
            if part["variable"] == variable:
                return str(part["label"])
        entry = self.study.codebook["variables"].get(variable)
        return str(entry["label"]) if entry else variable.replace("_", " ").capitalize()

    def item(self, variable: str) -> str:
        return str(self.study.codebook["variables"][variable].get("short") or self.label(variable))

    def agreement(self, scale: str, place: str = "all") -> dict[str, Estimate]:
        items = next(s["items"] for s in self.config["cleaning"]["scales"] if s["variable"] == scale)
        return {i: self.survey.share(self.survey.agrees(i), place) for i in items}

    @cached_property
    def interval_percent(self) -> float:
        return 100 * self.survey.level

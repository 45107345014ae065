"""The design of the simulation study, read; shared by the programs that draw surveys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from surveypipe.problems import SurveyError
from surveypipe.simulation.population import merged
from surveypipe.study.reading import read_yaml


def read_designs(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the design of the simulation, and its scenario in which every claim is false."""
    design = read_yaml(path)
    scenarios = {str(key).lower(): change for key, change in design.pop("scenarios", {}).items()}
    if "false" not in scenarios:
        raise SurveyError(f"{path}: there is no scenario 'false', whose claims a grade must not support.")
    return design, merged(design, scenarios["false"])

"""Read the released tables that figures, tables and text are made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from _shared import read_csv, read_json
from surveypipe.reporting.released import Released


def read_released(config: Mapping[str, Any], tables: list[Path], variables: Path) -> Released:
    """Gather released tables, each by the name of its file."""
    return Released(config, read_json(variables), {path.stem: read_csv(path) for path in tables})

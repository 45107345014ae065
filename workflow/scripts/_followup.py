"""The assumptions' file of the follow-up study, read and checked; shared by its two programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from _reading import _strict_loader
from surveypipe.configuration import schema_problems
from surveypipe.followup_design import design_problems
from surveypipe.problems import SurveyError

SCHEMA = Path(__file__).resolve().parents[1] / "schemas" / "followup.schema.json"


def read_assumptions(path: Path) -> dict[str, Any]:
    """Read the assumptions and check them against the schema and each other.

    Raises
    ------
    SurveyError
        With all that is wrong.
    """
    import yaml

    name = str(path)
    try:
        config = yaml.load(path.read_text(encoding="utf-8"), Loader=_strict_loader())
    except SurveyError as error:
        raise SurveyError(f"{name}: {error.problems[0]}; keep one of them.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        told = " ".join(str(error).split())
        raise SurveyError(f"{name}: the file is not well-formed YAML: {told}.") from error
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    problems = schema_problems(config, schema, name) or design_problems(config, name)
    if problems:
        raise SurveyError(problems)
    return dict(config)

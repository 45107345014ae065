"""What every stage's script needs: arguments, tables in and out, and errors in plain words."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from surveypipe.problems import SurveyError

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
FLOAT_FORMAT = "%.12g"
UNEXPECTED = (
    "The program failed in a way that it should not, whatever your files hold. The lines above, also in the "
    "stage's file under logs/ in the results, say where; please report them. Nothing half done was left."
)


def parser(
    description: str, *, inputs: tuple[str, ...] = (), outputs: tuple[str, ...] = ()
) -> argparse.ArgumentParser:
    """Build the parser of a stage: ``--config`` as JSON, then one option per file.

    Parameters
    ----------
    description
        One line saying what the stage does.
    inputs, outputs
        Option names without dashes; underscores become dashes. All are required.
    """
    made = argparse.ArgumentParser(description=description)
    made.add_argument(
        "--config", type=read_config, default={}, help="configuration sections: JSON, or a JSON file"
    )
    for name in inputs:
        made.add_argument("--" + name.replace("_", "-"), type=Path, required=True, dest=name)
    for name in outputs:
        made.add_argument("--" + name.replace("_", "-"), type=Path, required=True, dest=name)
    made.set_defaults(output_names=outputs)
    return made


def read_config(text: str) -> Any:
    """Read configuration sections given as JSON or as the path of a JSON file."""
    return json.loads(text if text.lstrip().startswith("{") else Path(text).read_text(encoding="utf-8"))


def section(config: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """Convert a section of the configuration to its type; one that is absent has its defaults."""
    return msgspec.convert(config.get(name, {}), kind)


def run(made: argparse.ArgumentParser, main: Callable[[argparse.Namespace], None]) -> None:
    """Run a stage; on a user's mistake say so in plain words, leave no output, and exit 1."""
    args = made.parse_args()
    outputs = [getattr(args, name) for name in args.output_names]
    for path in outputs:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        main(args)
    except SurveyError as error:
        _discard(outputs)
        stage = Path(sys.argv[0]).stem.replace("_", " ")
        print(report(stage, error.problems), file=sys.stderr)
        sys.exit(1)
    except Exception:
        _discard(outputs)
        traceback.print_exc()
        print(report(Path(sys.argv[0]).stem.replace("_", " "), [UNEXPECTED]), file=sys.stderr)
        sys.exit(1)
    except BaseException:
        _discard(outputs)
        raise


def report(stage: str, problems: list[str]) -> str:
    """Lay out the problems of a stage as a numbered list."""
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    lines = [f"The stage '{stage}' stopped: {count} to put right."]
    lines += [f"  {number}. {text}" for number, text in enumerate(problems, start=1)]
    return "\n".join(lines)


def _discard(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table between stages; only an empty field is missing, and text stays text."""
    import pandas as pd

    return pd.read_csv(
        path, keep_default_na=False, na_values=[""], dtype={"level": "str", "group_level": "str"}
    )


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table whole or not at all, with a fixed float format and line ending."""
    partial = path.with_name(path.name + ".part")
    table.to_csv(partial, index=False, float_format=FLOAT_FORMAT, lineterminator="\n")
    os.replace(partial, path)


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a Parquet table whole or not at all."""
    partial = path.with_name(path.name + ".part")
    table.to_parquet(partial, index=False)
    os.replace(partial, path)


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(value: Any, path: Path) -> None:
    """Write JSON whole or not at all, keys in the order given."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(partial, path)

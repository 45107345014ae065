"""What every stage's script needs: its options, tables in and out, and errors in plain words.

The options of a script are the parameters of its ``main``, and nothing is named twice. A parameter annotated
``Path`` is a file to read, ``Output`` a file to write, ``list[Path]`` several files; ``str``, ``int`` and
``list[str]`` are words and numbers. ``config`` is the whole of the configuration that the script is given: as
JSON holds it, or as a class that is made from it (``Sections``). A parameter of any other type is the section
of its name, converted to that type. What has a default may be left out. ``Annotated[Path, "..."]`` says what
``--help`` tells of it.
"""

from __future__ import annotations

import argparse
import atexit
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    NewType,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from _job import Job
from surveypipe import parents, private_files, spreadsheets
from surveypipe.machine_faults import told
from surveypipe.problems import SurveyError, numbered
from surveypipe.whole_files import whole

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
# A file that the script makes: its folder is there when `main` begins, and a failed run leaves none of it.
Output = NewType("Output", Path)
WORDS: dict[Any, Callable[[str], Any]] = {Path: Path, Output: Path, str: str, int: int}
FLOAT_FORMAT = "%.12g"
# Begins a first line that says what a table is.
MARKED = "# "
# Columns of text, also where every field is empty or looks like a number.
TEXT = (
    "action", "assumption", "base", "by", "cell", "claim", "detail", "equivalence", "estimate_id", "flag",
    "formula", "grade_label", "group", "group_level", "interval", "kind", "label", "level", "level_label",
    "measure", "members", "method", "missing", "note", "outcome", "parameter", "phi_note", "place",
    "question", "quotation", "rate", "reader_note", "reason", "refusal", "rule", "scenario_source",
    "scheme", "scheme_label", "short", "stage", "stage_label", "status", "step", "stratum", "table",
    "tipping_interval_outcome", "tipping_note", "tipping_outcome", "bounds_outcome", "variable",
    "variable_label", "verdict", "wave_note", "what", "within",
)  # fmt: skip
UNEXPECTED = (
    "The program failed in a way that it should not, whatever your files hold. The lines above, also in the "
    "stage's file under logs/ in the results, say where; please report them. Nothing half done was left."
)


@dataclass(frozen=True)
class Option:
    """One parameter of ``main``.

    Parameters
    ----------
    name
        Name of the parameter; the option has dashes for its underscores.
    kind
        Its type, without ``| None`` and, of several values, that of one.
    several
        Whether it takes several values.
    default
        What it is where it is left out; ``inspect.Parameter.empty`` where it may not be.
    told
        What ``--help`` says of it.
    """

    name: str
    kind: Any
    several: bool
    default: Any
    told: str

    @property
    def on_command_line(self) -> bool:
        """Whether it is an option of its own, not a section of the configuration."""
        return self.kind in WORDS

    def add_to(self, made: argparse.ArgumentParser) -> None:
        """Add the option to a parser."""
        required = self.default is inspect.Parameter.empty
        more: dict[str, Any] = {"nargs": "+"} if self.several else {}
        made.add_argument(
            "--" + self.name.replace("_", "-"),
            dest=self.name,
            type=WORDS[self.kind],
            required=required,
            default=None if required else self.default,
            help=self.told or None,
            **more,
        )


def options(main: Callable[..., None]) -> list[Option]:
    """Give the options of a script, from the signature of its ``main``."""
    hints = get_type_hints(main, include_extras=True)
    made = []
    for name, parameter in inspect.signature(main).parameters.items():
        kind, told = hints[name], ""
        if get_origin(kind) is Annotated:
            kind, told = get_args(kind)[:2]
        if get_origin(kind) in (Union, UnionType):
            kind = next(part for part in get_args(kind) if part is not type(None))
        several = get_origin(kind) in (list, Sequence)
        made.append(Option(name, get_args(kind)[0] if several else kind, several, parameter.default, told))
    return made


def parser(main: Callable[..., None], description: str) -> argparse.ArgumentParser:
    """Build the parser of a script: ``--config``, then one option for each parameter."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    made.add_argument(
        "--config", type=read_config, default={}, help="configuration sections: JSON, or a JSON file"
    )
    made.add_argument("--job", type=Path, help="JSON file with every input and output of the rule")
    for option in options(main):
        if option.on_command_line:
            option.add_to(made)
    return made


def read_config(text: str) -> Any:
    """Read configuration sections given as JSON or as the path of a JSON file."""
    return json.loads(text if text.lstrip().startswith("{") else Path(text).read_text(encoding="utf-8"))


def section(config: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """Convert a section of the configuration to its type; one that is absent has its defaults."""
    return msgspec.convert(config.get(name, {}), kind)


def configuration(config: Mapping[str, Any], kind: Any) -> Any:
    """Give the whole configuration as JSON holds it, or what the script says it is made into."""
    return kind(config) if isinstance(kind, type) else config


def arguments(main: Callable[..., None], args: argparse.Namespace) -> dict[str, Any]:
    """Give every parameter of ``main`` its value."""
    return {
        option.name: getattr(args, option.name)
        if option.on_command_line
        else configuration(args.config, option.kind)
        if option.name == "config"
        else section(args.config, option.name, option.kind)
        for option in options(main)
    }


def files(main: Callable[..., None], args: argparse.Namespace, kind: Any) -> list[Path]:
    """List the files of a kind that the options name: `Path` those to read, `Output` those to write."""
    named = [(option, getattr(args, option.name)) for option in options(main) if option.kind is kind]
    return [path for option, value in named if value for path in (value if option.several else [value])]


def run(main: Callable[..., None]) -> None:
    """Run a script; on a user's mistake say so in plain words, leave no output, and exit 1.

    An input that is not what the stage that made it wrote is a mistake too, told before anything is computed.
    """
    parents.end_with_the_run()
    args = parser(main, inspect.getmodule(main).__doc__ or "").parse_args()
    stage = Path(sys.argv[0]).stem.replace("_", " ")
    job = Job.of(stage, args.job, files(main, args, Path), files(main, args, Output))
    try:
        job.begin()
        with private_files.closed(job.outputs):
            main(**arguments(main, args))
            job.end()
    except SurveyError as error:
        job.discard()
        print(report(stage, error.problems), file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        job.discard()
        fault = told(error)
        if not fault:
            traceback.print_exc()
        print(report(stage, [fault or UNEXPECTED]), file=sys.stderr)
        sys.exit(1)
    except BaseException:
        job.discard()
        raise
    if vars(sys.modules["__main__"]) is main.__globals__:
        _leave()


def _leave() -> None:
    """End the process at once: taking libraries and data apart first is a tenth of the work of a stage."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def report(stage: str, problems: list[str]) -> str:
    """Lay out the problems of a stage as a numbered list."""
    return numbered(problems, f"The stage '{stage}' stopped: {{count}} to put right.")


def read_csv(path: Path) -> pd.DataFrame:
    """Read a table between stages; only an empty field is missing, text stays text, a mark is passed over."""
    import pandas as pd

    with path.open("rb") as file:
        marked = file.read(len(MARKED)) == MARKED.encode()
    table = pd.read_csv(
        path, keep_default_na=False, na_values=[""], dtype=dict.fromkeys(TEXT, "str"), skiprows=int(marked)
    )
    return spreadsheets.unguarded(table)


def write_csv(table: pd.DataFrame, path: Path, mark: str = "") -> None:
    """Write a table whole or not at all, with a fixed float format and line ending.

    A table that might be taken for results has a mark for its first line. No cell is a formula
    (:mod:`surveypipe.spreadsheets`).
    """
    with whole(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        if mark:
            file.write(f"{MARKED}{mark}\n")
        spreadsheets.guarded(table).to_csv(file, index=False, float_format=FLOAT_FORMAT, lineterminator="\n")


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a Parquet table whole or not at all."""
    with whole(path) as partial:
        table.to_parquet(partial, index=False)


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(value: Any, path: Path) -> None:
    """Write JSON whole or not at all, keys in the order given."""
    with whole(path) as partial:
        partial.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

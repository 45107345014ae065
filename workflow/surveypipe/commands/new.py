"""A study's folder made from a survey file: all that a first report needs, with nothing to be edited."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveypipe.intake.design_columns import design_columns
from surveypipe.intake.drafting import Draft, draft, draft_text
from surveypipe.intake.files import add_checksums, read_survey, read_text_table
from surveypipe.intake.identifying import identifier
from surveypipe.intake.list_drafting import FrameDraft, draft_frame, questions_counted
from surveypipe.intake.remarks import groupings
from surveypipe.place import tool_folder
from surveypipe.private_files import close
from surveypipe.problems import Problems
from surveypipe.sealing.lock import plan_files
from surveypipe.sealing.readings import add_reading
from surveypipe.study.checking import configuration_file
from surveypipe.study.folder import StudyFolder

if TYPE_CHECKING:
    from surveypipe.intake.labels import FileLabels

RAW = "data/raw"
# What is told on the screen is read if it is short.
MOST_FINDINGS = 6


@dataclass(frozen=True)
class Request:
    """What a researcher asks for.

    Parameters
    ----------
    folder
        Folder to make.
    survey, staff_list, counts
        The files as they came.
    identifier
        Variable of the survey that identifies the person.
    encoding
        Encoding of the survey's text.
    link
        Whether the files are linked, not copied.
    """

    folder: Path
    survey: Path
    staff_list: Path | None = None
    counts: Path | None = None
    identifier: str | None = None
    encoding: str | None = None
    link: bool = False

    def files(self) -> dict[str, Path]:
        """Files by their key under ``inputs``."""
        named = {"survey": self.survey, "staff_list": self.staff_list, "counts": self.counts}
        return {key: path for key, path in named.items() if path is not None}


def new_study(asked: Request, progress: Callable[[str], None]) -> list[str]:
    """Make the folder of a study; nothing is left of it where something is wrong.

    Parameters
    ----------
    asked
        What is asked for.
    progress
        Is told what is being done.

    Returns
    -------
    list of str
        At most ten lines for the screen: what was found, what to look at first, what to type next.

    Raises
    ------
    SurveyError
        If the folder is in use, or a file or the identifier is not there.
    """
    _check_request(asked)
    progress(f"Reading {asked.survey} ...")
    raw, labels = read_survey(asked.survey, asked.encoding)
    said = identifier(raw, labels, asked.identifier) if asked.identifier else None
    frame, names = None, {}
    if asked.staff_list:
        frame = draft_frame(read_text_table(asked.staff_list), raw, said, str(asked.staff_list))
    if asked.counts:
        names = questions_counted(read_text_table(asked.counts), raw, labels)
    progress(f"Drafting the codebook of {raw.shape[1]} columns and {len(raw)} records ...")
    made = draft(raw, labels, frame.survey_id if frame else said, names=names)
    with _folder(asked.folder) as folder:
        progress(f"Writing {asked.folder} ...")
        _raw_files(asked, folder)
        _write(asked, made, frame, labels, folder)
        # The codebook is drafted from the answers.
        add_reading(
            plan_files(folder / "config/config.yaml").record,
            asked.survey,
            [folder / "config/config.yaml"],
            "surveypipe new",
        )
        # What is drafted passes the check that every run begins with.
        configuration_file(StudyFolder(folder, tool_folder()))
    return _told(asked, made, frame, len(raw))


def _check_request(asked: Request) -> None:
    problems = Problems()
    folder = asked.folder
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        problems.add(f"{folder}: this is there already; nothing is overwritten. Name another folder.")
    for path in asked.files().values():
        if not path.is_file():
            problems.add(f"{path}: there is no such file; correct its name.")
    names = [path.name for path in asked.files().values()]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add(f"{name}: two of the files have this name; give one of them another.")
    if asked.staff_list and asked.counts:
        problems.add("--list and --counts: headcounts are for a survey without a list; leave one out.")
    problems.raise_if_any()


@contextmanager
def _folder(target: Path) -> Iterator[Path]:
    """Give a folder beside the target, which becomes the target if all goes well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        made.chmod(0o755)
        yield made
        os.replace(made, target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _raw_files(asked: Request, folder: Path) -> None:
    raw = folder / RAW
    raw.mkdir(parents=True)
    close(raw)
    for path in asked.files().values():
        if asked.link:
            (raw / path.name).symlink_to(path.resolve())
        else:
            shutil.copy2(path, raw / path.name)
            close(raw / path.name)
    add_checksums(raw / "SHA256SUMS", [raw / path.name for path in asked.files().values()])


def _write(asked: Request, made: Draft, frame: FrameDraft | None, labels: FileLabels, folder: Path) -> None:
    """Write all that is not raw."""
    tool = tool_folder()
    facts = {
        "id": _identifier(asked.folder.name),
        "title": _title(labels, asked.survey),
        "simulated": _says_simulated(labels, asked),
        "survey": asked.survey.name,
        "inputs": _inputs(asked),
        "frame": frame.frame if frame else None,
        "outcome": frame.outcome if frame else "",
        "group": _group(made, frame),
        "design": design_columns(made.columns).section(),
        "levels": next(iter(frame.groups.values()))["levels"] if frame and frame.groups else {},
        "dispositions": frame.dispositions if frame else {},
        "population": bool(asked.staff_list or asked.counts),
    }
    texts = {
        "config/config.yaml": _filled(tool, "config.yaml.j2", facts),
        "config/codebook.yaml": draft_text(made, asked.survey.name),
        "README.md": _filled(tool, "README.md.j2", facts),
    }
    for name, text in texts.items():
        _place(folder / name).write_text(text, encoding="utf-8")
    copies = {
        "workflow/templates/Snakefile": "Snakefile",
        "workflow/templates/authors.yaml": "config/authors.yaml",
        "workflow/templates/gitignore": ".gitignore",
        "workflow/templates/references.bib": "report/references.bib",
        "workflow/documents/manuscript.qmd": "report/manuscript.qmd",
        "profiles/default/config.yaml": "profiles/default/config.yaml",
    }
    for origin, name in copies.items():
        shutil.copyfile(tool / origin, _place(folder / name))


def _place(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _filled(tool: Path, name: str, facts: dict[str, Any]) -> str:
    import yaml
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def text(value: str) -> str:
        """Text as YAML holds it: quoted where it must be."""
        return yaml.safe_dump(value, allow_unicode=True, width=10_000).removesuffix("\n...\n").rstrip("\n")

    def block(value: dict[str, Any]) -> str:
        lines = yaml.safe_dump(value, allow_unicode=True, sort_keys=False).splitlines()
        return "\n".join(f"  {line}" for line in lines)

    environment = Environment(
        loader=FileSystemLoader(tool / "workflow/templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"text": text, "block": block}
    return environment.get_template(name).render(facts)


def _inputs(asked: Request) -> dict[str, str]:
    named = {key: f"{RAW}/{path.name}" for key, path in asked.files().items()}
    return named | ({"encoding": asked.encoding} if asked.encoding else {})


def _identifier(name: str) -> str:
    """Make a short name of letters, digits and dashes from the folder's."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lstrip("0123456789-")
    return slug.lower() or "study"


def _says_simulated(labels: FileLabels, asked: Request) -> bool:
    """Whether the file's label or a name says that nobody answered."""
    names = [path.name for path in asked.files().values()]
    return any("simulated" in text.casefold() for text in (labels.file_label, *names))


def _title(labels: FileLabels, survey: Path) -> str:
    """Title that the file gives itself, else its name."""
    told = " ".join(labels.file_label.split())
    return told or f"Survey {survey.stem}"


def _group(made: Draft, frame: FrameDraft | None) -> str:
    """Name a variable by which results might be shown, as an example."""
    if frame and frame.groups:
        return next(iter(frame.groups))
    return next(iter(groupings(made.columns)), "variable")


def _told(asked: Request, made: Draft, frame: FrameDraft | None, records: int) -> list[str]:
    count = len(made.codebook["variables"])
    lines = [f"{asked.folder}: {records} records and {count} variables of {asked.survey.name}."]
    if frame and asked.staff_list:
        lines.append(
            f"{frame.share:.0%} of the survey's {frame.survey_id} are on the list under {frame.frame['id']}."
        )
    of_list = frame.findings[1:3] if frame else []
    if frame or asked.counts:
        who = "on the list" if frame else "counted"
        of_list.append(f"Everybody {who} is taken to have been asked; of a sample say so under `design`.")
    lines += made.findings[: MOST_FINDINGS - len(of_list)] + of_list
    lines.append("Look at config/codebook.yaml first, then at what begins with # in config/config.yaml.")
    return [*lines, f"Now type: cd {shlex.quote(str(asked.folder))} && snakemake --cores 4"]

"""Where the tool lies, and where the study: the folder worked in, or a module's prefix. No rule stands here."""

import sys
from pathlib import Path

import surveypipe
from surveypipe.problems import SurveyError, numbered
from surveypipe.study.checking import read_file
from surveypipe.study.folder import StudyFolder


def seen_from_here(path):
    """Path of a file of the tool: a tool that lies in the folder worked in may be moved together with it."""
    path = Path(path).resolve()
    inside = not PREFIX and path.is_relative_to(Path.cwd())
    return path.relative_to(Path.cwd()) if inside else path


def tool(*parts):
    """Path of a file of the tool, wherever the tool lies."""
    return str(TOOL.joinpath(*parts))


def within_study(path):
    """Path within the study's folder, of a path as the rules have it: `module` sets its prefix before each."""
    return str(path).removeprefix(PREFIX)


def stop(problems):
    """End before any job is planned, with the problems numbered and in plain words."""
    print(
        numbered(problems, "The configuration has {count} to put right:"),
        file=sys.stderr,
    )
    sys.exit(1)


def configuration_path():
    """Path of the study's configuration, once it is known that it can be read: Snakemake would say less."""
    try:
        read_file(CONFIGURATION, STUDY)
    except SurveyError as error:
        stop(error.problems)
    return str(STUDY.own(CONFIGURATION))


# What `module` sets before every path of a rule; nothing where the tool's Snakefile is run or included.
PREFIX = workflow.modifier.path_modifier.prefix or ""
TOOL = seen_from_here(
    Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parents[1]
)
LIBRARY = seen_from_here(Path(surveypipe.__file__).parent)
STUDY = StudyFolder(Path(PREFIX), TOOL)
CONFIGURATION = "config/config.yaml"

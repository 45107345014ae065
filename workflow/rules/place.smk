"""Where the tool lies, and where the study: the folder worked in, or a module's prefix. No rule stands here."""

import os
from pathlib import Path

import surveypipe


def seen_from_here(path):
    """Path of a file of the tool: a tool that lies in the folder worked in may be moved together with it."""
    path = Path(path).resolve()
    inside = not PREFIX and path.is_relative_to(Path.cwd())
    return path.relative_to(Path.cwd()) if inside else path


def tool(*parts):
    """Path of a file of the tool, wherever the tool lies."""
    return str(TOOL.joinpath(*parts))


def study(*parts):
    """Path of a file of the study, as it is found from the folder worked in."""
    return str(Path(PREFIX, *parts))


def own_or_tools(own, folder):
    """Path within the study of a file that takes the place of the tool's of the same name; else of the tool's."""
    shipped = tool(folder, Path(own).name)
    return (
        shipped if Path(shipped).is_file() and not Path(study(own)).is_file() else own
    )


# What `module` writes before every path of a rule; nothing where the tool's Snakefile is run or included.
PREFIX = workflow.modifier.path_modifier.prefix or ""
TOOL = seen_from_here(
    Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parents[1]
)
LIBRARY = seen_from_here(Path(surveypipe.__file__).parent)

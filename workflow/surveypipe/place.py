"""Where the tool lies, for a Snakefile that includes the tool's and for the commands."""

from __future__ import annotations

from pathlib import Path


def tool_folder() -> Path:
    """Folder that holds the tool's Snakefile: within the installed package, or the root of a clone.

    Raises
    ------
    FileNotFoundError
        If the package was copied somewhere without the tool's other files.
    """
    here = library_folder()
    for folder in (here / "tool", here.parents[1]):
        if (folder / "Snakefile").is_file() and (folder / "workflow/rules").is_dir():
            return folder
    raise FileNotFoundError(f"{here}: neither tool/Snakefile nor ../../Snakefile is there; install it again")


def library_folder() -> Path:
    """Folder of the package."""
    return Path(__file__).resolve().parent


def snakefile() -> str:
    """Path of the tool's Snakefile."""
    return str(tool_folder() / "Snakefile")

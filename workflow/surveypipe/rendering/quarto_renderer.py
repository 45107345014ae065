"""HTML, DOCX and PDF by Quarto.

Written to Quarto's documentation and to what Quarto 1.11 was seen to do: all formats in one call, the format
settings in the front matter (a ``format`` key in a metadata file is passed over), what varies in one
``--metadata-file``. The numbers are in the text before Quarto sees it, in spans that name their source.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from surveypipe.problems import Problems
from surveypipe.rendering.checks import warning_problems
from surveypipe.rendering.expand import join_front_matter
from surveypipe.rendering.metadata import escaped_authors
from surveypipe.rendering.staging import FORMATS, Staged
from surveypipe.rendering.typst_pdf import compile_pdf


def render(staged: Staged, epoch: int) -> dict[str, Path]:
    """Typeset a staged document in all formats.

    Parameters
    ----------
    staged
        Result of :func:`surveypipe.rendering.staging.stage`.
    epoch
        Date of the documents, in seconds since 1970.

    Returns
    -------
    dict
        ``html``, ``docx`` and ``pdf``: the files made, in the staged folder.

    Raises
    ------
    SurveyError
        With every warning, since Quarto ends well after a failed look-up.
    """
    problems = Problems()
    # Quarto says '?meta:key' without a line, and gives no way to tell where a number came from.
    front, body = staged.expanded(page_break="{{< pagebreak >}}")
    front |= numbered_labels(body, staged.label_prefix)
    staged.qmd.write_text(join_front_matter(front, body), encoding="utf-8")
    metadata = staged.folder / "metadata.yml"
    metadata.write_text(
        metadata_yaml(
            {key: value for key, value in staged.metadata.items() if key != "num"}
            | escaped_authors(staged.metadata)
        ),
        encoding="utf-8",
    )
    # Without a project of its own the folder would belong to one further up, whose settings change the text.
    (staged.folder / "_quarto.yml").write_text("project:\n  type: default\n", encoding="utf-8")
    command = ["quarto", "render", staged.qmd.name, "--metadata-file", metadata.name, "--no-execute"]
    done = subprocess.run(
        command,
        cwd=staged.folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "NO_COLOR": "1"},
    )
    problems.extend(warning_problems(done.stderr, staged.qmd.name, staged.folder / "references.bib"))
    made = {form: staged.folder / f"{staged.document}.{form}" for form in FORMATS}
    typst = staged.folder / f"{staged.document}.typ"
    asked = (made["html"], made["docx"], typst)
    missing = [path.name for path in asked if not path.is_file()]
    if done.returncode or missing:
        tail = " ".join(done.stderr.strip().splitlines()[-3:])
        said = f"{staged.qmd.name}: Quarto stopped with code {done.returncode}; it said: {tail}"
        problems.add(said + _lacking(missing))
    problems.raise_if_any()
    # By our own Typst: it warns where Quarto says nothing, has its own fonts and lets figures float.
    made["pdf"].write_bytes(compile_pdf(typst, epoch))
    return made


def numbered_labels(body: str, prefix: str) -> dict[str, Any]:
    r"""List the numbers of tables and figures with what stands before them: Quarto is told in no other way.

    Its filter takes an inline for each number, and stops at the list of texts that its documentation has.

    Examples
    --------
    >>> numbered_labels(": A {#tbl-a}\n\n: B {#tbl-b}", "S")
    {'crossref': {'tbl-labels': '[S1]{}[S2]{}'}}
    """
    labels = {}
    for kind in ("fig", "tbl"):
        count = len(re.findall(rf"\{{[^{{}}\n]*?#{kind}-", body))
        labels[f"{kind}-labels"] = "".join(f"[{prefix}{number}]{{}}" for number in range(1, count + 1))
    listed = {key: numbers for key, numbers in labels.items() if prefix and numbers}
    return {"crossref": listed} if listed else {}


def _lacking(names: list[str]) -> str:
    return f" It did not write {', '.join(names)}." if names else ""


def metadata_yaml(metadata: dict) -> str:
    """Write the metadata file; every text is quoted, because Pandoc would print ``0.050`` as ``5.0e-2``."""

    class Quoted(yaml.SafeDumper):
        pass

    def quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')

    Quoted.add_representer(str, quoted)
    return str(yaml.dump(metadata, Dumper=Quoted, allow_unicode=True, sort_keys=False, width=10**6))

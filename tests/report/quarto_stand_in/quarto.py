"""A `quarto` for machines without one: Pandoc, made to write what a real Quarto 1.11 was seen to write.

It stands in for what the finishing has to mend (floats in centred tables of one cell, two alignments in one
paragraph, numbers of headings as text, kinds of Typst figures) and for what has to be heard (a failed look-up
ends well). It is no measure of how a page of Quarto looks.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from surveypipe.rendering.expand import split_front_matter
from surveypipe.rendering.metadata import pandoc_authors
from surveypipe.rendering.programs import pandoc_program
from surveypipe.rendering.typst_pdf import compile_pdf

HERE = Path(__file__).parent
VERSION = "1.11.0"
OPTIONS = {
    "html": (
        "--to=html5",
        "--template=styles/page.html",
        "--css=styles/page.css",
        "--mathml",
        "--embed-resources",
        "--toc",
        "--section-divs",
    ),
    "docx": ("--to=docx", "--reference-doc=styles/reference.docx"),
    "typst": ("--to=typst-citations", "--template=styles/pandoc.typst", "--number-sections"),
}
AUTHORS = ("author", "affiliations")
SUFFIXES = {"html": "html", "docx": "docx", "typst": "typ"}


def main(arguments: list[str]) -> int:
    """Answer `--version` and `render FILE --metadata-file FILE --no-execute`."""
    if arguments == ["--version"]:
        print(VERSION)
        return 0
    command, name, _, metadata, *_ = arguments
    if command != "render":
        print(f"ERROR: Unknown command {command}", file=sys.stderr)
        return 1
    text = Path(name)
    folders = [Path.cwd(), *Path.cwd().parents]
    project = next((folder for folder in folders if (folder / "_quarto.yml").is_file()), folders[0])
    if project != folders[0]:
        # The text belongs to that project then, which makes what it wants.
        return 0
    front = yaml.safe_load(split_front_matter(text.read_text(encoding="utf-8"))[0])
    told = yaml.safe_load(Path(metadata).read_text(encoding="utf-8"))
    resolved = Path("resolved.yml")
    # Quarto resolves authors from what it is told; here they would be escaped a second time.
    plain = {key: yaml.safe_load(yaml.safe_dump(told.get(key, [])).replace("\\", "")) for key in AUTHORS}
    resolved.write_text(yaml.safe_dump(told | pandoc_authors(plain)), encoding="utf-8")
    for form, settings in front["format"].items():
        code = render(text, resolved, form, settings, front["filters"])
        if code:
            return code
    typst = text.with_suffix(".typ")
    if front["format"]["typst"].get("output-ext", "pdf") == "pdf":
        typst.with_suffix(".pdf").write_bytes(compile_pdf(typst, 0))
    return 0


def render(text: Path, metadata: Path, form: str, settings: dict[str, Any], filters: list[str]) -> int:
    """Write one format; the filters that stand before `quarto` in the list run before its own."""
    place = filters.index("quarto")
    order = [HERE / "before.lua", *filters[:place], HERE / "after.lua", *filters[place + 1 :]]
    command = [
        pandoc_program(),
        str(text),
        "--from=markdown",
        "--standalone",
        "--wrap=none",
        f"--metadata-file={metadata}",
        f"--default-image-extension={settings['default-image-extension']}",
        *(f"--lua-filter={path}" for path in order),
        "--citeproc",
        *OPTIONS[form],
        f"--output={text.with_suffix('.' + SUFFIXES[form])}",
    ]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A study is a folder: where its files are, and which files of the tool stand in for those it has not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# Where a study says sentences in its own words.
OWN_WORDING = "report/wording"


@dataclass(frozen=True)
class StudyFolder:
    """The folder of one study, beside the tool.

    Parameters
    ----------
    root
        The study's folder, as it is found from the folder worked in.
    tool
        The tool's folder, which holds its Snakefile.
    """

    root: Path
    tool: Path

    def own(self, path: str | Path) -> Path:
        """Path of a file of the study, as it is found from the folder worked in."""
        return self.root / path

    def found(self, own: str, folder: str) -> str:
        """Path within the study where the study has the file, else that of the tool's of that name.

        Parameters
        ----------
        own
            Path within the study.
        folder
            Folder of the tool that holds the file which it takes the place of. Where neither is there, the
            answer is `own`.
        """
        shipped = self.tool / folder / Path(own).name
        return str(shipped) if shipped.is_file() and not self.own(own).is_file() else own

    def text_of(self, document: str) -> str:
        """Text of a document: the study's, else the tool's, which fits any study."""
        return self.found(f"report/{document}.qmd", "workflow/documents")

    def journal(self, name: str) -> str:
        """Profile of a journal."""
        return self.found(f"config/journals/{name}.yaml", "workflow/journals")

    def bibliographies(self) -> list[str]:
        """Files of references: the study's where it has one, then that of the tool's own texts."""
        own = "report/references.bib"
        shipped = str(self.tool / "workflow/documents/references.bib")
        return [own, shipped] if self.own(own).is_file() else [shipped]

    def typesetting(self, kind: str) -> list[str]:
        """Files of one kind that documents are typeset with: the tool's, and the study's in their place.

        Parameters
        ----------
        kind
            ``styles`` or ``filters``; the study's lie in ``report/`` under the same name.
        """
        shipped = self.tool / "workflow/typesetting" / kind
        found = {path.name: str(path) for path in shipped.glob("*") if path.is_file()}
        own = self.own(f"report/{kind}").glob("*")
        found |= {path.name: str(path.relative_to(self.root)) for path in own if path.is_file()}
        return [found[name] for name in sorted(found)]

    def own_templates(self) -> list[str]:
        """Templates of sentences that the study says in its own words."""
        paths = self.own(OWN_WORDING).rglob("*.md.j2")
        return sorted(str(path.relative_to(self.root)) for path in paths)

    def templates(self) -> list[str]:
        """Templates of sentences: the tool's, then the study's."""
        shipped = sorted(map(str, (self.tool / "workflow/wording").rglob("*.md.j2")))
        return [*shipped, *self.own_templates()]

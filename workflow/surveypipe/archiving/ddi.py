"""The codebook of the analysis file as DDI-Codebook 2.5, which archives and catalogues read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from surveypipe.archiving.analysis_file import AnalysisFile, Variable

NAMESPACE = "ddi:codebook:2_5"
NATURE = {"nominal": "nominal", "ordinal": "ordinal", "scale": "interval"}
# Signs that XML 1.0 cannot hold.
UNHEARD = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def ddi_codebook(file: AnalysisFile, data: str, questions: Mapping[str, str] | None = None) -> bytes:
    """Describe the file: study, data file, and every variable with question, answers and missing codes.

    Elements stand in the order of the schema of DDI-Codebook 2.5.

    Parameters
    ----------
    data
        Name of the data file that is described.
    questions
        Variable to whom it was put, in words (the universe); left out where all were asked.
    """
    root = ET.Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5", "ID": "analysis_file"})
    study = ET.SubElement(root, "stdyDscr")
    title = ET.SubElement(ET.SubElement(ET.SubElement(study, "citation"), "titlStmt"), "titl")
    title.text = _said(f"{file.title} ({file.label})" if file.label else file.title)
    described = ET.SubElement(ET.SubElement(root, "fileDscr", ID="F1"), "fileTxt")
    ET.SubElement(described, "fileName").text = _said(data)
    size = ET.SubElement(described, "dimensns")
    ET.SubElement(size, "caseQnty").text = str(len(file.table))
    ET.SubElement(size, "varQnty").text = str(len(file.variables))
    ET.SubElement(described, "fileType").text = "text/csv; charset=utf-8"
    variables = ET.SubElement(root, "dataDscr")
    for number, variable in enumerate(file.variables, start=1):
        _variable(variables, number, variable, file, (questions or {}).get(variable.name, ""))
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="utf-8") + b"\n"


def _variable(parent: ET.Element, number: int, variable: Variable, file: AnalysisFile, universe: str) -> None:
    listed = bool(variable.values)
    attributes = {"ID": f"V{number}", "name": _said(variable.name), "files": "F1"}
    if variable.weight:
        attributes["wgt"] = "wgt"
    elif file.primary in file.table:
        attributes["wgt-var"] = f"V{list(file.table.columns).index(file.primary) + 1}"
    continuous = variable.form != "text" and not listed
    attributes |= {"intrvl": "contin" if continuous else "discrete", "nature": NATURE[variable.measure]}
    made = ET.SubElement(parent, "var", attributes)
    ET.SubElement(made, "labl").text = _said(variable.label)
    if variable.question:
        ET.SubElement(ET.SubElement(made, "qstn"), "qstnLit").text = _said(variable.question)
    if variable.missing:
        invalid = ET.SubElement(made, "invalrng")
        for code in variable.missing:
            ET.SubElement(invalid, "item", VALUE=_code(code))
    if universe:
        ET.SubElement(made, "universe").text = _said(universe)
    for code, text in variable.values.items():
        _category(made, code, text)
    for code, text in variable.missing.items():
        _category(made, code, text, missing="Y")
    kinds = {"number": "numeric", "text": "character", "day": "character"}
    stored: dict[str, str] = {"type": kinds[variable.form], "schema": "other"}
    if variable.form == "day":
        stored["category"] = "date"
    ET.SubElement(made, "varFormat", stored)


def _category(parent: ET.Element, code: Any, text: str, **attributes: str) -> None:
    made = ET.SubElement(parent, "catgry", attributes)
    ET.SubElement(made, "catValu").text = _code(code)
    ET.SubElement(made, "labl").text = _said(text)


def _code(code: Any) -> str:
    return f"{code:g}" if isinstance(code, float) else _said(str(code))


def _said(text: str) -> str:
    return UNHEARD.sub("", text)

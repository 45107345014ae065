"""Variables of a study as DDI-Codebook 2.5, which archives and catalogues read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from surveypipe.archiving.analysis_file import Variable
from surveypipe.study.item_types import Form, type_of

NAMESPACE = "ddi:codebook:2_5"
NATURE = {"nominal": "nominal", "ordinal": "ordinal", "scale": "interval"}
# Signs that XML 1.0 cannot hold.
UNHEARD = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def ddi_codebook(
    study: ET.Element, variables: Sequence[Variable], data: str = "", cases: int = 0, primary: str = ""
) -> bytes:
    """Describe a study, its data file, and every variable with question, answers and missing codes.

    Elements stand in the order of the schema of DDI-Codebook 2.5.

    Parameters
    ----------
    study
        Description of the study (:func:`titled`, or :func:`surveypipe.archiving.ddi_study.described`).
    variables
        In the order of the columns.
    data
        Name of the data file; '' where the variables are described and the data are withheld.
    cases
        Its rows.
    primary
        Weight of the published estimates, if it is among the variables.
    """
    root = ET.Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5", "ID": "analysis_file"})
    root.append(study)
    if data:
        described = ET.SubElement(ET.SubElement(root, "fileDscr", ID="F1"), "fileTxt")
        ET.SubElement(described, "fileName").text = heard(data)
        size = ET.SubElement(described, "dimensns")
        ET.SubElement(size, "caseQnty").text = str(cases)
        ET.SubElement(size, "varQnty").text = str(len(variables))
        ET.SubElement(described, "fileType").text = "text/csv; charset=utf-8"
    places = {variable.name: number for number, variable in enumerate(variables, start=1)}
    block = ET.SubElement(root, "dataDscr") if variables else root
    for number, variable in enumerate(variables, start=1):
        attributes = {"ID": f"V{number}", "name": heard(variable.name)} | ({"files": "F1"} if data else {})
        if variable.weight:
            attributes["wgt"] = "wgt"
        elif primary in places:
            attributes["wgt-var"] = f"V{places[primary]}"
        _variable(block, variable, attributes)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="utf-8") + b"\n"


def titled(title: str, label: str = "") -> ET.Element:
    """Describe a study by its title alone, with what is said of data that are not real."""
    study = ET.Element("stdyDscr")
    said = ET.SubElement(ET.SubElement(ET.SubElement(study, "citation"), "titlStmt"), "titl")
    said.text = heard(f"{title} ({label})" if label else title)
    return study


def with_study(codebook: bytes, study: ET.Element) -> bytes:
    """Describe the study more fully in a codebook that describes its variables."""
    ET.register_namespace("", NAMESPACE)
    root = ET.fromstring(codebook)
    for element in study.iter():
        element.tag = f"{{{NAMESPACE}}}{element.tag}"
    root[0] = study
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="utf-8") + b"\n"


def asked(about: Mapping[str, Mapping[str, Any]]) -> list[Variable]:
    """Variables as what was released tells of them, of which no answer is at hand."""
    made = []
    for name, told in about.items():
        kind = type_of(told)
        values = {code: str(text) for code, text in told["values"].items()}
        form: Form = "number" if kind.number or values else "text"
        made.append(Variable(name, told["label"], told["question"], form, kind.measure, values))
    return made


def _variable(parent: ET.Element, variable: Variable, attributes: dict[str, str]) -> None:
    continuous = variable.form != "text" and not variable.values
    attributes |= {"intrvl": "contin" if continuous else "discrete", "nature": NATURE[variable.measure]}
    made = ET.SubElement(parent, "var", attributes)
    ET.SubElement(made, "labl").text = heard(variable.label)
    if variable.question:
        ET.SubElement(ET.SubElement(made, "qstn"), "qstnLit").text = heard(variable.question)
    if variable.missing:
        invalid = ET.SubElement(made, "invalrng")
        for code in variable.missing:
            ET.SubElement(invalid, "item", VALUE=_code(code))
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
    ET.SubElement(made, "labl").text = heard(text)


def _code(code: Any) -> str:
    return f"{code:g}" if isinstance(code, float) else heard(str(code))


def heard(text: str) -> str:
    """Leave out of a text what XML 1.0 cannot hold."""
    return UNHEARD.sub("", text)

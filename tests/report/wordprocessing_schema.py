"""Sequences of children that ISO/IEC 29500-4 (transitional) gives for elements of WordprocessingML.

Word refuses a file that breaks them, or drops what stands in the wrong place. Only what documents of this
project can hold is listed; an element that is not in its list is a finding too.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from surveypipe.rendering.docx_package import Package, w

_CHILDREN = {
    # CT_PPr
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers "
    "pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct "
    "autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing "
    "mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl "
    "divId cnfStyle rPr sectPr pPrChange",
    # EG_RPrBase, in the order in which Word writes it
    # CT_ParaRPr, which holds them first: the end of a paragraph as a tracked change
    "rPr": "ins del moveFrom moveTo "
    "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint "
    "noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u "
    "effect bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath",
    # CT_TblPr
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc "
    "tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption "
    "tblDescription tblPrChange",
    # CT_TblCellMar, CT_TblBorders, CT_TcBorders
    "tblCellMar": "top start left bottom end right",
    "tblBorders": "top start left bottom end right insideH insideV",
    "tcBorders": "top start left bottom end right insideH insideV tl2br tr2bl",
    # CT_TcPr
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText "
    "vAlign hideMark headers cellIns cellDel cellMerge tcPrChange",
    # CT_SectPr
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders "
    "lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter "
    "docGrid printerSettings sectPrChange",
    # CT_Tbl and CT_Row: properties first
    "tbl": "bookmarkStart bookmarkEnd tblPr tblGrid tr",
    "tr": "tblPrEx trPr tc",
    # CT_PBdr, CT_Style, CT_Lvl
    "pBdr": "top left bottom right between bar",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed "
    "qFormat locked personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr "
    "tblStylePr",
    # CT_Settings, of whose children mathematics and schemas are of other name spaces; CT_Compat
    "settings": "writeProtection view zoom removePersonalInformation removeDateAndTime "
    "doNotDisplayPageBoundaries displayBackgroundShape printPostScriptOverText "
    "printFractionalCharacterWidth printFormsData embedTrueTypeFonts embedSystemFonts "
    "saveSubsetFonts saveFormsData mirrorMargins alignBordersAndEdges bordersDoNotSurroundHeader "
    "bordersDoNotSurroundFooter gutterAtTop hideSpellingErrors hideGrammaticalErrors "
    "activeWritingStyle proofState formsDesign attachedTemplate linkStyles stylePaneFormatFilter "
    "stylePaneSortMethod documentType mailMerge revisionView trackRevisions doNotTrackMoves "
    "doNotTrackFormatting documentProtection autoFormatOverride styleLockTheme styleLockQFSet "
    "defaultTabStop autoHyphenation consecutiveHyphenLimit hyphenationZone doNotHyphenateCaps "
    "showEnvelope summaryLength clickAndTypeStyle defaultTableStyle evenAndOddHeaders "
    "bookFoldRevPrinting bookFoldPrinting bookFoldPrintingSheets drawingGridHorizontalSpacing "
    "drawingGridVerticalSpacing displayHorizontalDrawingGridEvery displayVerticalDrawingGridEvery "
    "doNotUseMarginsForDrawingGridOrigin drawingGridHorizontalOrigin drawingGridVerticalOrigin "
    "doNotShadeFormData noPunctuationKerning characterSpacingControl printTwoOnOne "
    "strictFirstAndLastChars noLineBreaksAfter noLineBreaksBefore savePreviewPicture "
    "doNotValidateAgainstSchema saveInvalidXml ignoreMixedContent alwaysShowPlaceholderText "
    "doNotDemarcateInvalidXml saveXmlDataOnly useXSLTWhenSaving saveThroughXslt showXMLTags "
    "alwaysMergeEmptyNamespace updateFields hdrShapeDefaults footnotePr endnotePr compat docVars "
    "rsids attachedSchema themeFontLang clrSchemeMapping doNotIncludeSubdocsInStats "
    "doNotAutoCompressPictures forceUpgrade captions readModeInkLockDown smartTagType "
    "shapeDefaults doNotEmbedSmartTags decimalSymbol listSeparator",
    "compat": "compatSetting",
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlPicBulletId legacy lvlJc pPr rPr",
}
SEQUENCES = {name: words.split() for name, words in _CHILDREN.items()}
# Children that may stand in their parent more than once; Word refuses a file with any other twice.
REPEATED = {
    "sectPr": {"headerReference", "footerReference"},
    "tbl": {"bookmarkStart", "bookmarkEnd", "tr"},
    "tr": {"tc"},
    "style": {"tblStylePr"},
    "compat": {"compatSetting"},
}
# CT_TrPr is a choice without order.
ANY_ORDER = {
    "trPr": set(
        "cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader jc ins del".split()
    )
}
FIRST_CHILD = {"p": "pPr", "r": "rPr", "tc": "tcPr"}
REQUIRED_ATTRIBUTES = {
    "pgMar": ("top", "right", "bottom", "left", "header", "footer", "gutter"),
    "pgSz": ("w", "h"),
    "bookmarkStart": ("id", "name"),
    "bookmarkEnd": ("id",),
    "fldChar": ("fldCharType",),
    "ins": ("id", "author"),
    "del": ("id", "author"),
    "compatSetting": ("name", "uri", "val"),
}


def written(package: Package) -> Iterator[tuple[str, etree._Element]]:
    for name in sorted(package.members):
        if name.startswith("word/") and name.endswith(".xml") and "theme" not in name:
            yield name, package.tree(name)


def local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def in_word(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith(w(""))


def schema_problems(root: etree._Element) -> list[str]:
    """Elements out of the sequence of their parent, out of place or without an attribute they must have."""
    found = []
    for element in root.iter():
        if not in_word(element):
            continue
        name, children = local(element), [local(child) for child in element if in_word(child)]
        if name in SEQUENCES:
            places = [SEQUENCES[name].index(c) if c in SEQUENCES[name] else -1 for c in children]
            twice = [child for child in set(children) if children.count(child) > 1]
            if -1 in places or places != sorted(places) or set(twice) - REPEATED.get(name, set()):
                found.append(f"{name}: {' '.join(children)}")
        if name in ANY_ORDER and set(children) - ANY_ORDER[name]:
            found.append(f"{name}: {' '.join(children)}")
        first = FIRST_CHILD.get(name)
        if first in children[1:] or children.count(first or "") > 1:
            found.append(f"{name}: {first} not first")
        for attribute in REQUIRED_ATTRIBUTES.get(name, ()):
            if element.get(w(attribute)) is None:
                found.append(f"{name}: without {attribute}")
        if name == "trPr" and {"ins", "del"} & set(children[:-1]):
            found.append(f"trPr: a tracked change that is not last: {' '.join(children)}")
        if name in ("t", "delText", "instrText"):
            taken_out = any(local(above) == "del" for above in element.iterancestors())
            if taken_out != (name == "delText"):
                found.append(f"{name}: {'within' if taken_out else 'outside'} what was taken out")
        if name == "tc" and children[-1:] != ["p"]:
            found.append(f"tc: ends with {children[-1:]}")
    return sorted(set(found))

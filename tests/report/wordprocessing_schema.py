"""Sequences of children that ISO/IEC 29500-4 (transitional) gives for elements of WordprocessingML.

Word refuses a file that breaks them, or drops what stands in the wrong place. Only what documents of this
project can hold is listed; an element that is not in its list is a finding too.
"""

from __future__ import annotations

_CHILDREN = {
    # CT_PPr
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers "
    "pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct "
    "autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing "
    "mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl "
    "divId cnfStyle rPr sectPr pPrChange",
    # EG_RPrBase, in the order in which Word writes it
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint "
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
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlPicBulletId legacy lvlJc pPr rPr",
}
SEQUENCES = {name: words.split() for name, words in _CHILDREN.items()}
# CT_TrPr is a choice without order.
ANY_ORDER = {
    "trPr": set("cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader jc".split())
}
FIRST_CHILD = {"p": "pPr", "r": "rPr", "tc": "tcPr"}
REQUIRED_ATTRIBUTES = {
    "pgMar": ("top", "right", "bottom", "left", "header", "footer", "gutter"),
    "pgSz": ("w", "h"),
    "bookmarkStart": ("id", "name"),
    "bookmarkEnd": ("id",),
    "fldChar": ("fldCharType",),
}

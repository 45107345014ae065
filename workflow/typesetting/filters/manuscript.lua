-- What both renderers need: notes under tables (`::: {.table-note}`) in the style of each format, headings
-- within tables (a row whose only text is bold and in its first cell) across all columns, indented labels (an em
-- space first), room kept at the right of a number (`[ (00.0)]{.pad}`), lists in Word, '*n* = 1' in one line, and
-- numbers of the web page that tell their source.

-- Staged beside this filter.
local table_pages = dofile("filters/table_pages.lua")

local INDENT = "\u{2003}"
local NBSP = "\u{a0}"

local function table_note(div)
  if not div.classes:includes("table-note") then return nil end
  if FORMAT:match("docx") then
    div.attributes["custom-style"] = "Table Note"
    return div
  end
  div.attributes["custom-style"] = nil
  if FORMAT:match("typst") then
    local blocks = pandoc.Blocks { pandoc.RawBlock("typst", "#table-note[") }
    blocks:extend(div.content)
    blocks:insert(pandoc.RawBlock("typst", "]"))
    return blocks
  end
  return div
end

local function spanning_headings(tbl)
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      if table_pages.is_heading(row) then
        local first = row.cells[1]
        first.col_span = #row.cells
        row.cells = { first }
      end
    end
  end
  return tbl
end

-- The first text of a cell, and the inlines it stands in.
local function first_text(cell)
  local block = cell.contents[1]
  local inlines = block and block.content
  if not inlines or not inlines[1] or inlines[1].t ~= "Str" then return nil end
  return inlines[1], inlines
end

-- Word's indent is set when the file is finished, because a paragraph in a cell can be given none from here.
local function indented_label(cell)
  local text, inlines = first_text(cell)
  if not text or text.text:sub(1, #INDENT) ~= INDENT or FORMAT:match("docx") then return end
  text.text = text.text:sub(#INDENT + 1)
  if FORMAT:match("typst") then
    inlines:insert(1, pandoc.RawInline("typst", "#pad(left: 1em)["))
    inlines:insert(pandoc.RawInline("typst", "]"))
  else
    cell.classes:insert("sub")
  end
end

local function labels_and_scopes(tbl)
  for _, row in ipairs(tbl.head.rows) do
    for _, cell in ipairs(row.cells) do
      if FORMAT:match("html") then cell.attributes.scope = "col" end
    end
  end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      local first = row.cells[1]
      if first then
        indented_label(first)
        -- It names its row for a reader who hears the table. A `th` could not span columns: Pandoc forbids it.
        if FORMAT:match("html") then first.attributes.role = "rowheader" end
      end
    end
  end
  return tbl
end

-- Room as wide as the text, which is not shown and, in a page, not there.
local function pad(span)
  if not span.classes:includes("pad") then return nil end
  local text = pandoc.utils.stringify(span)
  if FORMAT:match("docx") then
    return pandoc.Span(text, pandoc.Attr("", {}, { ["custom-style"] = "Pad" }))
  elseif FORMAT:match("typst") then
    return pandoc.RawInline("typst", "#hide[" .. text .. "]")
  end
  return pandoc.Span({}, pandoc.Attr("", { "pad" }, { room = text }))
end

-- '*n* = 119', '*p* = 0.04' and 'φ = 0' are not broken over two lines.
local GREEK = "[\xCE\xCF][\x80-\xBF]$"

local function is_symbol(inline)
  return inline.t == "Emph" or inline.t == "Str" and inline.text:match(GREEK) and utf8.len(inline.text) <= 2
end

local function equations(inlines)
  for position = 1, #inlines - 3 do
    local name, before, sign, after = table.unpack(inlines, position, position + 3)
    if is_symbol(name) and before.t == "Space" and sign.t == "Str" and after.t == "Space"
      and (sign.text == "=" or sign.text == "<") then
      inlines[position + 1] = pandoc.Str(NBSP)
      inlines[position + 3] = pandoc.Str(NBSP)
    end
  end
  return inlines
end

-- Pandoc gives Typst straight marks for both ends of a quotation, and Typst guesses which is which: after a bracket
-- wrongly. With the opening one written out, every straight mark closes; the template prints it so.
local function opened(quoted)
  if not FORMAT:match("typst") or quoted.quotetype ~= "SingleQuote" then return nil end
  local inlines = pandoc.Inlines { pandoc.Str("‘") }
  inlines:extend(quoted.content)
  inlines:insert(pandoc.Str("’"))
  return inlines
end

-- In Word the paragraphs of a tight list would take the small style of table cells.
local function loose(list)
  if not FORMAT:match("docx") then return nil end
  for _, item in ipairs(list.content) do
    for position, block in ipairs(item) do
      if block.t == "Plain" then item[position] = pandoc.Para(block.content) end
    end
  end
  return list
end

local MANY = 6
local tables = 0

local function count_tables(doc)
  doc:walk { Table = function() tables = tables + 1 end }
end

local function closing(block)
  return block.t == "Header" and block.level == 1 and block.classes:includes("unnumbered")
end

-- In the PDF a table that fits a page stays with its note; longer ones break over pages. It floats where there
-- are few, because among many it would drift away from the text that speaks of it, and where it is tall; not on a page
-- that lies across, above the heading that was taken along.
local function with_notes(blocks)
  if not FORMAT:match("typst") then return nil end
  local made = pandoc.Blocks {}
  local position = 1
  -- A table that stands in the text waits for one before it that still drifts, or would come before its number.
  local drifting, across = false, false
  local function in_its_turn(floats)
    if drifting and not floats then made:insert(pandoc.RawBlock("typst", "#drifted")) end
    drifting = floats
  end
  while position <= #blocks do
    local block, note = blocks[position], blocks[position + 1]
    local has_note = note and note.t == "Div" and note.classes:includes("table-note")
    local labelled = table_pages.labelled_table(block)
    across = table_pages.lies_across(block, across)
    if labelled and table_pages.is_short(labelled) and has_note then
      local floats = not across and (tables <= MANY or table_pages.is_tall(labelled))
      in_its_turn(floats)
      local opening = pandoc.RawBlock("typst", "#table-with-note(float: " .. tostring(floats) .. ")[")
      made:extend { opening, block, note, pandoc.RawBlock("typst", "]") }
      position = position + 2
    elseif labelled then
      in_its_turn(false)
      made:extend { pandoc.RawBlock("typst", "#room-for-a-start"), block }
      position = position + 1
    else
      -- What belongs to the text stands before statements and what else has no number.
      if closing(block) then made:insert(pandoc.RawBlock("typst", "#drifted")) end
      made:insert(block)
      position = position + 1
    end
  end
  return made
end

-- In Word the words that the build supplies stand in content controls, which a co-author can delete and not edit;
-- where a block of prose began in the source is a bookmark. The finishing gives both their numbers.
local CONTROL = '<w:sdt><w:sdtPr><w:tag w:val="%s"/><w:lock w:val="contentLocked"/></w:sdtPr><w:sdtContent>'
local CONTROL_END = "</w:sdtContent></w:sdt>"
local MARK = '<w:bookmarkStart w:id="0" w:name="_src_%s"/><w:bookmarkEnd w:id="0"/>'

local function controlled(tag, inlines)
  local made = pandoc.Inlines { pandoc.RawInline("openxml", CONTROL:format(tag)) }
  made:extend(inlines)
  made:insert(pandoc.RawInline("openxml", CONTROL_END))
  return made
end

local function place(span)
  if not span.classes:includes("at") then return nil end
  if not FORMAT:match("docx") then return {} end
  return pandoc.RawInline("openxml", MARK:format(span.attributes.line))
end

-- Works only: what is a cross-reference is a field of Word's by the end.
local function citation(cite)
  if not FORMAT:match("docx") then return nil end
  for _, cited in ipairs(cite.citations) do
    if cited.id:match("^%a+%-") and ("fig tbl sec"):find(cited.id:match("^(%a+)%-"), 1, true) then return nil end
  end
  return controlled("cite", { cite })
end

-- A number whose source is known: hovered or focused, the page tells it. Elsewhere it is plain text.
local function sourced_number(span)
  if not span.classes:includes("num") or span.attributes.tabindex then return nil end
  if FORMAT:match("docx") then return controlled("num:" .. span.attributes.source, span.content) end
  if not FORMAT:match("html") then return span.content end
  -- Pairs, because the order of a Lua table's names differs from run to run.
  local attributes = { { "source", span.attributes.source }, { "tabindex", span.attributes.first and "0" or "-1" } }
  return pandoc.Span(span.content, pandoc.Attr("", { "num" }, attributes))
end

local function span_of(span)
  return place(span) or sourced_number(span)
end

local supplied = { Span = span_of, Cite = citation }

-- A figure that is drawn for narrow pages as well stands in the page twice; its style shows one of the two.
local function both_drawings(image)
  if not FORMAT:match("html") or image.src:match("-narrow") then return nil end
  local source = image.src:gsub("%.svg$", "") .. "-narrow.svg"
  local file = io.open(source, "r")
  if not file then return nil end
  file:close()
  local alt = image.attributes["fig-alt"] or pandoc.utils.stringify(image.caption)
  alt = alt:gsub("&", "&amp;"):gsub('"', "&quot;"):gsub("<", "&lt;")
  image.classes:insert("wide")
  image.attributes["data-figure"] = source:match("([^/]*)%-narrow%.svg$")
  return { image, pandoc.RawInline("html", '<img class="narrow" src="' .. source .. '" alt="' .. alt .. '">') }
end

local function content_of(name)
  local file = io.open(name, "r")
  if not file then return nil end
  local content = file:read("a")
  file:close()
  return content
end

-- The beginning of the abstract, else the title, as search engines show it.
local function description(meta)
  local said = meta.abstract or meta.title or ""
  if pandoc.utils.type(said) == "Blocks" then said = pandoc.utils.blocks_to_inlines(said, { pandoc.Space() }) end
  local text = pandoc.utils.stringify(said):gsub("%s+", " ")
  if utf8.len(text) <= 300 then return text end
  return text:sub(1, utf8.offset(text, 300) - 1):gsub("%s%S*$", "") .. "…"
end

local function with_sources(doc)
  -- A walk passes over the metadata, where the abstract stands.
  for key, value in pairs(doc.meta) do
    local kind = pandoc.utils.type(value)
    if kind == "Blocks" or kind == "Inlines" then doc.meta[key] = value:walk(supplied) end
  end
  doc = doc:walk(supplied)
  if not FORMAT:match("html") then return doc end
  local sources = content_of("sources.json")
  if sources then
    doc.blocks:insert(pandoc.RawBlock("html", '<script type="application/json" id="sources">' .. sources .. "</script>"))
  end
  for name, key in pairs { ["head.html"] = "page-head", ["links.html"] = "page-links" } do
    local content = content_of(name)
    if content then doc.meta[key] = pandoc.MetaBlocks { pandoc.RawBlock("html", content) } end
  end
  doc.meta["page-description"] = description(doc.meta)
  return doc
end

-- A range of numbers is read in one piece: no line ends at its dash. The PDF's template sees to it there, and Word has no
-- sign for it; its columns have the room.
local function range(text)
  if not text.text:find("%d–−?%d") then return nil end
  return pandoc.Span({ text }, pandoc.Attr("", { "range" }))
end

local function whole_ranges(doc)
  if not FORMAT:match("html") then return nil end
  doc.blocks = doc.blocks:walk { Str = range }
  return doc
end

local function in_text(doc)
  return pandoc.Pandoc(pandoc.Blocks(doc.blocks):map(function(block)
    if block.t == "BulletList" or block.t == "OrderedList" then return loose(block) or block end
    -- A float of Quarto's is a Div as well; the lists within its table are not text.
    if block.t == "Div" and not table_pages.labelled_table(block) then return block:walk { BulletList = loose, OrderedList = loose } end
    return block
  end), doc.meta)
end

return {
  { Pandoc = count_tables },
  { Pandoc = table_pages.landscape },
  { Blocks = with_notes },
  { Image = both_drawings },
  { Div = table_note, Table = spanning_headings, Span = pad, Quoted = opened, Inlines = equations },
  { Table = labels_and_scopes },
  { Pandoc = with_sources },
  { Pandoc = whole_ranges },
  { Pandoc = in_text },
}

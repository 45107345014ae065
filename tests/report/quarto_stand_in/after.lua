-- What Quarto 1.11 does after a document's own filters: numbers and references as text, headings in Word as
-- "1. Introduction" in one run, floats in Word in a centred table of one cell with a paragraph of a space between two
-- of them, in Typst as figures of its kinds. A reference to nothing becomes "?@fig-x", a page break a raw block; neither
-- is an error.

local NAMES = { fig = "Figure", tbl = "Table", sec = "Section" }
local NBSP = "\u{a0}"
local labels = {}
local numbers, counts, levels = {}, { fig = 0, tbl = 0 }, {}

local function kind_of(id)
  local kind = id:match("^(%a+)%-")
  return NAMES[kind] and kind or nil
end

local function is_float(block)
  return block.t == "Div" and block.attributes.__quarto_custom_type == "FloatRefTarget"
end

local function collect(blocks)
  for _, block in ipairs(blocks) do
    if block.t == "Header" and not block.classes:includes("unnumbered") then
      levels[block.level] = (levels[block.level] or 0) + 1
      for level in pairs(levels) do
        if level > block.level then levels[level] = 0 end
      end
      local parts = {}
      for level = 1, block.level do parts[level] = tostring(levels[level] or 0) end
      block.attributes.number = table.concat(parts, ".")
      if kind_of(block.identifier) == "sec" then numbers[block.identifier] = block.attributes.number end
    elseif is_float(block) then
      local kind = kind_of(block.identifier)
      counts[kind] = counts[kind] + 1
      numbers[block.identifier] = labels[kind] and labels[kind][counts[kind]] or tostring(counts[kind])
    elseif block.t == "Div" or block.t == "BlockQuote" then
      collect(block.content)
    end
  end
end

local function heading(header)
  local number = header.attributes.number
  if not number or FORMAT:match("typst") then return nil end
  if FORMAT:match("html") then
    header.content:insert(1, pandoc.Space())
    header.content:insert(1, pandoc.Span({ pandoc.Str(number) }, pandoc.Attr("", { "header-section-number" })))
  else
    header.content:insert(1, header.level == 1 and pandoc.Str(". ") or pandoc.Space())
    header.content:insert(1, pandoc.Str(number))
  end
  return header
end

local function reference(citation)
  local id = citation.id
  if not numbers[id] then return pandoc.Str("?@" .. id) end
  local plain = citation.mode == "SuppressAuthor"
  if FORMAT:match("typst") then
    local supplement = plain and "none" or ("[" .. NAMES[kind_of(id)] .. "]")
    return pandoc.RawInline("typst", "#ref(<" .. id .. ">, supplement: " .. supplement .. ")")
  end
  local text = plain and numbers[id] or (NAMES[kind_of(id)] .. NBSP .. numbers[id])
  return pandoc.Link({ pandoc.Str(text) }, "#" .. id, "", pandoc.Attr("", { "quarto-xref" }))
end

local function references(cite)
  local inlines = pandoc.Inlines {}
  for _, citation in ipairs(cite.citations) do
    if kind_of(citation.id) then
      if #inlines > 0 then inlines:extend { pandoc.Str(","), pandoc.Space() } end
      inlines:insert(reference(citation))
    end
  end
  return #inlines > 0 and inlines or nil
end

local CAPTION = '<w:pPr>\n<w:jc w:val="left"/>\n<w:spacing w:before="200" />\n<w:pStyle w:val="ImageCaption" />\n</w:pPr>\n'

local function captioned(id, caption)
  local inlines = pandoc.Inlines { pandoc.Str(NAMES[kind_of(id)] .. NBSP .. numbers[id] .. ":"), pandoc.Space() }
  inlines:extend(caption)
  return inlines
end

local function in_word(id, content, caption)
  local inlines = pandoc.Inlines { pandoc.RawInline("openxml", CAPTION) }
  inlines:extend(captioned(id, caption))
  local cell = pandoc.Div(content, pandoc.Attr(id))
  cell.content:insert(kind_of(id) == "tbl" and 1 or #cell.content + 1, pandoc.Para(inlines))
  return pandoc.utils.from_simple_table(
    pandoc.SimpleTable(pandoc.List(), { pandoc.AlignCenter }, { 1 }, pandoc.List(), { { { cell } } })
  )
end

local function in_typst(id, content, caption)
  local kind = kind_of(id)
  local blocks = pandoc.Blocks { pandoc.RawBlock("typst", "#figure([") }
  blocks:extend(content)
  blocks:insert(pandoc.RawBlock("typst", "], caption: figure.caption(\nposition: " .. (kind == "tbl" and "top" or "bottom") .. ",\n["))
  blocks:insert(pandoc.Plain(caption))
  blocks:insert(pandoc.RawBlock("typst", ']),\nkind: "quarto-float-' .. kind .. '",\nsupplement: "' .. NAMES[kind] .. '",\n)\n<' .. id .. ">\n"))
  return blocks
end

local function in_html(id, content, caption)
  local blocks = pandoc.Blocks { pandoc.RawBlock("html", '<div id="' .. id .. '"><figure class="quarto-float"><figcaption>') }
  blocks:insert(pandoc.Plain(captioned(id, caption)))
  blocks:insert(pandoc.RawBlock("html", "</figcaption>"))
  blocks:extend(content)
  blocks:insert(pandoc.RawBlock("html", "</figure></div>"))
  return blocks
end

local function float(div)
  if not is_float(div) then return nil end
  local content, caption = div.content[1].content, div.content[2].content[1].content
  local write = FORMAT:match("docx") and in_word or FORMAT:match("typst") and in_typst or in_html
  return write(div.identifier, content, caption)
end

local function apart(blocks)
  if not FORMAT:match("docx") then return nil end
  local made = pandoc.Blocks {}
  for at, block in ipairs(blocks) do
    local before = blocks[at - 1]
    if before and (is_float(block) or block.t == "Table") and (is_float(before) or before.t == "Table") then
      made:insert(pandoc.Para { pandoc.Space() })
    end
    made:insert(block)
  end
  return made
end

local function page_break(paragraph)
  if pandoc.utils.stringify(paragraph) ~= "{{< pagebreak >}}" then return nil end
  if FORMAT:match("docx") then return pandoc.RawBlock("openxml", '<w:p><w:r><w:br w:type="page"/></w:r></w:p>') end
  if FORMAT:match("typst") then return pandoc.RawBlock("typst", "#pagebreak()") end
  return pandoc.Div({}, pandoc.Attr("", { "page-break" }))
end

-- Numbers that the front matter lists (`crossref: tbl-labels`), in Word and on a page: one inline each, for a list
-- of texts stops the filter. Typst counts by itself.
local function listed(meta)
  for kind in pairs(counts) do
    local given = meta.crossref and meta.crossref[kind .. "-labels"]
    if given and pandoc.utils.type(given) ~= "Inlines" then error("Inline expected, got Inlines") end
    labels[kind] = given and pandoc.List(given):map(pandoc.utils.stringify)
  end
end

function Pandoc(doc)
  listed(doc.meta)
  collect(doc.blocks)
  for _, filter in ipairs { { Cite = references }, { Blocks = apart }, { Div = float, Header = heading, Para = page_break } } do
    doc = doc:walk(filter)
    for key, value in pairs(doc.meta) do
      local kind = pandoc.utils.type(value)
      if kind == "Blocks" or kind == "Inlines" then doc.meta[key] = value:walk(filter) end
    end
  end
  return doc
end

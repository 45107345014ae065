-- What Quarto does itself, for the Pandoc path: conditional content, alt text, cross-references, numbers in
-- HTML, page breaks. Word numbers its captions through `native_numbering`, Typst through its own figures.

-- Staged beside this filter.
local single_spaced = dofile("filters/single_spaces.lua")

local NAMES = { fig = "Figure", tbl = "Table", sec = "Section" }
local NBSP = "\u{a0}"
local meta = {}
local numbers = {}
local counts = { fig = 0, tbl = 0 }
local levels = {}
local prefix = ""

local function kind_of(id)
  local kind = id:match("^(%a+)%-")
  return NAMES[kind] and kind or nil
end

-- A dotted key of the metadata, true when it is there and not false.
local function is_set(key)
  local value = meta
  for part in key:gmatch("[^.]+") do
    if type(value) ~= "table" then return false end
    value = value[part]
  end
  return value ~= nil and value ~= false
end

local function format_is(name)
  local aliases = { html = { "html", "html5" }, docx = { "docx" }, typst = { "typst" }, pdf = { "typst" } }
  for _, alias in ipairs(aliases[name] or { name }) do
    if FORMAT:match("^" .. alias) then return true end
  end
  return false
end

local function condition_holds(attributes)
  local holds = true
  if attributes["when-meta"] then holds = holds and is_set(attributes["when-meta"]) end
  if attributes["unless-meta"] then holds = holds and not is_set(attributes["unless-meta"]) end
  if attributes["when-format"] then holds = holds and format_is(attributes["when-format"]) end
  if attributes["unless-format"] then holds = holds and not format_is(attributes["unless-format"]) end
  return holds
end

local function conditional(element)
  local hidden = element.classes:includes("content-hidden")
  local visible = element.classes:includes("content-visible")
  if not (hidden or visible) then return nil end
  if condition_holds(element.attributes) == visible then return element.content end
  return {}
end

local function page_break(div)
  if not div.classes:includes("page-break") then return nil end
  if FORMAT:match("docx") then
    return pandoc.RawBlock("openxml", '<w:p><w:r><w:br w:type="page"/></w:r></w:p>')
  elseif FORMAT:match("typst") then
    return pandoc.RawBlock("typst", "#pagebreak(weak: true)")
  end
  return div
end

local function number_float(id)
  local kind = kind_of(id)
  if not kind or kind == "sec" then return nil end
  if numbers[id] then pandoc.log.warn("the label " .. id .. " is used twice") end
  counts[kind] = counts[kind] + 1
  numbers[id] = prefix .. counts[kind]
  return kind
end

local function number_header(header)
  if header.classes:includes("unnumbered") then return nil end
  levels[header.level] = (levels[header.level] or 0) + 1
  for level in pairs(levels) do
    if level > header.level then levels[level] = 0 end
  end
  if kind_of(header.identifier) ~= "sec" then return nil end
  local parts = {}
  for level = 1, header.level do parts[level] = tostring(levels[level] or 0) end
  numbers[header.identifier] = table.concat(parts, ".")
end

-- Number in the order of the text, figures, tables and headings together.
local function collect(blocks)
  for _, block in ipairs(blocks) do
    if block.t == "Header" then
      number_header(block)
    elseif block.t == "Figure" or block.t == "Table" then
      number_float(block.identifier)
    elseif block.t == "Div" or block.t == "BlockQuote" then
      collect(block.content)
    end
  end
end

local function label(id)
  return NAMES[kind_of(id)] .. NBSP .. numbers[id]
end

local function numbered_caption(id, blocks)
  local first = blocks[1]
  if not first then return blocks end
  local inlines = pandoc.Inlines { pandoc.Str(label(id) .. ":"), pandoc.Space() }
  inlines:extend(first.content)
  blocks[1] = pandoc.Plain(inlines)
  return blocks
end

local function reference(citation)
  local id = citation.id
  if not numbers[id] then
    pandoc.log.warn("the cross-reference @" .. id .. " points to nothing")
    return pandoc.Str("?@" .. id)
  end
  local plain = citation.mode == "SuppressAuthor"
  if FORMAT:match("typst") then
    local supplement = plain and "none" or ("[" .. NAMES[kind_of(id)] .. "]")
    return pandoc.RawInline("typst", "#ref(<" .. id .. ">, supplement: " .. supplement .. ")")
  end
  local text = plain and numbers[id] or label(id)
  return pandoc.Link({ pandoc.Str(text) }, "#" .. id, "", pandoc.Attr("", { "quarto-xref" }))
end

local function cross_references(cite)
  local inlines = pandoc.Inlines {}
  local found = 0
  for _, citation in ipairs(cite.citations) do
    if kind_of(citation.id) then
      if found > 0 then inlines:extend { pandoc.Str(","), pandoc.Space() } end
      found = found + 1
      inlines:insert(reference(citation))
      if #citation.suffix > 0 then inlines:extend(citation.suffix) end
    end
  end
  if found == 0 then return nil end
  if found < #cite.citations then
    pandoc.log.warn("a citation mixes works and cross-references: " .. pandoc.utils.stringify(cite))
  end
  return inlines
end

local function typst_string(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"'
end

-- The description of an image is its alternative text in HTML and Word; Pandoc's Typst writer leaves it out.
local function alt_text(image)
  local alt = image.attributes["fig-alt"]
  if not alt then return nil end
  image.attributes["fig-alt"] = nil
  if FORMAT:match("typst") then
    local width = image.attributes.width and (", width: " .. image.attributes.width) or ""
    local call = "#image(" .. typst_string(image.src) .. width .. ", alt: " .. typst_string(alt) .. ")"
    return pandoc.RawInline("typst", call)
  end
  image.caption = { pandoc.Str(alt) }
  return image
end

local function html_table(tbl)
  local caption = tbl.caption.long
  if tbl.identifier == "" or not caption[1] then
    return pandoc.Div({ tbl }, pandoc.Attr("", { "table-scroll" }))
  end
  local id = tbl.identifier
  tbl.identifier = ""
  local text = kind_of(id) == "tbl" and numbered_caption(id, caption) or caption
  tbl.caption = { long = {}, short = nil }
  -- The caption stays outside the box that scrolls, so that it is read whole on a narrow screen.
  local blocks = pandoc.Blocks { pandoc.RawBlock("html", '<figure id="' .. id .. '" class="table-figure"><figcaption>') }
  blocks:extend(text)
  blocks:insert(pandoc.RawBlock("html", '</figcaption><div class="table-scroll">'))
  blocks:insert(tbl)
  blocks:insert(pandoc.RawBlock("html", "</div></figure>"))
  return blocks
end

local function html_figure(figure)
  if kind_of(figure.identifier) ~= "fig" then return nil end
  figure.caption.long = numbered_caption(figure.identifier, figure.caption.long)
  return figure
end

function Pandoc(doc)
  meta = doc.meta
  prefix = meta["label-prefix"] and pandoc.utils.stringify(meta["label-prefix"]) or ""
  local function in_all(filter)
    doc = doc:walk(filter)
    -- `walk` passes over the metadata, where the abstract stands.
    for key, value in pairs(doc.meta) do
      local kind = pandoc.utils.type(value)
      if kind == "Blocks" or kind == "Inlines" then doc.meta[key] = value:walk(filter) end
    end
  end
  in_all { Div = conditional, Span = conditional }
  in_all { Inlines = single_spaced }
  in_all { Div = page_break, Image = alt_text }
  collect(doc.blocks)
  in_all { Cite = cross_references }
  if FORMAT:match("html") then
    in_all { Table = html_table, Figure = html_figure }
  end
  return doc
end

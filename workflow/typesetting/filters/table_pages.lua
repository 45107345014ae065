-- How tables lie on the pages of PDF and Word: which may break over pages, and which lie across.

local NBSP = "\u{a0}"
-- Rows from which a table may break over pages. Fewer would break where a figure floats, which Typst cannot tag.
local LONG = 25
-- Lines from which one is tall, and letters in a line as wide as the page.
local TALL, LINE = 22, 110
-- Blocks between two tables across (a figure, a heading, a sentence) that lie across with them.
local MOST_BETWEEN = 5

local function is_heading(row)
  if #row.cells < 2 then return false end
  for position = 2, #row.cells do
    if #row.cells[position].contents > 0 then return false end
  end
  local blocks = row.cells[1].contents
  return #blocks == 1 and blocks[1].content and #blocks[1].content == 1 and blocks[1].content[1].t == "Strong"
end

-- A table with a label, or the one that Quarto has wrapped, label and all, in a Div of its own kind.
local function labelled_table(block)
  if block.t == "Table" and block.identifier ~= "" then return block end
  if block.t ~= "Div" or block.attributes.__quarto_custom_type ~= "FloatRefTarget" then return nil end
  local found
  block:walk { Table = function(tbl) found = found or tbl end }
  return found
end

local function is_short(tbl)
  local rows = 0
  for _, body in ipairs(tbl.bodies) do rows = rows + #body.body end
  return rows < LONG
end

-- Lines of a row, from the letters of its cells and the widths of their columns.
local function lines_of(row, widths)
  local most = 1
  for position, cell in ipairs(row.cells) do
    local letters = utf8.len(pandoc.utils.stringify(cell.contents)) or 0
    most = math.max(most, math.ceil(letters / (LINE * (cell.col_span == 1 and widths[position] or 1))))
  end
  return most
end

-- Whether a table takes so much of a page that it would leave as much of the one before it white.
local function is_tall(tbl)
  local widths, lines = {}, 0
  for position, spec in ipairs(tbl.colspecs) do widths[position] = type(spec[2]) == "number" and spec[2] or 1 end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do lines = lines + lines_of(row, widths) end
  end
  return lines >= TALL
end

-- A digit of a table's small size, and margins of a cell, in twentieths of a point, and the width of a page's text in
-- Word (docx_tables.py): a table that needs more lies across, in PDF and Word alike.
local DIGIT, MARGIN, WIDTH, BOLD = 89, 100, 9070, 1.1

-- How many digits wide other letters are in Word (SANS in letter_widths.py).
local WIDE = {}
for width, letters in pairs {
  [0.0] = "\u{200b}\u{200c}\u{200d}\u{ad}\u{2060}\u{feff}",
  [0.4] = "ijl'‘’\u{2009}",
  [0.5] = "ftI .,:;![]/|\\·\u{a0}\u{202f}",
  [0.6] = 'r()-"“”²³¹₁₂',
  [0.7] = "*",
  [0.9] = "ckvsxyzJγχκ",
  [1.1] = "FTZ−×+<>=≥≤σß",
  [1.2] = "ABEKPSVXY&φ",
  [1.3] = "wCDHNRU",
  [1.4] = "GOQ",
  [1.5] = "mM",
  [1.6] = "%",
  [1.7] = "W",
  [1.8] = "—@…\u{2003}",
} do
  for _, code in utf8.codes(letters) do WIDE[code] = width end
end
-- Where the signs of scripts that are written in squares begin.
local SQUARE, EM = 0x2e80, 2

local function width_in_digits(text)
  local total = 0
  for _, code in utf8.codes(text) do total = total + (WIDE[code] or (code >= SQUARE and EM or 1)) end
  return total
end

local function is_numbers(text)
  for _, sign in ipairs { "−", "–", "×", NBSP, "\u{2009}" } do text = text:gsub(sign, " ") end
  text = text:gsub("%f[%a]to%f[%A]", "")
  return text:match("%d") and not text:match("[^%d%s%.,%%%(%)<>=%-]")
end

-- Width, in digits, of what stays in one line: the longest word, and a number with its interval.
local function unbroken(cell)
  local text, longest = pandoc.utils.stringify(cell.contents):gsub("\u{200b}", " "), 0
  if is_numbers(text) then return width_in_digits(text) end
  for word in text:gmatch("%S+") do longest = math.max(longest, width_in_digits(word)) end
  return longest
end

-- Calls a function with each cell of a table that is no heading of its own: its place, and how wide its letters are.
local function each_cell(tbl, told)
  local function measure(row, wider)
    if is_heading(row) then return end
    for position, cell in ipairs(row.cells) do
      if cell.col_span == 1 then told(position, cell, wider) end
    end
  end
  for _, row in ipairs(tbl.head.rows) do measure(row, BOLD) end
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do measure(row, 1) end
  end
end

-- Digits that each column needs for nothing to be parted.
local function needs(tbl)
  local needed = {}
  each_cell(tbl, function(position, cell, wider)
    needed[position] = math.max(needed[position] or 1, wider * unbroken(cell))
  end)
  return needed
end

local function is_wide(tbl)
  local total = 0
  for _, digits in ipairs(needs(tbl)) do total = total + DIGIT * digits + MARGIN end
  return total > WIDTH
end

-- Width of the text on a page of the PDF that lies across.
local WIDTH_ACROSS = 14000

-- The widths of a table are made for an upright page. On one that lies across, labels take from the columns of numbers
-- what these have to spare, so that they stand in fewer lines.
local function widened(tbl)
  local needed, whole, sentences = needs(tbl), {}, { true }
  each_cell(tbl, function(position, cell, wider)
    local text = pandoc.utils.stringify(cell.contents)
    local digits = wider * width_in_digits(text)
    -- A heading may stand in two lines.
    whole[position] = math.max(whole[position] or 1, (wider == 1 or position == 1) and digits or digits / 2 + 1)
    sentences[position] = sentences[position] or wider == 1 and text:match("%a") and not is_numbers(text)
  end)
  local spare, all = {}, 0
  for position, spec in ipairs(tbl.colspecs) do
    if type(spec[2]) ~= "number" then return nil end
    local least = DIGIT * math.max(needed[position] or 1, whole[position] or 1) + MARGIN
    spare[position] = sentences[position] and 0 or math.max(0, spec[2] * WIDTH_ACROSS - least)
    all = all + spare[position]
  end
  local wanted = DIGIT * (whole[1] or 1) + MARGIN - tbl.colspecs[1][2] * WIDTH_ACROSS
  local moved = math.min(all, wanted)
  if moved <= 0 then return nil end
  for position, spec in ipairs(tbl.colspecs) do
    local gained = position == 1 and moved or -moved * spare[position] / all
    tbl.colspecs[position] = { spec[1], spec[2] + gained / WIDTH_ACROSS }
  end
  return tbl
end

local ACROSS = {
  typst = { "#across[", "]" },
  docx = {
    '<w:p><w:pPr><w:pStyle w:val="AcrossBegins"/></w:pPr></w:p>',
    '<w:p><w:pPr><w:pStyle w:val="AcrossEnds"/></w:pPr></w:p>',
  },
}

-- Whether pages of the PDF lie across from a block on, which may be the sign that they begin or end to.
local function lies_across(block, before)
  if block.t ~= "RawBlock" then return before end
  if block.text == ACROSS.typst[1] then return true end
  return before and block.text ~= ACROSS.typst[2]
end

local function is_note(block)
  return block and block.t == "Div" and block.classes:includes("table-note")
end

-- Place of the heading above a block, if little stands between; else nil.
local function heading_above(blocks, at, earliest)
  for position = at - 1, math.max(earliest, at - 3), -1 do
    if blocks[position].t == "Header" then return position end
    if blocks[position].t ~= "Para" then return nil end
  end
end

-- Where a stretch that lies across begins: at the heading above the table, or at that of the section which opens with
-- it, and would leave its own page white.
local function beginning(blocks, table_at, earliest)
  local start = heading_above(blocks, table_at, earliest)
  local above = start and heading_above(blocks, start, earliest)
  while above and blocks[above].level < blocks[start].level do
    start, above = above, heading_above(blocks, above, earliest)
  end
  return start or table_at
end

-- Of a text that asks for it (`landscape: true`) tables too wide for a page lie across, with the heading and the
-- sentence above them and their notes; what stands between two of them without another table does too.
local function landscape(doc)
  local form = FORMAT:match("typst") or FORMAT:match("docx")
  if not form or not doc.meta.landscape then return nil end
  local stretches = {}
  for position, block in ipairs(doc.blocks) do
    local tbl, last = labelled_table(block), stretches[#stretches]
    if tbl and is_wide(tbl) then
      local stop = position
      while is_note(doc.blocks[stop + 1]) do stop = stop + 1 end
      local start = beginning(doc.blocks, position, last and last.stop + 1 or 1)
      if last and not last.closed then last.stop = stop else table.insert(stretches, { start = start, stop = stop }) end
    elseif last and (tbl or position > last.stop + MOST_BETWEEN) then
      last.closed = true
    end
  end
  local raw = form == "docx" and "openxml" or "typst"
  for position = #stretches, 1, -1 do
    for place = stretches[position].start, raw == "typst" and stretches[position].stop or 0 do
      doc.blocks[place] = pandoc.Blocks({ doc.blocks[place] }):walk { Table = widened }[1]
    end
    doc.blocks:insert(stretches[position].stop + 1, pandoc.RawBlock(raw, ACROSS[form][2]))
    doc.blocks:insert(stretches[position].start, pandoc.RawBlock(raw, ACROSS[form][1]))
  end
  return doc
end

return {
  is_heading = is_heading,
  is_short = is_short,
  is_tall = is_tall,
  labelled_table = labelled_table,
  landscape = landscape,
  lies_across = lies_across,
}

-- What both renderers need: notes under tables (`::: {.table-note}`) in the style of each format, and headings
-- within tables (a row whose only text is bold and in its first cell) across all columns, and lists in Word.

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

local function is_heading(row)
  if #row.cells < 2 then return false end
  for position = 2, #row.cells do
    if #row.cells[position].contents > 0 then return false end
  end
  local blocks = row.cells[1].contents
  return #blocks == 1 and blocks[1].content and #blocks[1].content == 1 and blocks[1].content[1].t == "Strong"
end

local function spanning_headings(tbl)
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      if is_heading(row) then
        local first = row.cells[1]
        first.col_span = #row.cells
        row.cells = { first }
      end
    end
  end
  return tbl
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

local function in_text(doc)
  return pandoc.Pandoc(pandoc.Blocks(doc.blocks):map(function(block)
    if block.t == "BulletList" or block.t == "OrderedList" then return loose(block) or block end
    if block.t == "Div" then return block:walk { BulletList = loose, OrderedList = loose } end
    return block
  end), doc.meta)
end

return { { Div = table_note, Table = spanning_headings }, { Pandoc = in_text } }

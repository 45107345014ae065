-- What both renderers need: the note under a table (`::: {.table-note}`), in the style of each format.

function Div(div)
  if not div.classes:includes("table-note") then return nil end
  if FORMAT:match("docx") then
    div.attributes["custom-style"] = "Table Note"
    return div
  elseif FORMAT:match("typst") then
    local blocks = pandoc.Blocks { pandoc.RawBlock("typst", "#table-note[") }
    blocks:extend(div.content)
    blocks:insert(pandoc.RawBlock("typst", "]"))
    return blocks
  end
end

-- What Quarto writes into the text that Word should do: a heading's number, which Quarto puts before its words
-- ("1. Introduction"). Given here in the form of Pandoc's writer, so that the finishing finds one form only.

local function numbered(header)
  if not FORMAT:match("docx") then return nil end
  local number = header.attributes.number
  if not number then return nil end
  local first = header.content[1]
  local prefix = first and first.t == "Str" and first.text:match("^" .. number:gsub("%.", "%%.") .. "%.?$")
  if not prefix then return nil end
  header.content:remove(1)
  while header.content[1] and (header.content[1].t == "Space" or header.content[1].text == ". ") do
    header.content:remove(1)
  end
  local run = '<w:r><w:rPr><w:rStyle w:val="SectionNumber"/></w:rPr><w:t>%s</w:t></w:r><w:r><w:tab/></w:r>'
  header.content:insert(1, pandoc.RawInline("openxml", run:format(number)))
  return header
end

-- As in pandoc.lua: words that Quarto hides leave the spaces before and behind them.
local function single_spaced(inlines)
  local made = pandoc.Inlines {}
  for _, inline in ipairs(inlines) do
    local last = made[#made]
    if not (inline.t == "Space" and last and last.t == "Space") then made:insert(inline) end
  end
  return made
end

return { { Header = numbered, Inlines = single_spaced } }

-- What Quarto writes into the text that Word should do: a heading's number, which Quarto puts before its words
-- ("1. Introduction"). Given here in the form of Pandoc's writer, so that the finishing finds one form only.

-- Staged beside this filter.
local single_spaced = dofile("filters/single_spaces.lua")

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

return { { Header = numbered, Inlines = single_spaced } }

-- What Quarto 1.11 has done before a document's own filters run: passages that do not apply are out, and each
-- figure and table with a label stands in a Div of the kind FloatRefTarget.

local meta = {}

local function is_set(key)
  local value = meta
  for part in key:gmatch("[^.]+") do
    if type(value) ~= "table" then return false end
    value = value[part]
  end
  return value ~= nil and value ~= false
end

local function conditional(element)
  local hidden = element.classes:includes("content-hidden")
  if not hidden and not element.classes:includes("content-visible") then return nil end
  local attributes, holds = element.attributes, true
  if attributes["when-meta"] then holds = holds and is_set(attributes["when-meta"]) end
  if attributes["unless-meta"] then holds = holds and not is_set(attributes["unless-meta"]) end
  if holds ~= hidden then return element.content end
  return {}
end

local function float(kind)
  return function(element)
    if not element.identifier:match("^" .. kind .. "%-") then return nil end
    local caption = pandoc.utils.blocks_to_inlines(element.caption.long)
    local id = element.identifier
    element.identifier = ""
    element.caption = { long = {}, short = nil }
    local content = element.t == "Figure" and element.content or pandoc.Blocks { element }
    return pandoc.Div(
      { pandoc.Div(content), pandoc.Div { pandoc.Plain(caption) } },
      pandoc.Attr(id, {}, { { "__quarto_custom", "true" }, { "__quarto_custom_type", "FloatRefTarget" } })
    )
  end
end

local function image(element)
  local alt = element.attributes["fig-alt"]
  if not alt then return nil end
  element.attributes["fig-alt"] = nil
  if FORMAT:match("typst") then
    local text = alt:gsub('"', '\\"')
    return pandoc.RawInline("typst", '#box(image("' .. element.src .. '", alt: "' .. text .. '"))')
  end
  element.caption = { pandoc.Str(alt) }
  return element
end

function Pandoc(doc)
  meta = doc.meta
  for _, filter in ipairs { { Div = conditional, Span = conditional }, { Table = float("tbl"), Figure = float("fig") }, { Image = image } } do
    doc = doc:walk(filter)
    for key, value in pairs(doc.meta) do
      local kind = pandoc.utils.type(value)
      if kind == "Blocks" or kind == "Inlines" then doc.meta[key] = value:walk(filter) end
    end
  end
  return doc
end

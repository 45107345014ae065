-- Words that Quarto or Pandoc's filter hides leave the spaces before and behind them, both of which Word shows.

local function single_spaced(inlines)
  local made = pandoc.Inlines {}
  for _, inline in ipairs(inlines) do
    local last = made[#made]
    if not (inline.t == "Space" and last and last.t == "Space") then made:insert(inline) end
  end
  return made
end

return single_spaced

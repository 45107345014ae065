-- The form of a picture that a text names without one: PNG for Word, SVG for a page and for Typst.
-- Pandoc would give it while it reads, and the text is read once for all formats.

local form = FORMAT:match("docx") and ".png" or ".svg"

function Image(image)
  local _, extension = pandoc.path.split_extension(image.src)
  if extension ~= "" then return nil end
  image.src = image.src .. form
  return image
end

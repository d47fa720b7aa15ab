--[[ What is packed in a text: values from the third place of a list on, their number before them. So many are taken at a time
  since all that are taken lie on Lua's stack, which is bounded; first in the list is where the next piece begins, which is -1
  at the end. Returns the list, or none where more follow than is said. ]]
local PIECE = 1000
local function unpacked(text)
  local said = { cmsgpack.unpack_limit(text, PIECE, 0) }
  local last, taken = said[2] + 2, PIECE
  while said[1] ~= -1 do
    local piece = { cmsgpack.unpack_limit(text, PIECE, said[1]) }
    said[1] = piece[1]
    for i = 2, PIECE + 1 do
      said[taken + i] = piece[i]
    end
    taken = taken + PIECE
  end
  return said[last + 1] == nil and said
end

-- Shapes come again and again; forgotten when they have become much.
local shapes, shaped = {}, 0
local function shape_of(text)
  local said = shapes[text]
  if not said then
    at = 3
    said = unpacked(text) or malformed('more values than it says')
    shaped = shaped + #text
    if shaped > 262144 then
      shapes, shaped = {}, #text
    end
    shapes[text] = said
  end
  return said
end

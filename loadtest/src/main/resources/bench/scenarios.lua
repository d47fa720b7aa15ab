-- What wrk sends, by scenario. The environment says which one and with what; a run prints one line of JSON at its end.
local scenario, run = os.getenv('BENCH_SCENARIO'), os.getenv('BENCH_RUN')
local from, to = tonumber(os.getenv('BENCH_FROM')), tonumber(os.getenv('BENCH_TO'))
local items = tonumber(os.getenv('BENCH_ITEMS'))
local roots = {}
for program in os.getenv('BENCH_PROGRAMS'):gmatch('[^,]+') do
  roots[#roots + 1] = '/v1/programs/' .. program
end

-- The lines of a file, all of one length, as one text: millions of strings would keep the garbage collector busy. Returns a
-- function of a line's place, from 1, which begins again behind the last.
local function lines_of(name)
  local file = os.getenv(name) and io.open(os.getenv(name), 'rb')
  local text = file and file:read('*a') or ''
  local width = text:find('\n', 1, true) or 1
  local count = #text / width
  assert(count % 1 == 0, 'the lines of ' .. name .. ' are not of one length')
  return function(n)
    local from = (n - 1) % count * width
    return text:sub(from + 1, from + width - 1)
  end
end

local card, small = lines_of('BENCH_CARDS'), lines_of('BENCH_SMALL_CARDS')
local hot = os.getenv('BENCH_HOT_CARD')

local function redemption(n, secret, item, account)
  return '{"secret":"' .. secret .. '","item":"' .. item .. '","account":"' .. account .. '","reference":"r' .. n .. '"}'
end

-- The programs take turns, as their cards do in the files, and in each its items.
local function program(n)
  return (n - 1) % #roots + 1
end

local function each(n)
  return redemption(n, card(n), 'bench-' .. math.floor((n - 1) / #roots) % items + 1, 'u' .. n)
end

local function first()
  return 1
end

local scenarios = {
  echo = { '/redemptions', each },
  redeem = { '/redemptions', each },
  replay = { '/redemptions', each },
  quota = { '/redemptions', function(n) return redemption(n, card(n), 'bench-limited', 'one') end },
  soldout = { '/redemptions', function(n) return redemption(n, card(n), 'bench-sold-out', 'u' .. n) end },
  lookup = { '/cards/lookup', function(n) return '{"secret":"' .. card(n) .. '"}' end },
  hot = { '/redemptions', function(n) return redemption(n, hot, 'bench-1', 'u' .. n) end, first },
  checkout = { '/redemptions', function(n)
    return '{"pay":[{"secret":"' .. small(n) .. '"},{"secret":"' .. card(n)
        .. '"}],"items":[{"item":"bench-1"},{"item":"bench-2"},{"item":"bench-3"}],"account":"u' .. n
        .. '","reference":"r' .. n .. '"}'
  end },
}

local path, body, program_of = unpack(scenarios[scenario])
program_of = program_of or program
local authorization = 'Bearer ' .. os.getenv('BENCH_KEY')
local n = from - 1

request = function()
  n = n + 1
  if n > to then
    n = from
  end
  return wrk.format('POST', roots[program_of(n)] .. path, {
    ['Authorization'] = authorization,
    ['Content-Type'] = 'application/json',
    ['Idempotency-Key'] = run .. '-' .. n,
  }, body(n))
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
      '\n{"requests":%d,"seconds":%.6f,"refused":%d,"broken":%d,"p50_us":%d,"p99_us":%d,"p999_us":%d,"max_us":%d}\n',
      summary.requests, summary.duration / 1e6, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
      latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max))
end

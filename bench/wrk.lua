-- Sends the requests of a file in turn, and says what came of them on one line. A line of the file is its headers
-- with "\31" between them, a tab, and a body.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  requests, place, with_errors = {}, 0, 0
  for line in io.lines(arguments[1]) do
    local heads, body = line:match("^([^\t]*)\t(.*)$")
    local headers = { ["Content-Type"] = "application/json" }
    for name, value in heads:gmatch("([^:\31]+): ([^\31]+)") do
      headers[name] = value
    end
    table.insert(requests, wrk.format("POST", "/graphql", headers, body))
  end
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function response(status, headers, body)
  if body:sub(1, 10) == '{"errors":' then
    with_errors = with_errors + 1
  end
end

function done(summary, latency)
  local refused = 0
  for _, thread in ipairs(threads) do
    refused = refused + thread:get("with_errors")
  end
  local failed = summary.errors
  io.write(string.format(
    "figures %d %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    refused, failed.connect + failed.read + failed.write + failed.status + failed.timeout
  ))
end

-- For wrk, with one thread: each request carries the next pre-minted token of a file. Arguments: the name of the token's
-- header, the file, the text before the token, and `once` if a token may be sent only once.
local before, after, tokens, once

function init(arguments)
  wrk.headers[arguments[1]] = "@"
  local text = wrk.format()
  local at = text:find("@", 1, true)
  before, after = text:sub(1, at - 1) .. arguments[3], text:sub(at + 1)
  tokens, once = assert(io.open(arguments[2])), arguments[4] == "once"
end

function request()
  local token = tokens:read("*l")
  if token == nil then
    if once then
      io.stderr:write("no token is left: mint more\n")
      os.exit(1)
    end
    tokens:seek("set")
    token = tokens:read("*l")
  end
  return before .. token .. after
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("sent %d %d %d %d %.0f", summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(99)))
end

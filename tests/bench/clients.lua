-- For wrk: each request comes from the next browser of the file that BENCH_BROWSERS names (cookie, tab, token of forms),
-- with BENCH_BODY where something is posted; at the end the figures as one line of JSON.
local cookies, tokens, turn, body = {}, {}, 0, os.getenv("BENCH_BODY")
for line in io.lines(os.getenv("BENCH_BROWSERS")) do
  local cookie, token = line:match("^(.-)\t(.*)$")
  cookies[#cookies + 1], tokens[#tokens + 1] = cookie, token
end

function request()
  turn = turn % #cookies + 1
  wrk.headers["Cookie"] = cookies[turn]
  if body == "" then return wrk.format("GET") end
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["X-CSRFToken"] = tokens[turn]
  return wrk.format("POST", nil, nil, body)
end

function done(summary, latency)
  local wrong = summary.errors
  print(string.format('{"rate": %f, "p50_ms": %f, "p99_ms": %f, "errors": %d}',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    wrong.status + wrong.connect + wrong.read + wrong.write + wrong.timeout))
end

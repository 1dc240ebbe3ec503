-- For wrk: each request comes with the next cookie of the file that BENCH_COOKIES names; at the end the figures as one line of JSON.
local cookies, turn = {}, 0
for line in io.lines(os.getenv("BENCH_COOKIES")) do cookies[#cookies + 1] = line end

function request()
  turn = turn % #cookies + 1
  wrk.headers["Cookie"] = cookies[turn]
  return wrk.format("GET")
end

function done(summary, latency)
  local wrong = summary.errors
  print(string.format('{"rate": %f, "p50_ms": %f, "p99_ms": %f, "errors": %d}',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    wrong.status + wrong.connect + wrong.read + wrong.write + wrong.timeout))
end

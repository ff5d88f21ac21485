-- An evaluation for one of a thousand users of whom something is stored.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-API-Key"] = os.getenv("CLIENT_KEY")

request = function()
  local body = string.format('{"user_id":"user-%d","attributes":{"platform":"iPhone"}}', math.random(1000))
  return wrk.format(nil, nil, nil, body)
end

done = function(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), summary.duration))
end

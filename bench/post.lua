-- A request of an app for one of a million users; BODY_KEYS narrows a bulk request.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-API-Key"] = os.getenv("CLIENT_KEY")

local cities = { "New York", "Miami", "Boston", "Paris" }

request = function()
  local body = string.format(
    '{"user_id":"user-%d","attributes":{"platform":"iPhone","city":"%s","app_version":"5.1.0","plan":"free"}}',
    math.random(1000000), cities[math.random(#cities)])
  return wrk.format(nil, nil, nil, body)
end

done = function(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99), summary.duration))
end

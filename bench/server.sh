# Starting and filling a Flagstaff of its own for a benchmark. Sourced by bench/http and
# bench/publish and bench/list; leaves `base`, `folder`, `pid` and the functions below.

need() {
  command -v "$1" >/dev/null && return
  command -v apt-get >/dev/null || { echo "Please install $1." >&2; exit 1; }
  if [ "$(id -u)" = 0 ]; then apt-get install -y -qq "$2" >/dev/null; else sudo apt-get install -y -qq "$2" >/dev/null; fi
}

# serve NAME [ARGUMENT…]: starts a server whose output goes to a file, waits until it is ready, and
# sets `base` and `pid`.
serve() {
  local log="$folder/$1.log"
  shift
  FLAGSTAFF_DATA_DIR="$folder/data" FLAGSTAFF_KEY_LIMIT=10000 FLAGSTAFF_LOG_LEVEL=warn \
    "target/${PROFILE:-release}/flagstaff" serve --listen 127.0.0.1:0 "$@" >"$log" 2>&1 &
  pid=$!
  for _ in $(seq 600); do
    base=$(sed -n 's/^Flagstaff is ready at //p' "$log")
    [ -z "$base" ] || return 0
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  cat "$log" >&2
  exit 1
}

# flagstaff VERB…: the command line beside the running server.
flagstaff() { "target/${PROFILE:-release}/flagstaff" "$@" --data-dir "$folder/data"; }

# sign_in: makes an admin and sets `token`.
sign_in() {
  echo "a long enough password" |
    flagstaff user add --email bench@example.com --name Bench --role admin --password-stdin >/dev/null
  login
}

# login: sets `token`, which is good for 15 minutes.
login() {
  token=$(curl -sS "$base/api/v1/auth/login" -H 'Content-Type: application/json' \
    -d '{"username":"bench@example.com","password":"a long enough password"}' |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/')
}

# api METHOD PATH JSON
api() {
  curl -sS --fail-with-body -X "$1" "$base/api/v1$2" -H "Authorization: Bearer $token" \
    -H 'Content-Type: application/json' -d "$3"
}

# add_flags FROM TO: flags with two conditions and a percentage, live in production.
add_flags() {
  local number
  for number in $(seq "$1" "$2"); do
    api POST /feature-flags "{\"key\":\"flag-$number\",\"name\":\"Flag $number\",\"status\":\"ACTIVE\",
      \"rollout_percentage\":30,\"targeting_rules\":[
        {\"attribute\":\"platform\",\"operator\":\"equals\",\"value\":\"iPhone\"},
        {\"attribute\":\"city\",\"operator\":\"in\",\"value\":[\"New York\",\"Miami\"]}]}" >/dev/null
  done
}

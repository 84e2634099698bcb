@% set api = first_of("http.api", unit).facts %@
@% set noun = params.noun %@
@% set many = noun | plural | kebab %@
@% set front = contributions("smoke.front") | map(attribute="value") | selectattr("of", "eq", unit.name) | first | default(none) %@
@% set password = (variables | selectattr("unit", "eq", unit.name) | selectattr("name", "eq", "SEED_PASSWORD") | first)["values"][local.name].text | first %@
@% if front or "http" in published %@
# End to end with one @{ noun | title | lower }@ of `@{ unit.name }@`: log in@{ " through `" ~ front.name ~ "`" if front }@, create it, wait until it is confirmed@{ " and shown on the page" if front }@.
@% if front %@
base=@{ front.address }@
@% else %@
base=http://localhost:$(setting @{ published.http.variable }@ @{ published.http.port }@)
@% endif %@
jar=$(mktemp)
trap 'rm -f "$jar"' EXIT
trap 'exit 130' INT TERM

call() { # CURL ARGUMENTS: curl with the session cookies
  curl --silent --show-error --fail-with-body --max-time 60 --cookie "$jar" --cookie-jar "$jar" "$@"
}

send() { # PATH: POST the JSON from standard input
  token=$(awk '$6 == "csrftoken" { print $7 }' "$jar")
  call --header 'Content-Type: application/json' --header "X-CSRFToken: $token" --data-binary @- "$base@{ api.path }@$1"
}

field() { # NAME: a string field of the JSON on standard input
  sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"
}

scripts/seed >/dev/null

code=$(curl --silent --max-time 60 --output /dev/null --write-out '%{http_code}' "$base@{ api.path }@/@{ many }@/")
case $code in
401) echo "ok: anonymous access is rejected" ;;
*) fail "anonymous access to the @{ noun | plural | title | lower }@ returned $code" ;;
esac

call --output /dev/null "$base@{ api.path }@/auth/csrf/"
printf '{"username": "demo", "password": "%s"}' "$(setting @{ password.secret }@ '')" | send /auth/login/ >/dev/null ||
  fail 'the demo user could not log in'
echo "ok: logged in at $base"

title="Smoke $(date +%s) $$"
created=$(printf '{"title": "%s", "quantity": 3}' "$title" | send /@{ many }@/) || fail "not created: $created"
id=$(echo "$created" | field id)
[ -n "$id" ] || fail "no id in $created"
echo "ok: created $id"

status=
for _ in $(seq 60); do
  status=$(call "$base@{ api.path }@/@{ many }@/$id/" | field status | head -n 1)
  case $status in
  confirmed) break ;;
  failed) fail "$id failed" ;;
  esac
  sleep 1
done
[ "$status" = confirmed ] || fail "$id is still $status after a minute: is a worker running?"
echo 'ok: it was confirmed'
@% if front %@

@{ front.page | trim }@
@% endif %@
@% endif %@

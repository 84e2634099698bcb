@# What is published, and who confirms what it makes. #@
@% set found = namespace(services=[], waits=contributions("smoke.item") | length > 0) %@
@% for one in instances if one.params.http and "http" in one.published %@
@% set own = one.unit.processes | map(attribute="id") | list %@
@% set asked = namespace(by=[]) %@
@% for other in units if other.bindings | selectattr("unit", "eq", one.name) | selectattr("capability", "eq", "grpc.service") | list %@
@% set theirs = other.processes | map(attribute="id") | list %@
@% for channel in channels if channel.publishers | select("in", own) | list and channel.consumers | select("in", theirs) | list %@
@% set asked.by = asked.by + [other.name] %@
@% endfor %@
@% endfor %@
@% set found.waits = found.waits or asked.by | length > 0 %@
@% set found.services = found.services + [{"one": one, "confirmed": asked.by | unique | list}] %@
@% endfor %@
@% if found.services %@
# What a user creates is stored, published, consumed and carried to its end.
# The gateway says who a user is; on this machine there is none, so that the caller says it.
user=smoke-$(date +%s)-$$

call() { # CURL ARGUMENTS
  curl --silent --show-error --fail-with-body --max-time 60 --header "X-User-Id: $user" "$@"
}

send() { # URL KEY, a JSON text on standard input
  call --header 'Content-Type: application/json' --header "Idempotency-Key: $2" --data-binary @- "$1"
}

field() { # NAME: the text of the first field of that name, from JSON on standard input
  sed -n "s/^[^{]*{.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1
}
@% if found.waits %@

until_is() { # URL STATUS WHO
  for _ in $(seq 60); do
    status=$(call "$1" | field status)
    [ "$status" = "$2" ] && return 0
    sleep 1
  done
  fail "$1 is still $status after a minute: is $3 running?"
}
@% endif %@
@% for item in found.services %@
@% set service = item.one %@
@% set http = service.published.http %@
@% set many = service.params.noun | plural | kebab %@

# @{ service.name }@
base=http://localhost:$(setting @{ http.variable }@ @{ http.port }@)/v1/@{ many }@
body='{"reference": "smoke", "amount": 1999, "currency": "EUR"}'
code=$(curl --silent --max-time 60 --output /dev/null --write-out '%{http_code}' --request POST "$base")
[ "$code" = 401 ] || fail "a stranger wrote to $base and got $code"
echo "ok: a stranger is refused ($code)"
created=$(echo "$body" | send "$base" "$user-@{ service.name }@") || fail "not created: $created"
@% if service.params.database %@
id=$(echo "$created" | field id)
[ -n "$id" ] || fail "no id in $created"
again=$(echo "$body" | send "$base" "$user-@{ service.name }@" | field id)
[ "$again" = "$id" ] || fail "the same key made $id and $again"
echo "ok: created $id, once"
@% if item.confirmed %@
until_is "$base/$id" confirmed '@{ item.confirmed | join(" and ") }@'
echo 'ok: its event was consumed, and it was confirmed'
@% endif %@
@% for part in contributions("smoke.item") if part.name == service.name %@
@{ part.value | trim }@
@% endfor %@
@% else %@
[ "$(echo "$created" | field status)" = assessed ] || fail "not assessed: $created"
echo 'ok: assessed, and nothing kept'
@% endif %@
@% endfor %@
@% endif %@

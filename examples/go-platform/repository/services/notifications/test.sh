#!/bin/sh
# Tests the service and the shared packages that it uses, in an order that differs each time: those of other services
# want other servers. It fails below a share of covered statements.
set -eu
cd "$(dirname "$0")/../.."
least=85 # per cent

# What would hold up the release before it or lose data is refused, and allowed where it is meant by a comment in front:
# -- squawk-ignore RULE. Each migration is one transaction, and the program that applies them sets both timeouts.
squawk --assume-in-transaction --pg-version 18 --exclude=require-lock-timeout,require-statement-timeout \
  services/notifications/migrations/*.sql

packages=$(go list -deps -f '{{ if .Module }}{{ if .Module.Main }}{{ .ImportPath }}{{ end }}{{ end }}' "./services/notifications/..." |
  grep -v "^git.example.com/acme/shop/gen/")
# cmd/ is not counted: it puts the rest together, on fixed ports, and `make smoke` uses it as a whole.
counted=$(echo "$packages" | grep -v /cmd/ | paste -s -d , -)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Each package's own share of all that is counted says nothing; the total comes last.
# shellcheck disable=SC2086 # a list
{
  go test -race -shuffle=on -coverpkg="$counted" -coverprofile="$work/profile" $packages && : >"$work/passed"
} | sed 's/[[:space:]]*coverage: .*//'
[ -e "$work/passed" ]
go tool cover -func="$work/profile" | awk -v least="$least" '
  END {
    covered = $NF + 0
    print "covered: " $NF " of statements; at least " least " % must be"
    exit covered < least
  }'

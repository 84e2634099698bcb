#!/bin/sh
# Tests the service and the shared packages that it imports, in random order. Packages of other services need other
# servers. Fails if the coverage is below the minimum.
set -eu
cd "$(dirname "$0")/../.."
least=85 # minimum coverage in per cent

# Rejects migrations that block the running release or lose data. To allow one on purpose, put this comment before it:
# -- squawk-ignore RULE. Each migration runs in one transaction, and the migrate command sets both timeouts.
squawk --assume-in-transaction --pg-version 18 --exclude=require-lock-timeout,require-statement-timeout \
  services/notifications/migrations/*.sql

packages=$(go list -deps -f '{{ if .Module }}{{ if .Module.Main }}{{ .ImportPath }}{{ end }}{{ end }}' "./services/notifications/..." |
  grep -v "^git.example.com/acme/shop/gen/")
# cmd/ does not count towards coverage: it only wires packages together on fixed ports, which `make smoke` tests.
counted=$(echo "$packages" | grep -v /cmd/ | paste -s -d , -)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The coverage per package is meaningless with -coverpkg, so it is removed. The total is printed last.
# shellcheck disable=SC2086 # a list
{
  go test -race -shuffle=on -coverpkg="$counted" -coverprofile="$work/profile" $packages && : >"$work/passed"
} | sed 's/[[:space:]]*coverage: .*//'
[ -e "$work/passed" ]
go tool cover -func="$work/profile" | awk -v least="$least" '
  END {
    covered = $NF + 0
    print "coverage: " $NF " of statements; the minimum is " least " %"
    exit covered < least
  }'

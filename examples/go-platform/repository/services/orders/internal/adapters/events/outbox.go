package events

import "git.example.com/acme/shop/pkg/outbox"

// Outbox stores events in the write-ahead log. Migration, emitter and relay share its names.
var Outbox = outbox.WAL{Names: outbox.NamesOf("orders")}

package events

import "git.example.com/acme/shop/pkg/outbox"

// Outbox is where events wait for the relay: the write-ahead log, under names that migration, emitter and relay share.
var Outbox = outbox.WAL{Names: outbox.NamesOf("orders")}

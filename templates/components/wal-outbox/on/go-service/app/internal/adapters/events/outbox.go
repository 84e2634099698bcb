package events

import "@{ project.module }@/pkg/outbox"

// Outbox stores events in the write-ahead log. Migration, emitter and relay share its names.
var Outbox = outbox.WAL{Names: outbox.NamesOf("@{ unit.name }@")}

package events

import "@{ project.module }@/pkg/outbox"

// Outbox stores events in a table of the service's database.
var Outbox outbox.Table

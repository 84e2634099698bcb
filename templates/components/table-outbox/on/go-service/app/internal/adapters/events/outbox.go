package events

import "@{ project.module }@/pkg/outbox"

// Outbox is where events wait for the relay: a table of the service's own database.
var Outbox outbox.Table

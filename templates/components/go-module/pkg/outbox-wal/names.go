package outbox

import "strings"

// Names are the names that everything about one service's outbox in the write-ahead log goes by, derived from the service's own in this
// one place: a slot that is created under one name and read under another keeps write-ahead log for ever.
type Names struct {
	// Slot is the logical replication slot, and the publication that pgoutput asks for.
	Slot string
	// Prefix marks the messages that are events of this service.
	Prefix string
	// Heartbeat marks the messages by which an idle relay moves its slot on.
	Heartbeat string
}

// NamesOf derives the names from a service's name.
func NamesOf(service string) Names {
	name := strings.ReplaceAll(service, "-", "_") + "_outbox"
	return Names{Slot: name, Prefix: name, Heartbeat: name + ".heartbeat"}
}

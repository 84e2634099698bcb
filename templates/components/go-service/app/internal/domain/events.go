package domain

import "time"

// Event types.
const (
	EventCreated   = "@{ params.noun | snake }@.created"
	EventConfirmed = "@{ params.noun | snake }@.confirmed"
)

// Event is a domain event that other services may consume.
type Event struct {
	ID         ID
	Type       string
	Subject    @{ params.noun | pascal }@
	OccurredAt time.Time
}

// NewEvent creates an event of the given type with a new id.
func NewEvent(kind string, subject @{ params.noun | pascal }@, now time.Time) Event {
	return Event{ID: NewID(), Type: kind, Subject: subject, OccurredAt: now.UTC()}
}

package domain

import "time"

// What others are told about.
const (
	EventCreated   = "@{ params.noun | snake }@.created"
	EventConfirmed = "@{ params.noun | snake }@.confirmed"
)

// Event is something that happened and that others may know.
type Event struct {
	ID         ID
	Type       string
	Subject    @{ params.noun | pascal }@
	OccurredAt time.Time
}

// NewEvent says what happened to it.
func NewEvent(kind string, subject @{ params.noun | pascal }@, now time.Time) Event {
	return Event{ID: NewID(), Type: kind, Subject: subject, OccurredAt: now.UTC()}
}

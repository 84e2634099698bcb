package domain

import "time"

// What others are told about.
const (
	EventCreated   = "order.created"
	EventConfirmed = "order.confirmed"
)

// Event is something that happened and that others may know.
type Event struct {
	ID         ID
	Type       string
	Subject    Order
	OccurredAt time.Time
}

// NewEvent says what happened to it.
func NewEvent(kind string, subject Order, now time.Time) Event {
	return Event{ID: NewID(), Type: kind, Subject: subject, OccurredAt: now.UTC()}
}

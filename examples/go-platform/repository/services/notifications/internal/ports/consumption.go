package ports

import (
	"context"

	"git.example.com/acme/shop/services/notifications/internal/domain"
)

// Origin identifies the resource of another service that an event is about.
type Origin struct {
	Service string
	ID      domain.ID
}

// Next runs the follow-up of an event. Implementations are idempotent per event.
type Next interface {
	Follow(ctx context.Context, event domain.ID, origin Origin) error
}

// Inbox deduplicates events.
type Inbox interface {
	// Receive runs change and records the event id in one transaction. For a duplicate, change does not run and fresh
	// is false.
	Receive(ctx context.Context, event domain.ID, change func(ctx context.Context, tx OriginTx) error) (fresh bool, err error)
	// For runs change in one transaction on the resource created for the origin, or returns [domain.ErrNotFound].
	For(ctx context.Context, origin Origin, change func(ctx context.Context, tx Tx, item domain.Notification) error) error
}

// OriginTx is a transaction that also records the origin of a resource.
type OriginTx interface {
	Tx
	// AddFor inserts a resource unless the origin has one.
	AddFor(ctx context.Context, origin Origin, item domain.Notification) error
}

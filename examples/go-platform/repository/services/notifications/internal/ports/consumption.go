package ports

import (
	"context"

	"git.example.com/acme/shop/services/notifications/internal/domain"
)

// Origin is what of another service something is for.
type Origin struct {
	Service string
	ID      domain.ID
}

// Next is asked for what follows an event. Asked again for the same event, it does nothing more.
type Next interface {
	Follow(ctx context.Context, event domain.ID, origin Origin) error
}

// Inbox makes the effect of an event happen once.
type Inbox interface {
	// Receive does a change in one transaction with remembering the event; fresh is false when it was remembered.
	Receive(ctx context.Context, event domain.ID, change func(ctx context.Context, tx OriginTx) error) (fresh bool, err error)
	// For does a change in one transaction with what was made for the origin, or gives [domain.ErrNotFound].
	For(ctx context.Context, origin Origin, change func(ctx context.Context, tx Tx, item domain.Notification) error) error
}

// OriginTx is a transaction that also knows what things are for.
type OriginTx interface {
	Tx
	// AddFor keeps a new one, unless there is one for the origin.
	AddFor(ctx context.Context, origin Origin, item domain.Notification) error
}

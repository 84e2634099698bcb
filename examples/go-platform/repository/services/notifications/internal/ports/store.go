// Package ports says what the application needs of the outside, in its own words.
package ports

import (
	"context"

	"git.example.com/acme/shop/services/notifications/internal/domain"
)

// Store keeps what there is.
type Store interface {
	// Within does a change in one transaction: all of it or nothing.
	Within(ctx context.Context, change func(ctx context.Context, tx Tx) error) error
	// Get finds one of a user's own, or gives [domain.ErrNotFound].
	Get(ctx context.Context, userID string, id domain.ID) (domain.Notification, error)
	// List gives a user's own, newest first, those before the given one; all when it is empty.
	List(ctx context.Context, userID string, before domain.ID, limit int) ([]domain.Notification, error)
}

// Tx is a transaction.
type Tx interface {
	Add(ctx context.Context, item domain.Notification) error
	// Find locks it until the transaction ends.
	Find(ctx context.Context, id domain.ID) (domain.Notification, error)
	Save(ctx context.Context, item domain.Notification) error
	// Remember keeps a request's key, unless there is one already: then it gives that one and false.
	Remember(ctx context.Context, key Key) (kept Key, fresh bool, err error)
}

// Key is how a user's repeated request is recognised, and what it had made.
type Key struct {
	UserID      string
	Text        string
	Fingerprint string // of what was asked for
	ID          domain.ID
}

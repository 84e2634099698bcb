// Package ports says what the application needs of the outside, in its own words.
package ports

import (
	"context"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

@% if params.http or params.grpc %@
// Store keeps what there is.
type Store interface {
	// Within does a change in one transaction: all of it or nothing.
	Within(ctx context.Context, change func(ctx context.Context, tx Tx) error) error
	// Get finds one of a user's own, or gives [domain.ErrNotFound].
	Get(ctx context.Context, userID string, id domain.ID) (domain.@{ params.noun | pascal }@, error)
	// List gives a user's own, newest first, those before the given one; all when it is empty.
	List(ctx context.Context, userID string, before domain.ID, limit int) ([]domain.@{ params.noun | pascal }@, error)
}

@% endif %@
// Tx is a transaction.
type Tx interface {
	Add(ctx context.Context, item domain.@{ params.noun | pascal }@) error
	// Find locks it until the transaction ends.
	Find(ctx context.Context, id domain.ID) (domain.@{ params.noun | pascal }@, error)
	Save(ctx context.Context, item domain.@{ params.noun | pascal }@) error
@% if params.http or params.grpc %@
	// Remember keeps a request's key, unless there is one already: then it gives that one and false.
	Remember(ctx context.Context, key Key) (kept Key, fresh bool, err error)
@% endif %@
@% if params.publishes %@
	// Publish makes an event part of the transaction: others get to know it if, and only if, it is committed.
	Publish(ctx context.Context, event domain.Event) error
@% endif %@
}
@% if params.http or params.grpc %@

// Key is how a user's repeated request is recognised, and what it had made.
type Key struct {
	UserID      string
	Text        string
	Fingerprint string // of what was asked for
	ID          domain.ID
}
@% endif %@

// Package ports declares the interfaces that the application needs from its adapters.
package ports

import (
	"context"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

@% if params.http or params.grpc %@
// Store persists resources.
type Store interface {
	// Within runs change in one transaction and rolls it back if change returns an error.
	Within(ctx context.Context, change func(ctx context.Context, tx Tx) error) error
	// Get returns a resource that the user owns, or [domain.ErrNotFound].
	Get(ctx context.Context, userID string, id domain.ID) (domain.@{ params.noun | pascal }@, error)
	// List returns the user's resources older than before, newest first. An empty before starts at the newest.
	List(ctx context.Context, userID string, before domain.ID, limit int) ([]domain.@{ params.noun | pascal }@, error)
}

@% endif %@
// Tx is an open transaction.
type Tx interface {
	Add(ctx context.Context, item domain.@{ params.noun | pascal }@) error
	// Find locks the row until the transaction ends.
	Find(ctx context.Context, id domain.ID) (domain.@{ params.noun | pascal }@, error)
	Save(ctx context.Context, item domain.@{ params.noun | pascal }@) error
@% if params.http or params.grpc %@
	// Remember stores an idempotency key. If the key exists, it returns the stored one and fresh is false.
	Remember(ctx context.Context, key Key) (kept Key, fresh bool, err error)
@% endif %@
@% if params.publishes %@
	// Publish writes an event to the outbox. It is published only if the transaction commits.
	Publish(ctx context.Context, event domain.Event) error
@% endif %@
}
@% if params.http or params.grpc %@

// Key is a stored idempotency key and the resource that its request created.
type Key struct {
	UserID      string
	Text        string
	Fingerprint string // hash of the request's content
	ID          domain.ID
}
@% endif %@

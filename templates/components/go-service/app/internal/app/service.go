// Package app implements the use cases.
package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

// Service implements the use cases on top of a store.
type Service struct {
	store ports.Store
}

// New creates a Service.
func New(store ports.Store) *Service { return &Service{store: store} }

// Create is idempotent per user and idempotency key: a repeated request returns the resource created first, in its
// current state. The same key with a different draft returns [domain.ErrKeyReused].
func (s *Service) Create(ctx context.Context, draft domain.Draft, key string) (domain.@{ params.noun | pascal }@, error) {
	now := time.Now()
	item, err := domain.New@{ params.noun | pascal }@(draft, now)
	if err != nil {
		return domain.@{ params.noun | pascal }@{}, err
	}
	err = s.store.Within(ctx, func(ctx context.Context, tx ports.Tx) error {
		wanted := ports.Key{UserID: item.UserID, Text: key, Fingerprint: fingerprint(item), ID: item.ID}
		kept, fresh, err := tx.Remember(ctx, wanted)
		if err != nil {
			return err
		}
		if !fresh {
			if kept.Fingerprint != wanted.Fingerprint {
				return domain.ErrKeyReused
			}
			item, err = tx.Find(ctx, kept.ID)
			return err
		}
@% if params.publishes %@
		if err := tx.Add(ctx, item); err != nil {
			return err
		}
		return tx.Publish(ctx, domain.NewEvent(domain.EventCreated, item, now))
@% else %@
		return tx.Add(ctx, item)
@% endif %@
	})
	if err != nil {
		return domain.@{ params.noun | pascal }@{}, err
	}
	return item, nil
}

// Get returns a resource that the user owns, or [domain.ErrNotFound].
func (s *Service) Get(ctx context.Context, userID string, id domain.ID) (domain.@{ params.noun | pascal }@, error) {
	return s.store.Get(ctx, userID, id)
}

// List returns one page of the user's resources, newest first, and the cursor of the next page; the cursor is empty on
// the last page.
func (s *Service) List(
	ctx context.Context, userID string, before domain.ID, limit int,
) (page []domain.@{ params.noun | pascal }@, next domain.ID, err error) {
	page, err = s.store.List(ctx, userID, before, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].ID
	}
	return page, next, nil
}

// Confirm is idempotent and does not check ownership: other services call it.
func (s *Service) Confirm(ctx context.Context, id domain.ID) (domain.@{ params.noun | pascal }@, error) {
	var item domain.@{ params.noun | pascal }@
	err := s.store.Within(ctx, func(ctx context.Context, tx ports.Tx) error {
		found, err := tx.Find(ctx, id)
		if err != nil {
			return err
		}
		now := time.Now()
		confirmed, changed := found.Confirmed(now)
		item = confirmed
		if !changed {
			return nil
		}
@% if params.publishes %@
		if err := tx.Save(ctx, item); err != nil {
			return err
		}
		return tx.Publish(ctx, domain.NewEvent(domain.EventConfirmed, item, now))
@% else %@
		return tx.Save(ctx, item)
@% endif %@
	})
	if err != nil {
		return domain.@{ params.noun | pascal }@{}, err
	}
	return item, nil
}

// fingerprint hashes the request's content, to detect an idempotency key that is reused for a different request.
func fingerprint(item domain.@{ params.noun | pascal }@) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %s", item.Reference, item.Amount, item.Currency))
	return hex.EncodeToString(sum[:])
}

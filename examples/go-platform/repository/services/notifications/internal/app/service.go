// Package app does what users and other services ask for.
package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"git.example.com/acme/shop/services/notifications/internal/domain"
	"git.example.com/acme/shop/services/notifications/internal/ports"
)

// Service is the use cases around one store.
type Service struct {
	store ports.Store
}

// New makes the use cases.
func New(store ports.Store) *Service { return &Service{store: store} }

// Create makes one of a draft. The same user's same key gives the same one again, as it is by now.
func (s *Service) Create(ctx context.Context, draft domain.Draft, key string) (domain.Notification, error) {
	now := time.Now()
	item, err := domain.NewNotification(draft, now)
	if err != nil {
		return domain.Notification{}, err
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
		return tx.Add(ctx, item)
	})
	if err != nil {
		return domain.Notification{}, err
	}
	return item, nil
}

// Get finds one of the user's own.
func (s *Service) Get(ctx context.Context, userID string, id domain.ID) (domain.Notification, error) {
	return s.store.Get(ctx, userID, id)
}

// List gives a page of the user's own, newest first, and where the next one begins; empty at the end.
func (s *Service) List(
	ctx context.Context, userID string, before domain.ID, limit int,
) (page []domain.Notification, next domain.ID, err error) {
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

// Confirm confirms it, whoever it belongs to. Doing so again changes nothing.
func (s *Service) Confirm(ctx context.Context, id domain.ID) (domain.Notification, error) {
	var item domain.Notification
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
		return tx.Save(ctx, item)
	})
	if err != nil {
		return domain.Notification{}, err
	}
	return item, nil
}

// fingerprint is what two requests for the same thing have in common.
func fingerprint(item domain.Notification) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %s", item.Reference, item.Amount, item.Currency))
	return hex.EncodeToString(sum[:])
}

// Package ports says what the application needs of the outside, in its own words.
package ports

import (
	"context"

	"git.example.com/acme/shop/services/notifications/internal/domain"
)

// Tx is a transaction.
type Tx interface {
	Add(ctx context.Context, item domain.Notification) error
	// Find locks it until the transaction ends.
	Find(ctx context.Context, id domain.ID) (domain.Notification, error)
	Save(ctx context.Context, item domain.Notification) error
}

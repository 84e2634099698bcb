// Package ports declares the interfaces that the application needs from its adapters.
package ports

import (
	"context"

	"git.example.com/acme/shop/services/notifications/internal/domain"
)

// Tx is an open transaction.
type Tx interface {
	Add(ctx context.Context, item domain.Notification) error
	// Find locks the row until the transaction ends.
	Find(ctx context.Context, id domain.ID) (domain.Notification, error)
	Save(ctx context.Context, item domain.Notification) error
}

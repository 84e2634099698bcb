// Package app implements the use cases.
package app

import (
	"context"
	"time"

	"git.example.com/acme/shop/services/notifications/internal/domain"
	"git.example.com/acme/shop/services/notifications/internal/ports"
)

// Consumption handles events of other services.
type Consumption struct {
	inbox ports.Inbox
	next  ports.Next
}

// NewConsumption creates the use case. next processes each event further.
func NewConsumption(inbox ports.Inbox, next ports.Next) *Consumption {
	return &Consumption{inbox: inbox, next: next}
}

// Take creates a resource for the origin. It is idempotent per event id; fresh is false for a duplicate.
//
// The follow-up runs on every delivery, because the process may have crashed between the commit and the follow-up.
func (c *Consumption) Take(ctx context.Context, event domain.ID, origin ports.Origin, draft domain.Draft) (fresh bool, err error) {
	now := time.Now()
	item, err := domain.NewNotification(draft, now)
	if err != nil {
		return false, err
	}
	fresh, err = c.inbox.Receive(ctx, event, func(ctx context.Context, tx ports.OriginTx) error {
		return tx.AddFor(ctx, origin, item)
	})
	if err != nil {
		return false, err
	}
	return fresh, c.next.Follow(ctx, event, origin)
}

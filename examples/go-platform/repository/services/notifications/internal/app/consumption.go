// Package app does what the events of other services ask for.
package app

import (
	"context"
	"time"

	"git.example.com/acme/shop/services/notifications/internal/domain"
	"git.example.com/acme/shop/services/notifications/internal/ports"
)

// Consumption takes in what other services made.
type Consumption struct {
	inbox ports.Inbox
	next  ports.Next
}

// NewConsumption makes the use case; what follows is left to next.
func NewConsumption(inbox ports.Inbox, next ports.Next) *Consumption {
	return &Consumption{inbox: inbox, next: next}
}

// Take makes one of the draft for the origin, once however often the event comes; fresh is false when it came before.
//
// What follows is asked for each time: the process may have ended after the transaction and before that.
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

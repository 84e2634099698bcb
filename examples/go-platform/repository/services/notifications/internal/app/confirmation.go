package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"git.example.com/acme/shop/services/notifications/internal/domain"
	"git.example.com/acme/shop/services/notifications/internal/ports"
)

// Confirmation processes events of other services.
type Confirmation struct {
	Inbox ports.Inbox
	Peers ports.Confirmer
	// Takes is how long the simulated work takes.
	Takes time.Duration
}

// Follow implements [ports.Next] for services without a task queue.
func (c *Confirmation) Follow(ctx context.Context, _ domain.ID, origin ports.Origin) error {
	return c.Confirm(ctx, origin)
}

// Confirm does the work and confirms the resources. It is idempotent.
func (c *Confirmation) Confirm(ctx context.Context, origin ports.Origin) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(c.Takes):
	}
	if err := c.own(ctx, origin); err != nil {
		return err
	}
	if !slices.Contains(confirms, origin.Service) {
		return nil
	}
	return c.Peers.Confirm(ctx, origin.Service, origin.ID)
}

// confirms lists the services whose resources are confirmed.
var confirms = []string{
	"orders",
}

func (c *Confirmation) own(ctx context.Context, origin ports.Origin) error {
	return c.Inbox.For(ctx, origin, func(ctx context.Context, tx ports.Tx, item domain.Notification) error {
		now := time.Now()
		confirmed, changed := item.Confirmed(now)
		if !changed {
			return nil
		}
		return tx.Save(ctx, confirmed)
	})
}

// Hopeless says whether a retry cannot succeed.
func Hopeless(err error) bool {
	_, invalid := errors.AsType[*domain.InvalidError](err)
	return invalid || errors.Is(err, domain.ErrNotFound)
}

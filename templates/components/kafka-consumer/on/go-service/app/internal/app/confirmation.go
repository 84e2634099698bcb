package app

import (
	"context"
	"errors"
@% if unit.params.calls %@
	"slices"
@% endif %@
	"time"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)
@% set several = unit.params.database or unit.params.calls %@

// Confirmation processes events of other services.
type Confirmation struct {
@% if unit.params.database %@
	Inbox ports.Inbox
@% endif %@
@% if unit.params.calls %@
	Peers ports.Confirmer
@% endif %@
	// Takes is how long the simulated work takes.
	Takes time.Duration
}

// Follow implements [ports.Next] for services without a task queue.
func (c *Confirmation) Follow(ctx context.Context, _ domain.ID, origin ports.Origin) error {
	return c.Confirm(ctx, origin)
}

// Confirm does the work@{ " and confirms the resources" if several else "" }@. It is idempotent.
func (c *Confirmation) Confirm(ctx context.Context, origin ports.Origin) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(c.Takes):
	}
@% if unit.params.database %@
	if err := c.own(ctx, origin); err != nil {
		return err
	}
@% endif %@
@% if unit.params.calls %@
	if !slices.Contains(confirms, origin.Service) {
		return nil
	}
	return c.Peers.Confirm(ctx, origin.Service, origin.ID)
@% else %@
	return nil
@% endif %@
}
@% if unit.params.calls %@

// confirms lists the services whose resources are confirmed.
var confirms = []string{
@% for name in unit.params.calls | sort %@
	"@{ name }@",
@% endfor %@
}
@% endif %@
@% if unit.params.database %@

func (c *Confirmation) own(ctx context.Context, origin ports.Origin) error {
	return c.Inbox.For(ctx, origin, func(ctx context.Context, tx ports.Tx, item domain.@{ unit.params.noun | pascal }@) error {
		now := time.Now()
		confirmed, changed := item.Confirmed(now)
		if !changed {
			return nil
		}
@% if unit.params.publishes %@
		if err := tx.Save(ctx, confirmed); err != nil {
			return err
		}
		return tx.Publish(ctx, domain.NewEvent(domain.EventConfirmed, confirmed, now))
@% else %@
		return tx.Save(ctx, confirmed)
@% endif %@
	})
}

// Hopeless says whether a retry cannot succeed.
func Hopeless(err error) bool {
	_, invalid := errors.AsType[*domain.InvalidError](err)
	return invalid || errors.Is(err, domain.ErrNotFound)
}
@% else %@

// Hopeless says whether a retry cannot succeed.
func Hopeless(err error) bool { return errors.Is(err, domain.ErrNotFound) }
@% endif %@

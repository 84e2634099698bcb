@% if not (unit.params.http or unit.params.grpc) %@
// Package app implements the use cases.
@% endif %@
package app

import (
	"context"
@% if unit.params.database %@
	"time"
@% endif %@

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

// Consumption handles events of other services.
type Consumption struct {
@% if unit.params.database %@
	inbox ports.Inbox
	next  ports.Next
@% else %@
	next ports.Next
@% endif %@
}

@% if unit.params.database %@
// NewConsumption creates the use case. next processes each event further.
func NewConsumption(inbox ports.Inbox, next ports.Next) *Consumption {
	return &Consumption{inbox: inbox, next: next}
}

// Take creates a resource for the origin. It is idempotent per event id; fresh is false for a duplicate.
//
// The follow-up runs on every delivery, because the process may have crashed between the commit and the follow-up.
func (c *Consumption) Take(ctx context.Context, event domain.ID, origin ports.Origin, draft domain.Draft) (fresh bool, err error) {
	now := time.Now()
	item, err := domain.New@{ unit.params.noun | pascal }@(draft, now)
	if err != nil {
		return false, err
	}
	fresh, err = c.inbox.Receive(ctx, event, func(ctx context.Context, tx ports.OriginTx) error {
@% if unit.params.publishes %@
		if err := tx.AddFor(ctx, origin, item); err != nil {
			return err
		}
		return tx.Publish(ctx, domain.NewEvent(domain.EventCreated, item, now))
@% else %@
		return tx.AddFor(ctx, origin, item)
@% endif %@
	})
	if err != nil {
		return false, err
	}
	return fresh, c.next.Follow(ctx, event, origin)
}
@% else %@
// NewConsumption creates the use case. next processes each event further.
func NewConsumption(next ports.Next) *Consumption { return &Consumption{next: next} }

// Take requests the follow-up. next deduplicates by event id.
func (c *Consumption) Take(ctx context.Context, event domain.ID, origin ports.Origin) (fresh bool, err error) {
	return true, c.next.Follow(ctx, event, origin)
}
@% endif %@

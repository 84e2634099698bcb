@% if not (unit.params.http or unit.params.grpc) %@
// Package app does what the events of other services ask for.
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

// Consumption takes in what other services made.
type Consumption struct {
@% if unit.params.database %@
	inbox ports.Inbox
	next  ports.Next
@% else %@
	next ports.Next
@% endif %@
}

@% if unit.params.database %@
// NewConsumption makes the use case; what follows is left to next.
func NewConsumption(inbox ports.Inbox, next ports.Next) *Consumption {
	return &Consumption{inbox: inbox, next: next}
}

// Take makes one of the draft for the origin, once however often the event comes; fresh is false when it came before.
//
// What follows is asked for each time: the process may have ended after the transaction and before that.
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
// NewConsumption makes the use case; what follows is left to next.
func NewConsumption(next ports.Next) *Consumption { return &Consumption{next: next} }

// Take asks for what follows, once however often the event comes: next knows the event by its id.
func (c *Consumption) Take(ctx context.Context, event domain.ID, origin ports.Origin) (fresh bool, err error) {
	return true, c.next.Follow(ctx, event, origin)
}
@% endif %@

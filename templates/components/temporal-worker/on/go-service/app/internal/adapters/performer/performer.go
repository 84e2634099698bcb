// Package performer is a stub of the external system that does the work of workflows. Replace it with a real client,
// which must pass the key on as an idempotency key.
package performer

import (
	"context"
	"fmt"
	"time"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

// Performer accepts amounts up to a limit.
type Performer struct {
	Limit int64
	// Takes is how long the simulated work takes.
	Takes time.Duration
}

var _ ports.Performer = Performer{}

// Perform rejects amounts over the limit.
func (p Performer) Perform(ctx context.Context, _ string, subject domain.@{ unit.params.noun | pascal }@) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(p.Takes):
	}
	if subject.Amount > p.Limit {
		return fmt.Errorf("%w: %d is more than the limit of %d", domain.ErrRefused, subject.Amount, p.Limit)
	}
	return nil
}

// Undo does nothing: Perform has no side effects.
func (p Performer) Undo(context.Context, string) error { return nil }

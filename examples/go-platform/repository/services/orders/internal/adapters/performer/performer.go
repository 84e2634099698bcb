// Package performer stands for the system outside that does the work of workflows. This one only decides: put a client
// of the real one in its place, which must take the key as its idempotency key.
package performer

import (
	"context"
	"fmt"
	"time"

	"git.example.com/acme/shop/services/orders/internal/domain"
	"git.example.com/acme/shop/services/orders/internal/ports"
)

// Performer accepts amounts up to a limit.
type Performer struct {
	Limit int64
	// Takes is how long the work takes.
	Takes time.Duration
}

var _ ports.Performer = Performer{}

// Perform takes its time and refuses what is beyond the limit.
func (p Performer) Perform(ctx context.Context, _ string, subject domain.Order) error {
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

// Undo has nothing to take back: deciding changes nothing.
func (p Performer) Undo(context.Context, string) error { return nil }

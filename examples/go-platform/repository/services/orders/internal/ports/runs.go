package ports

import (
	"context"
	"time"

	"git.example.com/acme/shop/services/orders/internal/domain"
)

// Runs keeps the runs of workflows.
type Runs interface {
	// Get finds one of a user's own, or gives [domain.ErrNotFound].
	Get(ctx context.Context, userID string, id domain.ID) (domain.Order, error)
	// Run finds a run, or gives [domain.ErrNotFound].
	Run(ctx context.Context, subject domain.ID, workflow string) (domain.Run, error)
	// WithinRun does a change in one transaction, with the subject locked.
	WithinRun(ctx context.Context, subject domain.ID, change func(ctx context.Context, tx RunTx, subject domain.Order) error) error
}

// Waiting knows runs that are to begin.
type Waiting interface {
	// Waiting gives runs that were asked for before then and that no worker has begun, the oldest first.
	Waiting(ctx context.Context, before time.Time, limit int) ([]domain.Run, error)
}

// RunTx is a transaction over runs.
type RunTx interface {
	// AddRun keeps a new run, unless there is one: then it gives that one.
	AddRun(ctx context.Context, run domain.Run) (domain.Run, error)
	FindRun(ctx context.Context, subject domain.ID, workflow string) (domain.Run, error)
	SaveRun(ctx context.Context, run domain.Run) error
	Publish(ctx context.Context, event domain.Event) error
}

// Starter starts workflows. One that was started before goes on as it is.
type Starter interface {
	Start(ctx context.Context, workflow string, subject domain.ID) error
}

// Performer does the work of workflows outside of this service. Both may be called again with the same key and then
// change nothing.
type Performer interface {
	// Perform gives [domain.ErrRefused] when the work is refused for good.
	Perform(ctx context.Context, key string, subject domain.Order) error
	// Undo takes back what Perform may have done.
	Undo(ctx context.Context, key string) error
}

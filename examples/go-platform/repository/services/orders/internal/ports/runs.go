package ports

import (
	"context"
	"time"

	"git.example.com/acme/shop/services/orders/internal/domain"
)

// Runs persists workflow runs.
type Runs interface {
	// Get returns a resource that the user owns, or [domain.ErrNotFound].
	Get(ctx context.Context, userID string, id domain.ID) (domain.Order, error)
	// Run returns a run, or [domain.ErrNotFound].
	Run(ctx context.Context, subject domain.ID, workflow string) (domain.Run, error)
	// WithinRun runs change in one transaction, with the subject's row locked.
	WithinRun(ctx context.Context, subject domain.ID, change func(ctx context.Context, tx RunTx, subject domain.Order) error) error
}

// Request is a run that no worker has picked up, and whether its workflow was started before.
type Request struct {
	Run     domain.Run
	Started bool
}

// Requested holds the runs to start.
type Requested interface {
	// Take returns requests, oldest first, that nobody else took within patience.
	Take(ctx context.Context, patience time.Duration, limit int) ([]Request, error)
	// MarkStarted records that the workflow engine has the run.
	MarkStarted(ctx context.Context, subject domain.ID, workflow string) error
}

// RunTx is an open transaction.
type RunTx interface {
	// AddRun inserts a run, or returns the existing one.
	AddRun(ctx context.Context, run domain.Run) (domain.Run, error)
	FindRun(ctx context.Context, subject domain.ID, workflow string) (domain.Run, error)
	SaveRun(ctx context.Context, run domain.Run) error
	Publish(ctx context.Context, event domain.Event) error
}

// Starter starts workflows.
type Starter interface {
	// Start has no effect on a workflow that runs or has completed; fresh is false then.
	Start(ctx context.Context, workflow string, subject domain.ID) (fresh bool, err error)
}

// Performer is the external system. Both methods are idempotent per key.
type Performer interface {
	// Perform returns [domain.ErrRefused] if the work is rejected permanently.
	Perform(ctx context.Context, key string, subject domain.Order) error
	// Undo compensates a Perform that may or may not have succeeded.
	Undo(ctx context.Context, key string) error
}

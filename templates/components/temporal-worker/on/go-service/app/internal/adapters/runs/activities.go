package runs

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"@{ project.module }@/services/@{ unit.name }@/internal/app"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

// heartbeatInterval must be well below the activities' heartbeat timeout.
const heartbeatInterval = 2 * time.Second

// Activities are the steps of the workflows.
type Activities struct {
	steps *app.Steps
}

// NewActivities creates the Activities.
func NewActivities(steps *app.Steps) *Activities { return &Activities{steps} }

// Begin records that a worker has picked up the run.
func (a *Activities) Begin(ctx context.Context, s step) error {
	return lasting(a.steps.Begin(ctx, s.ID, s.Workflow))
}

// Perform does the work and sends heartbeats.
func (a *Activities) Perform(ctx context.Context, s step) error {
	defer beat(ctx)()
	return lasting(a.steps.Perform(ctx, s.ID, s.Workflow))
}

// Complete records that the work is done.
func (a *Activities) Complete(ctx context.Context, s step) error {
	return lasting(a.steps.Complete(ctx, s.ID, s.Workflow))
}

// Compensate undoes the work and sends heartbeats.
func (a *Activities) Compensate(ctx context.Context, s step) error {
	defer beat(ctx)()
	return lasting(a.steps.Compensate(ctx, s.ID, s.Workflow, s.Reason))
}

// lasting marks errors that a retry cannot fix as non-retryable.
func lasting(err error) error {
	if errors.Is(err, domain.ErrRefused) || errors.Is(err, domain.ErrNotFound) {
		return temporal.NewNonRetryableApplicationError(err.Error(), refused, err)
	}
	return err
}

// beat sends heartbeats until stop is called.
func beat(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var beating sync.WaitGroup
	beating.Go(func() {
		ticker := time.NewTicker(heartbeatInterval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	})
	return func() {
		cancel()
		beating.Wait()
	}
}

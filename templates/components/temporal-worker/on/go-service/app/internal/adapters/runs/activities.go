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

// heartbeatInterval is well below the timeout after which an activity counts as lost.
const heartbeatInterval = 2 * time.Second

// Activities are the steps of the workflows.
type Activities struct {
	steps *app.Steps
}

// NewActivities makes the activities.
func NewActivities(steps *app.Steps) *Activities { return &Activities{steps} }

// Begin records that the workflow runs.
func (a *Activities) Begin(ctx context.Context, s step) error {
	return lasting(a.steps.Begin(ctx, s.ID, s.Workflow))
}

// Perform does the work, and says meanwhile that it is still at it.
func (a *Activities) Perform(ctx context.Context, s step) error {
	defer beat(ctx)()
	return lasting(a.steps.Perform(ctx, s.ID, s.Workflow))
}

// Complete records that the work is done.
func (a *Activities) Complete(ctx context.Context, s step) error {
	return lasting(a.steps.Complete(ctx, s.ID, s.Workflow))
}

// Compensate takes back what was done, and says meanwhile that it is still at it.
func (a *Activities) Compensate(ctx context.Context, s step) error {
	defer beat(ctx)()
	return lasting(a.steps.Compensate(ctx, s.ID, s.Workflow, s.Reason))
}

// lasting marks what would fail again however often it were tried.
func lasting(err error) error {
	if errors.Is(err, domain.ErrRefused) || errors.Is(err, domain.ErrNotFound) {
		return temporal.NewNonRetryableApplicationError(err.Error(), refused, err)
	}
	return err
}

// beat tells the server again and again that the activity goes on, until it is stopped.
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

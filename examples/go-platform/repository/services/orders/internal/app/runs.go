package app

import (
	"context"
	"time"

	"git.example.com/acme/shop/services/orders/internal/domain"
	"git.example.com/acme/shop/services/orders/internal/ports"
)

// Runs takes requests for workflows from users and returns their state.
type Runs struct{ store ports.Runs }

// NewRuns creates a Runs.
func NewRuns(store ports.Runs) *Runs { return &Runs{store} }

// Start requests a workflow on a resource that the user owns. It is accepted once it is stored; [Starts] does the rest. A
// repeated call returns the existing run.
func (r *Runs) Start(ctx context.Context, userID string, id domain.ID, workflow string) (domain.Run, error) {
	if _, err := r.store.Get(ctx, userID, id); err != nil {
		return domain.Run{}, err
	}
	var run domain.Run
	err := r.store.WithinRun(ctx, id, func(ctx context.Context, tx ports.RunTx, _ domain.Order) (err error) {
		run, err = tx.AddRun(ctx, domain.NewRun(id, workflow, time.Now()))
		return err
	})
	return run, err
}

// Get returns the run of a workflow on a resource that the user owns.
func (r *Runs) Get(ctx context.Context, userID string, id domain.ID, workflow string) (domain.Run, error) {
	if _, err := r.store.Get(ctx, userID, id); err != nil {
		return domain.Run{}, err
	}
	return r.store.Run(ctx, id, workflow)
}

// Steps implements the steps of a workflow. Each step is idempotent.
type Steps struct {
	store     ports.Runs
	performer ports.Performer
}

// NewSteps creates a Steps.
func NewSteps(store ports.Runs, performer ports.Performer) *Steps { return &Steps{store, performer} }

// Begin records that a worker has picked up the workflow.
func (s *Steps) Begin(ctx context.Context, id domain.ID, workflow string) error {
	return s.store.WithinRun(ctx, id, func(ctx context.Context, tx ports.RunTx, _ domain.Order) error {
		now := time.Now()
		run, err := tx.AddRun(ctx, domain.NewRun(id, workflow, now))
		if err != nil {
			return err
		}
		begun, changed := run.Begun(now)
		if !changed {
			return nil
		}
		return tx.SaveRun(ctx, begun)
	})
}

// Perform calls the external system.
func (s *Steps) Perform(ctx context.Context, id domain.ID, workflow string) error {
	var item domain.Order
	err := s.store.WithinRun(ctx, id, func(_ context.Context, _ ports.RunTx, subject domain.Order) error {
		item = subject
		return nil
	})
	if err != nil {
		return err
	}
	return s.performer.Perform(ctx, key(id, workflow), item)
}

// Complete records that the work is done and publishes the event.
func (s *Steps) Complete(ctx context.Context, id domain.ID, workflow string) error {
	return s.end(ctx, id, workflow, domain.RunCompleted, "")
}

// Compensate undoes the work and records the reason.
func (s *Steps) Compensate(ctx context.Context, id domain.ID, workflow, reason string) error {
	if err := s.performer.Undo(ctx, key(id, workflow)); err != nil {
		return err
	}
	return s.end(ctx, id, workflow, domain.RunCompensated, reason)
}

func (s *Steps) end(ctx context.Context, id domain.ID, workflow string, status domain.RunStatus, reason string) error {
	return s.store.WithinRun(ctx, id, func(ctx context.Context, tx ports.RunTx, subject domain.Order) error {
		run, err := tx.FindRun(ctx, id, workflow)
		if err != nil {
			return err
		}
		now := time.Now()
		ended, changed := run.Ended(status, reason, now)
		if !changed {
			return nil
		}
		if err := tx.SaveRun(ctx, ended); err != nil {
			return err
		}
		if status != domain.RunCompleted {
			return nil
		}
		return tx.Publish(ctx, ended.Completed(subject, now))
	})
}

// key is the idempotency key of a run's work.
func key(id domain.ID, workflow string) string { return workflow + "/" + string(id) }

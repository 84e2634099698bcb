package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"git.example.com/acme/shop/services/orders/internal/ports"
)

const (
	// patience is how long a run may wait for a worker after it was started. Then it is started again, which has no effect
	// on a workflow that is there.
	patience = 30 * time.Second
	// startBatch is how many runs are started at a time.
	startBatch = 100
)

// Starts starts the workflows of requested runs. A run that was stored is the request: it is taken from the database, so
// that neither a crash nor an outage of the workflow engine loses it.
type Starts struct {
	runs    ports.Requested
	starter ports.Starter
}

// NewStarts creates a Starts.
func NewStarts(runs ports.Requested, starter ports.Starter) *Starts { return &Starts{runs, starter} }

// Start starts what was requested. again counts the runs whose workflow had been started, was gone, and is there anew.
func (s *Starts) Start(ctx context.Context) (again int, err error) {
	waiting, err := s.runs.Take(ctx, patience, startBatch)
	if err != nil {
		return 0, err
	}
	var problems []error
	for _, request := range waiting {
		fresh, err := s.starter.Start(ctx, request.Run.Workflow, request.Run.SubjectID)
		if err != nil {
			problems = append(problems, fmt.Errorf("start %s of %s: %w", request.Run.Workflow, request.Run.SubjectID, err))
			continue
		}
		if fresh && request.Started {
			again++
		}
		if err := s.runs.MarkStarted(ctx, request.Run.SubjectID, request.Run.Workflow); err != nil {
			problems = append(problems, err)
		}
	}
	return again, errors.Join(problems...)
}

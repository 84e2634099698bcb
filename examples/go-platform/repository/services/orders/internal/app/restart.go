package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"git.example.com/acme/shop/services/orders/internal/ports"
)

const (
	// patience is how long a run may take to begin before it is started again: far longer than a start takes.
	patience = 30 * time.Second
	// restarts is how many runs are started again in one go.
	restarts = 100
)

// Restart starts again what was asked for and has not begun: the record and the start are not one transaction, and the
// process, or what carries workflows out, may have been away in between. It gives how many it started.
func Restart(ctx context.Context, runs ports.Waiting, starter ports.Starter) (restarted int, err error) {
	waiting, err := runs.Waiting(ctx, time.Now().Add(-patience), restarts)
	if err != nil {
		return 0, err
	}
	var problems []error
	for _, run := range waiting {
		if err := starter.Start(ctx, run.Workflow, run.SubjectID); err != nil {
			problems = append(problems, fmt.Errorf("start %s of %s again: %w", run.Workflow, run.SubjectID, err))
			continue
		}
		restarted++
	}
	return restarted, errors.Join(problems...)
}

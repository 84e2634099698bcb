package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

const (
	// patience is the age after which a run that has not begun is started again. It is far longer than a start takes.
	patience = 30 * time.Second
	// restarts is the batch size.
	restarts = 100
)

// Restart starts recorded runs that have not begun. Recording a run and starting its workflow are not one transaction,
// so a crash or an outage of Temporal in between would otherwise lose the start. It returns the number of runs started.
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

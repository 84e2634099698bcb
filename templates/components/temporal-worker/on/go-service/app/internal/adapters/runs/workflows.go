// Package runs carries the service's workflows out on Temporal.
//
// The code of workflows is replayed: it must decide the same way each time. Change it only behind workflow.GetVersion,
// and keep histories of running versions in testdata, which the tests replay.
package runs

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

const (
	// TaskQueue is where workers and whoever starts workflows meet.
	TaskQueue = "@{ project.name }@.@{ unit.name }@"
	// Concurrency is how many activities one worker carries out at the same time.
	Concurrency = @{ params.concurrency }@

	// performAttempts is how often the work is tried before it is given up and compensated.
	performAttempts = 10
	refused         = "refused"
)

// Input is what a workflow begins with.
type Input struct {
	SubjectID domain.ID
}

// Result is how it ended.
type Result struct {
	Status domain.RunStatus
}

// Register makes the workflows and their activities known.
func Register(registry worker.Registry, activities *Activities) {
	RegisterWorkflows(registry)
	registry.RegisterActivity(activities)
}

// RegisterWorkflows makes the workflows known.
func RegisterWorkflows(registry worker.WorkflowRegistry) {
@% for workflow in params.workflows %@
	registry.RegisterWorkflowWithOptions(@{ workflow | pascal }@Workflow, workflow.RegisterOptions{Name: domain.Workflow@{ workflow | pascal }@})
@% endfor %@
}
@% for workflow in params.workflows %@

// @{ workflow | pascal }@Workflow is the saga of the workflow @{ workflow }@.
func @{ workflow | pascal }@Workflow(ctx workflow.Context, input Input) (Result, error) {
	return saga(ctx, step{ID: input.SubjectID, Workflow: domain.Workflow@{ workflow | pascal }@})
}
@% endfor %@

// step is what each activity gets.
type step struct {
	ID       domain.ID
	Workflow string
	Reason   string
}

// saga records, performs and completes. What can't be performed is compensated, also when the workflow is cancelled.
func saga(ctx workflow.Context, s step) (Result, error) {
	var activities *Activities
	// Only the work can be cancelled, not the record of it nor its compensation: a run that began ends completed or
	// compensated, whenever the workflow is cancelled.
	lasting, release := workflow.NewDisconnectedContext(ctx)
	defer release()
	recording := workflow.WithActivityOptions(lasting, workflow.ActivityOptions{
		StartToCloseTimeout: 10 * time.Second,
		RetryPolicy:         retry(0),
	})
	// Who did the work is asked to undo it, for as long as that takes.
	compensating := workflow.WithActivityOptions(lasting, workflow.ActivityOptions{
		StartToCloseTimeout: 5 * time.Minute,
		HeartbeatTimeout:    10 * time.Second,
		RetryPolicy:         retry(0),
	})
	performing := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 5 * time.Minute,
		HeartbeatTimeout:    10 * time.Second,
		WaitForCancellation: true,
		RetryPolicy:         retry(performAttempts),
	})
	if err := workflow.ExecuteActivity(recording, activities.Begin, s).Get(recording, nil); err != nil {
		return Result{}, err
	}
	if err := workflow.ExecuteActivity(performing, activities.Perform, s).Get(performing, nil); err != nil {
		s.Reason = reason(err)
		if problem := workflow.ExecuteActivity(compensating, activities.Compensate, s).Get(compensating, nil); problem != nil {
			return Result{}, errors.Join(err, problem)
		}
		if temporal.IsCanceledError(err) {
			return Result{}, err
		}
		return Result{Status: domain.RunCompensated}, nil
	}
	if err := workflow.ExecuteActivity(recording, activities.Complete, s).Get(recording, nil); err != nil {
		return Result{}, err
	}
	return Result{Status: domain.RunCompleted}, nil
}

// retry tries so often, or for ever when it is 0, and not again what is refused.
func retry(attempts int32) *temporal.RetryPolicy {
	return &temporal.RetryPolicy{
		InitialInterval:        time.Second,
		BackoffCoefficient:     2,
		MaximumInterval:        30 * time.Second,
		MaximumAttempts:        attempts,
		NonRetryableErrorTypes: []string{refused},
	}
}

func reason(err error) string {
	if known, ok := errors.AsType[*temporal.ApplicationError](err); ok && known.Type() == refused {
		return known.Message()
	}
	if temporal.IsCanceledError(err) {
		return "cancelled"
	}
	return "given up after many attempts"
}

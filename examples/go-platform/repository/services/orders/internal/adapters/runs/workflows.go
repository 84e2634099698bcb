// Package runs implements the service's workflows on Temporal.
//
// Workflow code is replayed and must be deterministic. Change it only behind workflow.GetVersion, and keep histories of
// deployed versions in testdata: the tests replay them.
package runs

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"git.example.com/acme/shop/services/orders/internal/domain"
)

const (
	// TaskQueue connects the workers with the starter.
	TaskQueue = "shop.orders"
	// Concurrency is the maximum number of concurrent activities per worker.
	Concurrency = 4

	// performAttempts is the maximum number of attempts before the work is compensated.
	performAttempts = 10
	refused         = "refused"
)

// Input is the input of every workflow.
type Input struct {
	SubjectID domain.ID
}

// Result is the result of every workflow.
type Result struct {
	Status domain.RunStatus
}

// Register registers the workflows and activities.
func Register(registry worker.Registry, activities *Activities) {
	RegisterWorkflows(registry)
	registry.RegisterActivity(activities)
}

// RegisterWorkflows registers the workflows only, for replay.
func RegisterWorkflows(registry worker.WorkflowRegistry) {
	registry.RegisterWorkflowWithOptions(RefundWorkflow, workflow.RegisterOptions{Name: domain.WorkflowRefund})
}

// RefundWorkflow is the saga of the workflow refund.
func RefundWorkflow(ctx workflow.Context, input Input) (Result, error) {
	return saga(ctx, step{ID: input.SubjectID, Workflow: domain.WorkflowRefund})
}

// step is the input of every activity.
type step struct {
	ID       domain.ID
	Workflow string
	Reason   string
}

// saga begins, performs and completes a run. If the work fails or the workflow is cancelled, it compensates.
func saga(ctx workflow.Context, s step) (Result, error) {
	var activities *Activities
	// Cancellation reaches only the work, not its bookkeeping or compensation: a run that began always ends completed
	// or compensated.
	lasting, release := workflow.NewDisconnectedContext(ctx)
	defer release()
	recording := workflow.WithActivityOptions(lasting, workflow.ActivityOptions{
		StartToCloseTimeout: 10 * time.Second,
		RetryPolicy:         retry(0),
	})
	// Compensation is retried without limit.
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

// retry returns a policy with exponential backoff. Zero attempts means no limit; refused work is not retried.
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

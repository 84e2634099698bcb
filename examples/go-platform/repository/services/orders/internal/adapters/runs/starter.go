package runs

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"git.example.com/acme/shop/services/orders/internal/domain"
	"git.example.com/acme/shop/services/orders/internal/ports"
)

// Starter starts workflows.
type Starter struct{ client client.Client }

var _ ports.Starter = (*Starter)(nil)

// NewStarter creates a Starter.
func NewStarter(connection client.Client) *Starter { return &Starter{connection} }

// Start starts a subject's workflow. The workflow id is derived from the subject, so a repeated start has no effect.
func (s *Starter) Start(ctx context.Context, name string, subject domain.ID) (fresh bool, err error) {
	_, err = s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       "orders/" + name + "/" + string(subject),
		TaskQueue:                                TaskQueue,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		// A workflow that was terminated manually may be started again. One that completed may not.
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
	}, name, Input{SubjectID: subject})
	if _, there := errors.AsType[*serviceerror.WorkflowExecutionAlreadyStarted](err); there {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("workflow %s: %w", name, err)
	}
	return true, nil
}

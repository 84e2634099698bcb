package runs

import (
	"context"
	"fmt"

	"go.temporal.io/api/enums/v1"
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
func (s *Starter) Start(ctx context.Context, name string, subject domain.ID) error {
	_, err := s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       "orders/" + name + "/" + string(subject),
		TaskQueue:                TaskQueue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		// A workflow that was terminated manually may be started again. One that completed may not.
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
	}, name, Input{SubjectID: subject})
	if err != nil {
		return fmt.Errorf("workflow %s: %w", name, err)
	}
	return nil
}

package workflow

import (
	"context"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"@{ project.module }@/pkg/telemetry"
)

// headerName is the Temporal header that carries trace context and baggage from the starter of a workflow to its
// activities.
const headerName = "trace"

type carrierKey struct{}

// Propagator propagates trace context and baggage. Workflows only pass them on: a span in a workflow would be recreated
// on every replay.
type Propagator struct{}

var _ workflow.ContextPropagator = Propagator{}

// Inject is called when a client starts a workflow.
func (Propagator) Inject(ctx context.Context, writer workflow.HeaderWriter) error {
	return write(telemetry.Inject(ctx), writer)
}

// InjectFromWorkflow is called when a workflow starts an activity.
func (Propagator) InjectFromWorkflow(ctx workflow.Context, writer workflow.HeaderWriter) error {
	return write(carried(ctx), writer)
}

// Extract is called when an activity begins.
func (Propagator) Extract(ctx context.Context, reader workflow.HeaderReader) (context.Context, error) {
	carrier, err := read(reader)
	return telemetry.Extract(ctx, carrier), err
}

// ExtractToWorkflow is called when a workflow begins, including each replay.
func (Propagator) ExtractToWorkflow(ctx workflow.Context, reader workflow.HeaderReader) (workflow.Context, error) {
	carrier, err := read(reader)
	return workflow.WithValue(ctx, carrierKey{}, carrier), err
}

func carried(ctx workflow.Context) map[string]string {
	carrier, _ := ctx.Value(carrierKey{}).(map[string]string)
	return carrier
}

func write(carrier map[string]string, writer workflow.HeaderWriter) error {
	value, err := converter.GetDefaultDataConverter().ToPayload(carrier)
	if err != nil {
		return err
	}
	writer.Set(headerName, value)
	return nil
}

func read(reader workflow.HeaderReader) (map[string]string, error) {
	value, there := reader.Get(headerName)
	if !there {
		return nil, nil
	}
	var carrier map[string]string
	err := converter.GetDefaultDataConverter().FromPayload(value, &carrier)
	return carrier, err
}

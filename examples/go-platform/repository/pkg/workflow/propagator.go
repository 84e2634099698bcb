package workflow

import (
	"context"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"git.example.com/acme/shop/pkg/telemetry"
)

// headerName is where the trace and the request travel, from whoever starts a workflow to each of its activities.
const headerName = "trace"

type carrierKey struct{}

// Propagator carries the trace and the baggage. A workflow only hands them on: spans would not survive a replay.
type Propagator struct{}

var _ workflow.ContextPropagator = Propagator{}

// Inject is called where a workflow is started.
func (Propagator) Inject(ctx context.Context, writer workflow.HeaderWriter) error {
	return write(telemetry.Inject(ctx), writer)
}

// InjectFromWorkflow is called where a workflow starts an activity.
func (Propagator) InjectFromWorkflow(ctx workflow.Context, writer workflow.HeaderWriter) error {
	return write(carried(ctx), writer)
}

// Extract is called where an activity begins.
func (Propagator) Extract(ctx context.Context, reader workflow.HeaderReader) (context.Context, error) {
	carrier, err := read(reader)
	return telemetry.Extract(ctx, carrier), err
}

// ExtractToWorkflow is called where a workflow begins, each time it is replayed.
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

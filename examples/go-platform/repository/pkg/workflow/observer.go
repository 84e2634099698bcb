package workflow

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"git.example.com/acme/shop/pkg/telemetry"
)

const scope = "git.example.com/acme/shop/pkg/workflow"

// Creating an instrument fails only for an invalid name. These names are constant, so the errors are ignored.
var (
	tracer = otel.Tracer(scope)
	meter  = otel.Meter(scope)

	runs, _ = meter.Int64Counter("workflow_runs_total",
		metric.WithDescription("Completed workflow runs, by outcome."))
	activities, _ = meter.Int64Counter("workflow_activities_total",
		metric.WithDescription("Activity attempts, by outcome."))
	duration, _ = meter.Float64Histogram("workflow_activity_duration_seconds",
		metric.WithDescription("Duration of one activity attempt."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20))
)

// observer creates a span per activity, counts outcomes and adds request and trace ids to workflow logs.
type observer struct {
	interceptor.WorkerInterceptorBase
	log *slog.Logger
}

func (o *observer) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &activityObserver{interceptor.ActivityInboundInterceptorBase{Next: next}, o.log}
}

func (*observer) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &workflowObserver{interceptor.WorkflowInboundInterceptorBase{Next: next}}
}

type activityObserver struct {
	interceptor.ActivityInboundInterceptorBase
	log *slog.Logger
}

func (o *activityObserver) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	info := activity.GetInfo(ctx)
	name := info.ActivityType.Name
	ctx, span := tracer.Start(ctx, "activity "+name, trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithAttributes(
			attribute.String("temporal.workflow.id", info.WorkflowExecution.ID),
			attribute.Int("temporal.activity.attempt", int(info.Attempt))))
	defer span.End()
	started := time.Now()
	result, err := o.Next.ExecuteActivity(ctx, in)
	outcome := "done"
	if err != nil {
		outcome = "failed"
		if known, ok := errors.AsType[*temporal.ApplicationError](err); ok && known.NonRetryable() {
			outcome = "refused"
		}
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
		o.log.ErrorContext(ctx, "activity failed", "activity", name, "workflow_id", info.WorkflowExecution.ID,
			"attempt", info.Attempt, "outcome", outcome, "error", err)
	} else {
		o.log.InfoContext(ctx, "activity done", "activity", name, "workflow_id", info.WorkflowExecution.ID, "attempt", info.Attempt)
	}
	label := attribute.String("activity", name)
	duration.Record(ctx, time.Since(started).Seconds(), metric.WithAttributes(label))
	activities.Add(ctx, 1, metric.WithAttributes(label, attribute.String("outcome", outcome)))
	return result, err
}

type workflowObserver struct {
	interceptor.WorkflowInboundInterceptorBase
}

func (o *workflowObserver) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	return o.Next.Init(&workflowLogs{interceptor.WorkflowOutboundInterceptorBase{Next: outbound}})
}

func (o *workflowObserver) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	result, err := o.Next.ExecuteWorkflow(ctx, in)
	if !workflow.IsReplaying(ctx) {
		runs.Add(context.Background(), 1, metric.WithAttributes(
			attribute.String("workflow", workflow.GetInfo(ctx).WorkflowType.Name),
			attribute.String("outcome", outcomeOf(err))))
	}
	return result, err
}

func outcomeOf(err error) string {
	switch {
	case err == nil:
		return "completed"
	case temporal.IsCanceledError(err):
		return "canceled"
	case workflow.IsContinueAsNewError(err):
		return "continued"
	default:
		return "failed"
	}
}

// workflowLogs adds the ids that activities get from their context.
type workflowLogs struct {
	interceptor.WorkflowOutboundInterceptorBase
}

func (l *workflowLogs) GetLogger(ctx workflow.Context) log.Logger {
	traced := telemetry.Extract(context.Background(), carried(ctx))
	return log.With(l.Next.GetLogger(ctx),
		"request_id", telemetry.RequestID(traced),
		"trace_id", trace.SpanContextFromContext(traced).TraceID().String())
}

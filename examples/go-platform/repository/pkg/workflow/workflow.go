// Package workflow connects to Temporal: clients and workers under one trace and one request id, with counted outcomes.
package workflow

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const (
	// StopTimeout is what a worker that is told to stop grants the activities in hand; by default they would be
	// dropped at once. The process's drain is longer.
	StopTimeout = 20 * time.Second

	startInterval = 2 * time.Second
)

// Config says where Temporal is.
type Config struct {
	Address   string `env:"TEMPORAL_ADDRESS"`
	Namespace string `env:"TEMPORAL_NAMESPACE" default:"default"`
}

// Open makes a client that connects when it is used first.
func Open(settings Config, logger *slog.Logger) (client.Client, error) {
	connection, err := client.NewLazyClient(client.Options{
		HostPort:           settings.Address,
		Namespace:          settings.Namespace,
		Logger:             log.NewStructuredLogger(logger),
		ContextPropagators: []workflow.ContextPropagator{Propagator{}},
	})
	if err != nil {
		return nil, fmt.Errorf("temporal: %w", err)
	}
	return connection, nil
}

// Worker carries out the workflows and activities of one task queue.
type Worker struct {
	Client    client.Client
	TaskQueue string
	// Concurrency is how many activities run at the same time.
	Concurrency int
	Register    func(worker.Registry)
	Log         *slog.Logger
}

// Run works until ctx ends, and then finishes the activities in hand. It waits for a server that is not there yet.
func (w *Worker) Run(ctx context.Context) error {
	for {
		fatal := make(chan error, 1)
		running := worker.New(w.Client, w.TaskQueue, worker.Options{
			WorkerStopTimeout:                  StopTimeout,
			MaxConcurrentActivityExecutionSize: w.Concurrency,
			Interceptors:                       []interceptor.WorkerInterceptor{&observer{log: w.Log}},
			OnFatalError:                       func(err error) { fatal <- err },
		})
		w.Register(running)
		err := running.Start()
		if err == nil {
			select {
			case <-ctx.Done():
			case err = <-fatal:
			}
			running.Stop()
		}
		if ctx.Err() != nil {
			return nil
		}
		w.Log.ErrorContext(ctx, "the workflow worker does not run, starting again", "task_queue", w.TaskQueue, "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(startInterval):
		}
	}
}

// Polling says whether the server knows somebody who polls the task queue for workflows and for activities.
func (w *Worker) Polling(ctx context.Context) error {
	for _, kind := range []enums.TaskQueueType{enums.TASK_QUEUE_TYPE_WORKFLOW, enums.TASK_QUEUE_TYPE_ACTIVITY} {
		described, err := w.Client.DescribeTaskQueue(ctx, w.TaskQueue, kind)
		if err != nil {
			return fmt.Errorf("describe task queue %s: %w", w.TaskQueue, err)
		}
		if len(described.GetPollers()) == 0 {
			return fmt.Errorf("nobody polls task queue %s", w.TaskQueue)
		}
	}
	return nil
}

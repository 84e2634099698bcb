package workflow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
)

const (
	startInterval = 2 * time.Second
	// stalled is far longer than one long poll, which takes at most a minute, plus the backoff after a failure.
	stalled = 5 * time.Minute
)

// Worker runs the workflows and activities of one task queue.
type Worker struct {
	Config    Config
	TaskQueue string
	// Concurrency is the maximum number of concurrent activities.
	Concurrency int
	Register    func(worker.Registry)
	Log         *slog.Logger

	// running is set once the worker has started against the server.
	running atomic.Bool
	// polled is when the last poll began, in Unix nanoseconds.
	polled atomic.Int64
}

// Run works until ctx is cancelled, then finishes activities in progress. It retries while the server is unreachable.
func (w *Worker) Run(ctx context.Context) error {
	connection, err := open(w.Config, w.Log, polls{client.MetricsNopHandler, &w.polled})
	if err != nil {
		return err
	}
	defer connection.Close()
	for {
		err := w.once(ctx, connection)
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

// once runs one worker until ctx is cancelled or the worker fails.
func (w *Worker) once(ctx context.Context, connection client.Client) error {
	fatal := make(chan error, 1)
	running := worker.New(connection, w.TaskQueue, worker.Options{
		WorkerStopTimeout:                  StopTimeout,
		MaxConcurrentActivityExecutionSize: w.Concurrency,
		Interceptors:                       []interceptor.WorkerInterceptor{&observer{log: w.Log}},
		OnFatalError:                       func(err error) { fatal <- err },
	})
	w.Register(running)
	w.polled.Store(0)
	// Fails if the server is unreachable or the namespace does not exist.
	if err := running.Start(); err != nil {
		return err
	}
	w.running.Store(true)
	defer running.Stop()
	defer w.running.Store(false)
	select {
	case <-ctx.Done():
		return nil
	case err := <-fatal:
		return err
	}
}

// Ready is the readiness check: this worker has started and polls. Other pollers on the queue do not count.
func (w *Worker) Ready(context.Context) error {
	if !w.running.Load() || w.polled.Load() == 0 {
		return errors.New("the worker does not poll")
	}
	return nil
}

// Live is the liveness check: the worker keeps polling. An unreachable server does not fail it.
func (w *Worker) Live(context.Context) error {
	polled := w.polled.Load()
	if !w.running.Load() || polled == 0 {
		return nil // not started yet
	}
	if still := time.Since(time.Unix(0, polled)); still > stalled {
		return fmt.Errorf("the worker has not polled for %s", still.Round(time.Second))
	}
	return nil
}

// polls records when a poll begins. The SDK exposes this only through its measurements.
type polls struct {
	client.MetricsHandler
	last *atomic.Int64
}

// WithTags ignores the tags: it does not matter which queue is polled.
func (p polls) WithTags(map[string]string) client.MetricsHandler { return p }

// Counter intercepts the counter of long polls.
func (p polls) Counter(name string) client.MetricsCounter {
	if name == "temporal_long_request" {
		return p
	}
	return p.MetricsHandler.Counter(name)
}

// Inc is called when a poll begins.
func (p polls) Inc(int64) { p.last.Store(time.Now().UnixNano()) }

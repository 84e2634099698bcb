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
	// stalled is far longer than one poll, which ends after a minute at the latest, and the pause after one that failed.
	stalled = 5 * time.Minute
)

// Worker carries out the workflows and activities of one task queue.
type Worker struct {
	Config    Config
	TaskQueue string
	// Concurrency is how many activities run at the same time.
	Concurrency int
	Register    func(worker.Registry)
	Log         *slog.Logger

	// running is whether the server took this worker.
	running atomic.Bool
	// polled is when it last began to ask the server for work, in nanoseconds.
	polled atomic.Int64
}

// Run works until ctx ends, and then finishes the activities in hand. It waits for a server that is not there yet.
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

// once works until ctx ends or the worker can't go on.
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
	// Asks the server for the namespace.
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

// Ready says whether the server took this worker and it asks for work. Whether others do says nothing about this one.
func (w *Worker) Ready(context.Context) error {
	if !w.running.Load() || w.polled.Load() == 0 {
		return errors.New("the worker does not poll")
	}
	return nil
}

// Live says whether the worker goes on asking for work. A server that is away does not stop it.
func (w *Worker) Live(context.Context) error {
	polled := w.polled.Load()
	if !w.running.Load() || polled == 0 {
		return nil // Run is about to start it
	}
	if still := time.Since(time.Unix(0, polled)); still > stalled {
		return fmt.Errorf("the worker has not polled for %s", still.Round(time.Second))
	}
	return nil
}

// polls notes when a client begins to poll. Only the client's own measures tell.
type polls struct {
	client.MetricsHandler
	last *atomic.Int64
}

// WithTags keeps the handler: which queue is polled makes no difference.
func (p polls) WithTags(map[string]string) client.MetricsHandler { return p }

// Counter gives the one counter that matters; the others count nothing.
func (p polls) Counter(name string) client.MetricsCounter {
	if name == "temporal_long_request" {
		return p
	}
	return p.MetricsHandler.Counter(name)
}

// Inc is called as a poll begins.
func (p polls) Inc(int64) { p.last.Store(time.Now().UnixNano()) }

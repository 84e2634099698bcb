package main

import (
	"context"
	"time"

	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/postgres"
	"git.example.com/acme/shop/pkg/process"
	"git.example.com/acme/shop/pkg/workflow"
	"git.example.com/acme/shop/services/orders/internal/adapters/performer"
	"git.example.com/acme/shop/services/orders/internal/adapters/runs"
	"git.example.com/acme/shop/services/orders/internal/app"
)

type workflowsConfig struct {
	Database postgres.Config

	Temporal workflow.Config

	Limit int64          `env:"WORKFLOW_LIMIT" envDefault:"100000"`
	Takes config.Seconds `env:"WORK_SECONDS" envDefault:"0"`
}

// startInterval is how often the worker looks for requested runs.
const startInterval = time.Second

// workflows runs the Temporal worker, and starts requested runs, until ctx is cancelled.
func workflows(ctx context.Context, p *process.Process, settings workflowsConfig) error {
	items, pool, err := openStore(ctx, settings.Database)
	if err != nil {
		return err
	}
	defer pool.Close()
	connection, err := workflow.Open(settings.Temporal, p.Log)
	if err != nil {
		return err
	}
	defer connection.Close()
	steps := app.NewSteps(items, performer.Performer{Limit: settings.Limit, Takes: settings.Takes.Duration()})
	w := &workflow.Worker{
		Client:      connection,
		TaskQueue:   runs.TaskQueue,
		Concurrency: runs.Concurrency,
		Register:    func(registry worker.Registry) { runs.Register(registry, runs.NewActivities(steps)) },
		Log:         p.Log,
	}
	p.Admin.Check("worker", w.Ready)
	p.Ready()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.Run(ctx) })
	group.Go(func() error {
		start(ctx, p, app.NewStarts(items, runs.NewStarter(connection)))
		return nil
	})
	return group.Wait()
}

// start starts requested runs until ctx is cancelled.
func start(ctx context.Context, p *process.Process, starts *app.Starts) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(startInterval):
		}
		again, err := starts.Start(ctx)
		if err != nil && ctx.Err() == nil {
			p.Log.ErrorContext(ctx, "requested runs were not all started", "error", err)
		}
		if again > 0 {
			p.Log.WarnContext(ctx, "runs were lost and started again", "count", again)
		}
	}
}

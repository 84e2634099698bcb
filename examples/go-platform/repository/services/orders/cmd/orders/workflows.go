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
	"git.example.com/acme/shop/services/orders/internal/adapters/store"
	"git.example.com/acme/shop/services/orders/internal/app"
)

type workflowsConfig struct {
	Database postgres.Config

	Temporal workflow.Config

	Limit int64          `env:"WORKFLOW_LIMIT" default:"100000"`
	Takes config.Seconds `env:"WORK_SECONDS" default:"0"`
}

// restartInterval is how often the worker looks for requested runs that no worker has picked up.
const restartInterval = 30 * time.Second

// workflows runs the Temporal worker until ctx is cancelled.
func workflows(ctx context.Context, p *process.Process, settings workflowsConfig) error {
	items, pool, err := openStore(ctx, p, settings.Database)
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
		Config:      settings.Temporal,
		TaskQueue:   runs.TaskQueue,
		Concurrency: runs.Concurrency,
		Register:    func(registry worker.Registry) { runs.Register(registry, runs.NewActivities(steps)) },
		Log:         p.Log,
	}
	p.Admin.Check("worker", w.Ready)
	p.Admin.Alive("worker", w.Live)
	p.Ready()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.Run(ctx) })
	group.Go(func() error {
		restart(ctx, p, items, runs.NewStarter(connection))
		return nil
	})
	return group.Wait()
}

// restart periodically starts requested runs that no worker has picked up.
func restart(ctx context.Context, p *process.Process, items *store.Store, starter *runs.Starter) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(restartInterval):
		}
		restarted, err := app.Restart(ctx, items, starter)
		if err != nil && ctx.Err() == nil {
			p.Log.ErrorContext(ctx, "restarting pending runs failed", "error", err)
		}
		if restarted > 0 {
			p.Log.WarnContext(ctx, "pending runs were restarted", "count", restarted)
		}
	}
}

type startConfig struct {
	Temporal workflow.Config
}

// openRuns builds the use cases that start workflows. The client connects on first use.
func openRuns(p *process.Process, settings startConfig, items *store.Store) (use *app.Runs, stop func(), err error) {
	connection, err := workflow.Open(settings.Temporal, p.Log)
	if err != nil {
		return nil, nil, err
	}
	return app.NewRuns(items, runs.NewStarter(connection)), connection.Close, nil
}

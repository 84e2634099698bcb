package main

import (
	"context"

	"go.temporal.io/sdk/worker"

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

// workflows carries out workflows until it is told to stop.
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
		Client:      connection,
		TaskQueue:   runs.TaskQueue,
		Concurrency: runs.Concurrency,
		Register:    func(registry worker.Registry) { runs.Register(registry, runs.NewActivities(steps)) },
		Log:         p.Log,
	}
	p.Admin.Check("polling", w.Polling)
	p.Ready()
	return w.Run(ctx)
}

type startConfig struct {
	Temporal workflow.Config
}

// openRuns prepares what starts workflows; it connects when the first one is started.
func openRuns(p *process.Process, settings startConfig, items *store.Store) (use *app.Runs, stop func(), err error) {
	connection, err := workflow.Open(settings.Temporal, p.Log)
	if err != nil {
		return nil, nil, err
	}
	return app.NewRuns(items, runs.NewStarter(connection)), connection.Close, nil
}

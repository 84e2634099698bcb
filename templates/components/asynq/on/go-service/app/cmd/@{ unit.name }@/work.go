package main

import (
	"context"

@% if unit.params.database %@
	"@{ project.module }@/pkg/postgres"
@% endif %@
	"@{ project.module }@/pkg/process"
	"@{ project.module }@/pkg/queue"
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/tasks"
)

type workConfig struct {
	Queue queue.Config
@% if unit.params.database %@

	Database postgres.Config
@% endif %@

	Confirmation confirmationConfig
}

// work processes queued tasks until ctx is cancelled.
func work(ctx context.Context, p *process.Process, settings workConfig) error {
@% if unit.params.database %@
	items, pool, err := openStore(ctx, settings.Database)
	if err != nil {
		return err
	}
	defer pool.Close()
@% endif %@
	confirmation, stop, err := openConfirmation(settings.Confirmation@{ ", items" if unit.params.database else "" }@)
	if err != nil {
		return err
	}
	defer stop()
	worker := &queue.Worker{
		Config:      settings.Queue,
		Queues:      tasks.Queues,
		Handlers:    tasks.Handlers(confirmation),
		Concurrency: tasks.Concurrency,
		Log:         p.Log,
	}
	p.Admin.Check("queue", worker.Available)
	p.Ready()
	return worker.Run(ctx)
}

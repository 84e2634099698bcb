package main

import (
	"context"

	"git.example.com/acme/shop/pkg/postgres"
	"git.example.com/acme/shop/pkg/process"
	"git.example.com/acme/shop/pkg/queue"
	"git.example.com/acme/shop/services/notifications/internal/adapters/tasks"
)

type workConfig struct {
	Queue queue.Config

	Database postgres.Config

	Confirmation confirmationConfig
}

// work processes queued tasks until ctx is cancelled.
func work(ctx context.Context, p *process.Process, settings workConfig) error {
	items, pool, err := openStore(ctx, settings.Database)
	if err != nil {
		return err
	}
	defer pool.Close()
	confirmation, stop, err := openConfirmation(settings.Confirmation, items)
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

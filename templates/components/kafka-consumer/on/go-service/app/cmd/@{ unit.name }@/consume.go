@% set queue = has("tasks.queue", unit) %@
package main

import (
	"context"
@% if queue %@
	"errors"
@% endif %@

@% if unit.params.database %@
	"golang.org/x/sync/errgroup"

@% endif %@
@% if unit.params.database %@
	"@{ project.module }@/pkg/inbox"
@% endif %@
	"@{ project.module }@/pkg/kafka"
@% if unit.params.database %@
	"@{ project.module }@/pkg/postgres"
@% endif %@
	"@{ project.module }@/pkg/process"
@% if queue %@
	"@{ project.module }@/pkg/queue"
@% endif %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/events"
@% if queue %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/tasks"
@% endif %@
	"@{ project.module }@/services/@{ unit.name }@/internal/app"
)

type consumeConfig struct {
	Kafka kafka.Config
@% if unit.params.database %@

	Database postgres.Config
@% endif %@
@% if queue %@

	Queue queue.Config
@% else %@

	Confirmation confirmationConfig
@% endif %@
}

// consume handles events from other services until ctx is cancelled.
func consume(ctx context.Context, p *process.Process, settings consumeConfig) error {
@% if unit.params.database %@
	items, pool, err := openStore(ctx, settings.Database)
	if err != nil {
		return err
	}
	defer pool.Close()
@% endif %@
@% if queue %@
	client, err := queue.NewClient(settings.Queue)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	next := tasks.NewSender(client)
@% else %@
	next, stop, err := openConfirmation(settings.Confirmation@{ ", items" if unit.params.database else "" }@)
	if err != nil {
		return err
	}
	defer stop()
@% endif %@
	consumer := &kafka.Consumer{
		Config:        settings.Kafka,
		Name:          p.Service,
		Group:         kafka.Group(p.Service),
		Subscriptions: events.Subscriptions(app.NewConsumption(@{ "items, " if unit.params.database else "" }@next)),
		Unavailable: func(err error) bool {
@% if queue and unit.params.database %@
			return postgres.IsUnavailable(err) || errors.Is(err, queue.ErrUnavailable)
@% elif queue %@
			return errors.Is(err, queue.ErrUnavailable)
@% else %@
			return postgres.IsUnavailable(err)
@% endif %@
		},
		Log: p.Log,
	}
	p.Admin.Alive("consumer", consumer.Live)
	p.Ready()
@% if unit.params.database %@
	var group errgroup.Group
	group.Go(func() error { return consumer.Run(ctx) })
	group.Go(func() error {
		inbox.KeepTidy(ctx, pool, p.Log)
		return nil
	})
	return group.Wait()
@% else %@
	return consumer.Run(ctx)
@% endif %@
}

type redriveConfig struct {
	Kafka kafka.Config
}

// redrive gives dead letters all attempts again.
func redrive(ctx context.Context, p *process.Process, settings redriveConfig) error {
	consumer := &kafka.Consumer{
		Config: settings.Kafka, Name: p.Service, Group: kafka.Group(p.Service), Subscriptions: events.Subscriptions(nil),
	}
	moved, err := consumer.Redrive(ctx)
	p.Log.InfoContext(ctx, "dead letters moved to the retry topic", "count", moved)
	return err
}

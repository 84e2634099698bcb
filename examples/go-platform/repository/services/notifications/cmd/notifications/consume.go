package main

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"git.example.com/acme/shop/pkg/inbox"
	"git.example.com/acme/shop/pkg/kafka"
	"git.example.com/acme/shop/pkg/postgres"
	"git.example.com/acme/shop/pkg/process"
	"git.example.com/acme/shop/pkg/queue"
	"git.example.com/acme/shop/services/notifications/internal/adapters/events"
	"git.example.com/acme/shop/services/notifications/internal/adapters/tasks"
	"git.example.com/acme/shop/services/notifications/internal/app"
)

type consumeConfig struct {
	Kafka kafka.Config

	Database postgres.Config

	Queue queue.Config
}

// consume handles events from other services until ctx is cancelled.
func consume(ctx context.Context, p *process.Process, settings consumeConfig) error {
	items, pool, err := openStore(ctx, settings.Database)
	if err != nil {
		return err
	}
	defer pool.Close()
	client, err := queue.NewClient(settings.Queue)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	next := tasks.NewSender(client)
	consumer := &kafka.Consumer{
		Config:        settings.Kafka,
		Name:          p.Service,
		Group:         kafka.Group(p.Service),
		Subscriptions: events.Subscriptions(app.NewConsumption(items, next)),
		Unavailable: func(err error) bool {
			return postgres.IsUnavailable(err) || errors.Is(err, queue.ErrUnavailable)
		},
		Log: p.Log,
	}
	p.Admin.Alive("consumer", consumer.Live)
	p.Ready()
	var group errgroup.Group
	group.Go(func() error { return consumer.Run(ctx) })
	group.Go(func() error {
		inbox.KeepTidy(ctx, pool, p.Log)
		return nil
	})
	return group.Wait()
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

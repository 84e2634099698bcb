package main

import (
	"context"

	"git.example.com/acme/shop/pkg/kafka"
	"git.example.com/acme/shop/pkg/outbox"
	"git.example.com/acme/shop/pkg/postgres"
	"git.example.com/acme/shop/pkg/process"
	"git.example.com/acme/shop/services/orders/internal/adapters/events"
)

type relayConfig struct {
	Database postgres.Config
	Kafka    kafka.Config
}

// relay publishes events from the outbox until ctx is cancelled.
func relay(ctx context.Context, p *process.Process, settings relayConfig) error {
	publisher, err := kafka.NewPublisher(settings.Kafka, kafka.Topic(p.Service))
	if err != nil {
		return err
	}
	defer publisher.Close()
	r := &outbox.Relay{
		DatabaseURL: settings.Database.URL,
		Source:      events.Outbox,
		Publisher:   publisher,
		Log:         p.Log,
	}
	p.Admin.Check("outbox", r.Ready)
	p.Admin.Alive("relay", r.Live)
	p.Ready()
	return r.Run(ctx)
}

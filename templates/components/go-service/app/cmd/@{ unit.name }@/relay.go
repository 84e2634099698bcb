package main

import (
	"context"

	"@{ project.module }@/pkg/kafka"
	"@{ project.module }@/pkg/outbox"
	"@{ project.module }@/pkg/postgres"
	"@{ project.module }@/pkg/process"
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/events"
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

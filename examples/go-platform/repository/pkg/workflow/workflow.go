// Package workflow connects to Temporal: clients and workers under one trace and one request id, with counted outcomes.
package workflow

import (
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/workflow"
)

// StopTimeout is what a worker that is told to stop grants the activities in hand; by default they would be dropped at
// once. A pod's grace period is longer.
const StopTimeout = 20 * time.Second

// Config says where Temporal is.
type Config struct {
	Address   string `env:"TEMPORAL_ADDRESS"`
	Namespace string `env:"TEMPORAL_NAMESPACE" default:"default"`
}

// Open makes a client that connects when it is used first.
func Open(settings Config, logger *slog.Logger) (client.Client, error) {
	return open(settings, logger, client.MetricsNopHandler)
}

func open(settings Config, logger *slog.Logger, measures client.MetricsHandler) (client.Client, error) {
	connection, err := client.NewLazyClient(client.Options{
		HostPort:           settings.Address,
		Namespace:          settings.Namespace,
		Logger:             log.NewStructuredLogger(logger),
		MetricsHandler:     measures,
		ContextPropagators: []workflow.ContextPropagator{Propagator{}},
	})
	if err != nil {
		return nil, fmt.Errorf("temporal: %w", err)
	}
	return connection, nil
}

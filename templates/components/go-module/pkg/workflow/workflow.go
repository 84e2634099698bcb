// Package workflow provides Temporal clients and workers with trace propagation and measurements.
package workflow

import (
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/workflow"
)

// StopTimeout is how long a graceful shutdown waits for activities in progress. The SDK's default is not to wait. The
// pod's termination grace period must be longer.
const StopTimeout = 20 * time.Second

// Config holds the server's address and namespace.
type Config struct {
	Address   string `env:"TEMPORAL_ADDRESS"`
	Namespace string `env:"TEMPORAL_NAMESPACE" default:"default"`
}

// Open creates a client that connects on first use.
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

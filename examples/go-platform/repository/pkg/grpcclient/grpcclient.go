// Package grpcclient creates clients of other services.
package grpcclient

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"

	"git.example.com/acme/shop/pkg/telemetry"
)

const (
	scope = "git.example.com/acme/shop/pkg/grpcclient"

	callTimeout = 5 * time.Second // for callers that set no deadline
)

// policy load-balances over all replicas that the name resolves to, and retries calls that fail with UNAVAILABLE.
const policy = `{
	"loadBalancingConfig": [{"round_robin": {}}],
	"methodConfig": [{
		"name": [{}],
		"retryPolicy": {
			"maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
			"retryableStatusCodes": ["UNAVAILABLE"]
		}
	}]
}`

// Dial creates a client that connects on first use. There is no TLS: inside the cluster, network policies decide who
// may call whom.
func Dial(address string) (*grpc.ClientConn, error) {
	connection, err := grpc.NewClient("dns:///"+address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(policy),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
		grpc.WithUnaryInterceptor(observe),
	)
	if err != nil {
		return nil, fmt.Errorf("grpc client of %s: %w", address, err)
	}
	return connection, nil
}

// observe sets a default deadline and propagates the trace context and request id.
func observe(
	ctx context.Context, method string, request, reply any, connection *grpc.ClientConn, call grpc.UnaryInvoker,
	options ...grpc.CallOption,
) error {
	if _, set := ctx.Deadline(); !set {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTimeout)
		defer cancel()
	}
	ctx, span := otel.Tracer(scope).Start(ctx, method[1:], trace.WithSpanKind(trace.SpanKindClient))
	defer span.End()
	for name, value := range telemetry.Inject(ctx) {
		ctx = metadata.AppendToOutgoingContext(ctx, name, value)
	}
	err := call(ctx, method, request, reply, connection, options...)
	if err != nil {
		span.RecordError(err)
		span.SetStatus(otelcodes.Error, "call failed")
	}
	return err
}

// Package grpcclient calls other services.
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

// policy spreads calls over all replicas that the name leads to, and repeats a call that none of them took.
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

// Dial prepares calls to an address; connections are made when they are needed. Inside the cluster the network is
// trusted, as its policies say who may call whom.
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

// observe hands the trace and the request id on, and a deadline.
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

package main

import (
	"context"
	"fmt"
	"net"

	"golang.org/x/sync/errgroup"

	"git.example.com/acme/shop/pkg/grpcserver"
	"git.example.com/acme/shop/pkg/httpserver"
	"git.example.com/acme/shop/pkg/postgres"
	"git.example.com/acme/shop/pkg/process"
	"git.example.com/acme/shop/services/orders/internal/adapters/grpcapi"
	"git.example.com/acme/shop/services/orders/internal/adapters/httpapi"
	"git.example.com/acme/shop/services/orders/internal/app"
)

type serveConfig struct {
	Database postgres.Config
}

// serve handles requests until ctx is cancelled, then shuts down gracefully.
func serve(ctx context.Context, p *process.Process, settings serveConfig) error {
	items, pool, err := openStore(ctx, settings.Database)
	if err != nil {
		return err
	}
	defer pool.Close()
	service := app.New(items)
	routes := httpapi.Routes(service)
	routes = append(routes, httpapi.Runs(app.NewRuns(items))...)
	httpListener, err := net.Listen("tcp", ":8080")
	if err != nil {
		return fmt.Errorf("http: %w", err)
	}
	defer httpListener.Close()
	grpcListener, err := net.Listen("tcp", ":9000")
	if err != nil {
		return fmt.Errorf("grpc: %w", err)
	}
	defer grpcListener.Close()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		options := httpserver.Options{Log: p.Log, Drain: p.Drain, Unavailable: postgres.IsUnavailable}
		return httpserver.ServeNetHTTP(ctx, httpListener, routes, options)
	})
	group.Go(func() error {
		options := grpcserver.Options{
			Log: p.Log, Drain: p.Drain, Reflection: p.Environment == "local",
			Unavailable: postgres.IsUnavailable,
		}
		return grpcserver.Serve(ctx, grpcListener, grpcapi.New(service), options)
	})
	p.Ready()
	return group.Wait()
}

package main

import (
	"context"
	"fmt"
	"net"

	"golang.org/x/sync/errgroup"

@% if params.grpc %@
	"@{ project.module }@/pkg/grpcserver"
@% endif %@
@% if params.http %@
	"@{ project.module }@/pkg/httpserver"
@% endif %@
@% if params.database %@
	"@{ project.module }@/pkg/postgres"
@% endif %@
	"@{ project.module }@/pkg/process"
@% if params.grpc %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/grpcapi"
@% endif %@
@% if params.http %@
	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/httpapi"
@% endif %@
	"@{ project.module }@/services/@{ unit.name }@/internal/app"
)

type serveConfig struct {
@% if params.database %@
	Database postgres.Config
@% endif %@
}

// serve handles requests until ctx is cancelled, then shuts down gracefully.
func serve(ctx context.Context, p *process.Process, settings serveConfig) error {
@% if params.database %@
	items, pool, err := openStore(ctx, settings.Database)
	if err != nil {
		return err
	}
	defer pool.Close()
	service := app.New(items)
@% else %@
	service := app.New()
@% endif %@
@% if params.http %@
	routes := httpapi.Routes(service)
@% endif %@
@% if slots.serve %@
@{ slots.serve }@
@% endif %@
@% if params.http %@
	httpListener, err := net.Listen("tcp", ":@{ endpoints.http.port }@")
	if err != nil {
		return fmt.Errorf("http: %w", err)
	}
	defer httpListener.Close()
@% endif %@
@% if params.grpc %@
	grpcListener, err := net.Listen("tcp", ":@{ endpoints.grpc.port }@")
	if err != nil {
		return fmt.Errorf("grpc: %w", err)
	}
	defer grpcListener.Close()
@% endif %@
	group, ctx := errgroup.WithContext(ctx)
@% if params.http %@
	group.Go(func() error {
		options := httpserver.Options{Log: p.Log, Drain: p.Drain@{ ", Unavailable: postgres.IsUnavailable" if params.database else "" }@}
		return httpserver.Serve@{ "Fiber" if params.framework == "fiber" else "NetHTTP" }@(ctx, httpListener, routes, options)
	})
@% endif %@
@% if params.grpc %@
	group.Go(func() error {
		options := grpcserver.Options{
			Log: p.Log, Drain: p.Drain, Reflection: p.Environment == "local",
@% if params.database %@
			Unavailable: postgres.IsUnavailable,
@% endif %@
		}
		return grpcserver.Serve(ctx, grpcListener, grpcapi.New(service), options)
	})
@% endif %@
	p.Ready()
	return group.Wait()
}

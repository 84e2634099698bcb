package main

import (
	"context"

	"git.example.com/acme/shop/pkg/postgres"
	"git.example.com/acme/shop/pkg/process"
	"git.example.com/acme/shop/services/notifications/migrations"
)

type migrateConfig struct {
	Database postgres.Config
}

// migrate applies this release's schema migrations.
func migrate(ctx context.Context, p *process.Process, settings migrateConfig) error {
	pool, err := postgres.Open(ctx, settings.Database)
	if err != nil {
		return err
	}
	defer pool.Close()
	return postgres.Migrate(ctx, pool, migrations.Files, p.Log)
}

package main

import (
	"context"

	"@{ project.module }@/pkg/postgres"
	"@{ project.module }@/pkg/process"
	"@{ project.module }@/services/@{ unit.name }@/migrations"
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
@% if slots.migrate %@
	if err := postgres.Migrate(ctx, pool, migrations.Files, p.Log); err != nil {
		return err
	}
@{ slots.migrate }@
	return nil
@% else %@
	return postgres.Migrate(ctx, pool, migrations.Files, p.Log)
@% endif %@
}

// Package migrations embeds the SQL migrations.
package migrations

import "embed"

// Files holds the migrations in goose's format.
//
//go:embed *.sql
var Files embed.FS

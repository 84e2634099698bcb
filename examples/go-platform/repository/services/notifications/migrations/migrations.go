// Package migrations holds the steps that made the schema what it is.
package migrations

import "embed"

// Files are the steps, for goose.
//
//go:embed *.sql
var Files embed.FS

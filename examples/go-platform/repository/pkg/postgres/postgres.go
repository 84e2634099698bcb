// Package postgres opens connection pools, observed by otelpgx, and migrates schemas by goose.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"git.example.com/acme/shop/pkg/config"
)

// A migration that waits for a lock blocks every query behind it, so it times out soon and the job retries. A migration
// that needs longer sets its own limit: SET LOCAL statement_timeout. The job as a whole has ten minutes.
const (
	lockTimeout      = "5s"
	statementTimeout = "5min"
)

// Config holds the connection settings.
type Config struct {
	URL      config.URL `env:"DATABASE_URL"`
	PoolSize int32      `env:"DATABASE_POOL_SIZE" envDefault:"4"`
}

// Open creates a pool and pings the database.
func Open(ctx context.Context, settings Config) (*pgxpool.Pool, error) {
	parsed, err := pgxpool.ParseConfig(string(settings.URL))
	if err != nil {
		return nil, errors.New("DATABASE_URL is not a valid address of PostgreSQL") // the cause would reveal the password
	}
	parsed.MaxConns = settings.PoolSize
	parsed.MaxConnLifetime = 30 * time.Minute // so that connections move to the new primary after a failover
	parsed.MaxConnLifetimeJitter = 5 * time.Minute
	parsed.ConnConfig.ConnectTimeout = 5 * time.Second
	parsed.ConnConfig.Tracer = otelpgx.NewTracer() // statements have placeholders, never values
	pool, err := pgxpool.NewWithConfig(ctx, parsed)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := errors.Join(otelpgx.RecordStats(pool), pool.Ping(ctx)); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database: %w", err)
	}
	return pool, nil
}

// IsUnavailable says whether err is caused by the server and not by the statement, so that a retry can succeed once the
// server recovers. Such a server may still answer a ping.
func IsUnavailable(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	known, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return false
	}
	switch known.Code {
	case "25006": // read_only_sql_transaction: a standby, or set to read-only
		return true
	case "57014": // query_canceled: the statement timed out and may do so again
		return false
	}
	// Classes 08 (connection), 53 (insufficient resources, such as disk) and 57 (operator intervention, such as a
	// shutdown).
	return slices.ContainsFunc([]string{"08", "53", "57"}, func(class string) bool { return strings.HasPrefix(known.Code, class) })
}

// Migrate applies pending migrations. A lock serialises concurrent runs.
func Migrate(ctx context.Context, pool *pgxpool.Pool, files fs.FS, log *slog.Logger) error {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	connection := pool.Config().ConnConfig
	connection.RuntimeParams["lock_timeout"] = lockTimeout
	connection.RuntimeParams["statement_timeout"] = statementTimeout
	db := stdlib.OpenDB(*connection)
	defer func(db *sql.DB) { _ = db.Close() }(db)
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for _, result := range results {
		log.InfoContext(ctx, "migrated", "file", result.Source.Path, "duration_ms", result.Duration.Milliseconds())
	}
	return nil
}

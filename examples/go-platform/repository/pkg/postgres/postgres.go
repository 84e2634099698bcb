// Package postgres opens pools of connections and migrates schemas.
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

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"git.example.com/acme/shop/pkg/config"
)

const scope = "git.example.com/acme/shop/pkg/postgres"

// A migration that waits for a lock makes everybody wait who comes after it, so it soon gives up and the job tries again.
// One that needs longer says so itself: SET LOCAL statement_timeout. The job as a whole has ten minutes.
const (
	lockTimeout      = "5s"
	statementTimeout = "5min"
)

// Config says where the database is.
type Config struct {
	URL      config.URL `env:"DATABASE_URL"`
	PoolSize int32      `env:"DATABASE_POOL_SIZE" default:"4"`
}

// Open makes a pool and sees to it that the database answers.
func Open(ctx context.Context, settings Config) (*pgxpool.Pool, error) {
	parsed, err := pgxpool.ParseConfig(string(settings.URL))
	if err != nil {
		return nil, errors.New("DATABASE_URL is not a valid address of PostgreSQL") // the cause would show the password
	}
	parsed.MaxConns = settings.PoolSize
	parsed.MaxConnLifetime = 30 * time.Minute // so that a failover's new primary gets its share
	parsed.MaxConnLifetimeJitter = 5 * time.Minute
	parsed.ConnConfig.ConnectTimeout = 5 * time.Second
	parsed.ConnConfig.Tracer = tracer{}
	pool, err := pgxpool.NewWithConfig(ctx, parsed)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := observe(pool); err != nil {
		pool.Close()
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database: %w", err)
	}
	return pool, nil
}

// IsUnique says whether an error is a violation of that unique constraint.
func IsUnique(err error, constraint string) bool {
	known, ok := errors.AsType[*pgconn.PgError](err)
	return ok && known.Code == "23505" && known.ConstraintName == constraint
}

// IsUnavailable says whether an error is about the server and not about what it was asked: the same statement succeeds
// once the server is well. It may well answer a Ping meanwhile.
func IsUnavailable(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	known, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return false
	}
	switch known.Code {
	case "25006": // read_only_sql_transaction: it is a standby, or was made read-only
		return true
	case "57014": // query_canceled: this statement took too long, and may do so again
		return false
	}
	// Connections, resources such as disk and memory, and an operator who stops or starts it.
	return slices.ContainsFunc([]string{"08", "53", "57"}, func(class string) bool { return strings.HasPrefix(known.Code, class) })
}

// Migrate brings the schema up to what the files say. Two that run at once wait for each other.
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

// observe counts the pool's connections.
func observe(pool *pgxpool.Pool) error {
	meter := otel.Meter(scope)
	connections, err := meter.Int64ObservableGauge("db_pool_connections", metric.WithDescription("Connections of the pool by state."))
	if err != nil {
		return fmt.Errorf("database instruments: %w", err)
	}
	most, err := meter.Int64ObservableGauge("db_pool_max_connections", metric.WithDescription("Connections that the pool may open."))
	if err != nil {
		return fmt.Errorf("database instruments: %w", err)
	}
	_, err = meter.RegisterCallback(func(_ context.Context, observer metric.Observer) error {
		stat := pool.Stat()
		observer.ObserveInt64(connections, int64(stat.AcquiredConns()), metric.WithAttributes(attribute.String("state", "used")))
		observer.ObserveInt64(connections, int64(stat.IdleConns()), metric.WithAttributes(attribute.String("state", "idle")))
		observer.ObserveInt64(most, int64(stat.MaxConns()))
		return nil
	}, connections, most)
	if err != nil {
		return fmt.Errorf("database instruments: %w", err)
	}
	return nil
}

// tracer makes a span of each query; statements hold placeholders, never values.
type tracer struct{}

func (tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	ctx, _ = otel.Tracer(scope).Start(ctx, "query", trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String("db.system.name", "postgresql"), attribute.String("db.query.text", data.SQL)))
	return ctx
}

func (tracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	span := trace.SpanFromContext(ctx)
	if data.Err != nil {
		span.RecordError(data.Err)
		span.SetStatus(codes.Error, "query failed")
	}
	span.End()
}

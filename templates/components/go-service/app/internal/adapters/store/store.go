// Package store persists resources in PostgreSQL.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
@% if params.http or params.grpc %@
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
@% endif %@
)

const columns = "id::text, user_id, reference, amount, currency, status, created_at, confirmed_at"
@% if params.http or params.grpc %@

// keepKeys is the minimum time that an idempotency key is kept.
const keepKeys = 24 * time.Hour
@% endif %@
@% if params.publishes %@

// Emitter writes an event to the outbox inside tx.
type Emitter interface {
	Emit(ctx context.Context, tx pgx.Tx, event domain.Event) error
}
@% endif %@

// Store implements the application's ports on a connection pool.
type Store struct {
	pool *pgxpool.Pool
@% if params.publishes %@

	emitter Emitter
@% endif %@
}

@% if params.http or params.grpc %@
var _ ports.Store = (*Store)(nil)

@% endif %@
// New creates a Store. The database must be migrated.
@% if params.publishes %@
func New(pool *pgxpool.Pool, emitter Emitter) *Store { return &Store{pool: pool, emitter: emitter} }
@% else %@
func New(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }
@% endif %@

@% if params.http or params.grpc %@
// Within runs change in one transaction and rolls it back if change returns an error.
func (s *Store) Within(ctx context.Context, change func(ctx context.Context, tx ports.Tx) error) error {
	return s.within(ctx, func(tx *Tx) error { return change(ctx, tx) })
}

@% endif %@
@% if not (params.http or params.grpc) %@
// within runs change in one transaction and rolls it back if change returns an error.
@% endif %@
func (s *Store) within(ctx context.Context, change func(tx *Tx) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
@% if params.publishes %@
		return change(&Tx{tx: tx, emitter: s.emitter})
@% else %@
		return change(&Tx{tx: tx})
@% endif %@
	})
}

@% if params.http or params.grpc %@
// Get returns a resource that the user owns, or [domain.ErrNotFound].
func (s *Store) Get(ctx context.Context, userID string, id domain.ID) (domain.@{ params.noun | pascal }@, error) {
	rows, err := s.pool.Query(ctx, "SELECT "+columns+" FROM @{ params.noun | plural | snake }@ WHERE id = $1 AND user_id = $2", id, userID)
	if err != nil {
		return domain.@{ params.noun | pascal }@{}, fmt.Errorf("get: %w", err)
	}
	return one(rows)
}

// List returns the user's resources older than before, newest first. Ids are UUIDv7, so they double as the cursor.
func (s *Store) List(
	ctx context.Context, userID string, before domain.ID, limit int,
) ([]domain.@{ params.noun | pascal }@, error) {
	rows, err := s.pool.Query(ctx,
		"SELECT "+columns+" FROM @{ params.noun | plural | snake }@ WHERE user_id = $1 AND ($2 = '' OR id < nullif($2, '')::uuid) ORDER BY id DESC LIMIT $3",
		userID, string(before), limit)
	if err != nil {
		return nil, fmt.Errorf("list: %w", err)
	}
	items, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("list: %w", err)
	}
	return items, nil
}

@% endif %@
// Tx is an open transaction.
type Tx struct {
	tx pgx.Tx
@% if params.publishes %@

	emitter Emitter
@% endif %@
}

// Add inserts a resource.
func (t *Tx) Add(ctx context.Context, item domain.@{ params.noun | pascal }@) error {
	_, err := t.tx.Exec(ctx,
		`INSERT INTO @{ params.noun | plural | snake }@ (id, user_id, reference, amount, currency, status, created_at, confirmed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		item.ID, item.UserID, item.Reference, item.Amount, item.Currency, item.Status, item.CreatedAt, moment(item.ConfirmedAt))
	if err != nil {
		return fmt.Errorf("add: %w", err)
	}
	return nil
}

// Find locks the row until the transaction ends.
func (t *Tx) Find(ctx context.Context, id domain.ID) (domain.@{ params.noun | pascal }@, error) {
	rows, err := t.tx.Query(ctx, "SELECT "+columns+" FROM @{ params.noun | plural | snake }@ WHERE id = $1 FOR UPDATE", id)
	if err != nil {
		return domain.@{ params.noun | pascal }@{}, fmt.Errorf("find: %w", err)
	}
	return one(rows)
}

// Save updates the status. The other columns never change.
func (t *Tx) Save(ctx context.Context, item domain.@{ params.noun | pascal }@) error {
	_, err := t.tx.Exec(ctx, "UPDATE @{ params.noun | plural | snake }@ SET status = $2, confirmed_at = $3 WHERE id = $1",
		item.ID, item.Status, moment(item.ConfirmedAt))
	if err != nil {
		return fmt.Errorf("save: %w", err)
	}
	return nil
}
@% if params.http or params.grpc %@

// Remember stores an idempotency key. If a concurrent transaction holds the same key, the insert blocks until that one
// ends.
func (t *Tx) Remember(ctx context.Context, key ports.Key) (ports.Key, bool, error) {
	done, err := t.tx.Exec(ctx,
		`INSERT INTO idempotency_keys (user_id, key, fingerprint, subject_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		key.UserID, key.Text, key.Fingerprint, key.ID)
	if err != nil {
		return ports.Key{}, false, fmt.Errorf("remember: %w", err)
	}
	if done.RowsAffected() == 1 {
		return key, true, t.forget(ctx)
	}
	err = t.tx.QueryRow(ctx, "SELECT fingerprint, subject_id::text FROM idempotency_keys WHERE user_id = $1 AND key = $2",
		key.UserID, key.Text).Scan(&key.Fingerprint, &key.ID)
	if err != nil {
		return ports.Key{}, false, fmt.Errorf("remember: %w", err)
	}
	return key, false, nil
}

// forget deletes up to ten expired keys per new one, so the table does not grow. Keys locked by another transaction are
// skipped.
func (t *Tx) forget(ctx context.Context) error {
	_, err := t.tx.Exec(ctx,
		`DELETE FROM idempotency_keys WHERE (user_id, key) IN (
			SELECT user_id, key FROM idempotency_keys WHERE created_at < now() - $1::interval
			ORDER BY created_at LIMIT 10 FOR UPDATE SKIP LOCKED)`,
		keepKeys)
	if err != nil {
		return fmt.Errorf("forget old keys: %w", err)
	}
	return nil
}
@% endif %@
@% if params.publishes %@

// Publish writes an event to the outbox.
func (t *Tx) Publish(ctx context.Context, event domain.Event) error {
	return t.emitter.Emit(ctx, t.tx, event)
}
@% endif %@

func one(rows pgx.Rows) (domain.@{ params.noun | pascal }@, error) {
	item, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return item, domain.ErrNotFound
	}
	if err != nil {
		return item, fmt.Errorf("find: %w", err)
	}
	return item, nil
}

func scan(row pgx.CollectableRow) (domain.@{ params.noun | pascal }@, error) {
	var item domain.@{ params.noun | pascal }@
	var confirmed *time.Time
	err := row.Scan(&item.ID, &item.UserID, &item.Reference, &item.Amount, &item.Currency, &item.Status, &item.CreatedAt, &confirmed)
	item.CreatedAt = item.CreatedAt.UTC()
	if confirmed != nil {
		item.ConfirmedAt = confirmed.UTC()
	}
	return item, err
}

// moment maps the zero time to NULL.
func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

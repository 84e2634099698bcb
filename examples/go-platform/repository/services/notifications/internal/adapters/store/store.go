// Package store persists resources in PostgreSQL.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"git.example.com/acme/shop/services/notifications/internal/domain"
)

const columns = "id::text, user_id, reference, amount, currency, status, created_at, confirmed_at"

// Store implements the application's ports on a connection pool.
type Store struct {
	pool *pgxpool.Pool
}

// New creates a Store. The database must be migrated.
func New(pool *pgxpool.Pool) *Store { return &Store{pool: pool} }

// within runs change in one transaction and rolls it back if change returns an error.
func (s *Store) within(ctx context.Context, change func(tx *Tx) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		return change(&Tx{tx: tx})
	})
}

// Tx is an open transaction.
type Tx struct {
	tx pgx.Tx
}

// Add inserts a resource.
func (t *Tx) Add(ctx context.Context, item domain.Notification) error {
	_, err := t.tx.Exec(ctx,
		`INSERT INTO notifications (id, user_id, reference, amount, currency, status, created_at, confirmed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		item.ID, item.UserID, item.Reference, item.Amount, item.Currency, item.Status, item.CreatedAt, moment(item.ConfirmedAt))
	if err != nil {
		return fmt.Errorf("add: %w", err)
	}
	return nil
}

// Find locks the row until the transaction ends.
func (t *Tx) Find(ctx context.Context, id domain.ID) (domain.Notification, error) {
	rows, err := t.tx.Query(ctx, "SELECT "+columns+" FROM notifications WHERE id = $1 FOR UPDATE", id)
	if err != nil {
		return domain.Notification{}, fmt.Errorf("find: %w", err)
	}
	return one(rows)
}

// Save updates the status. The other columns never change.
func (t *Tx) Save(ctx context.Context, item domain.Notification) error {
	_, err := t.tx.Exec(ctx, "UPDATE notifications SET status = $2, confirmed_at = $3 WHERE id = $1",
		item.ID, item.Status, moment(item.ConfirmedAt))
	if err != nil {
		return fmt.Errorf("save: %w", err)
	}
	return nil
}

func one(rows pgx.Rows) (domain.Notification, error) {
	item, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return item, domain.ErrNotFound
	}
	if err != nil {
		return item, fmt.Errorf("find: %w", err)
	}
	return item, nil
}

func scan(row pgx.CollectableRow) (domain.Notification, error) {
	var item domain.Notification
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

package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"@{ project.module }@/pkg/inbox"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

var _ ports.Inbox = (*Store)(nil)

// Receive runs change at most once per event id.
func (s *Store) Receive(
	ctx context.Context, event domain.ID, change func(ctx context.Context, tx ports.OriginTx) error,
) (fresh bool, err error) {
	err = s.within(ctx, func(tx *Tx) error {
		if fresh, err = inbox.Begin(ctx, tx.tx, string(event)); err != nil || !fresh {
			return err
		}
		return change(ctx, tx)
	})
	return fresh, err
}

// For runs change on the resource created for the origin, with its row locked.
func (s *Store) For(
	ctx context.Context, origin ports.Origin,
	change func(ctx context.Context, tx ports.Tx, item domain.@{ unit.params.noun | pascal }@) error,
) error {
	return s.within(ctx, func(tx *Tx) error {
		var id domain.ID
		const query = "SELECT subject_id::text FROM @{ unit.params.noun | snake }@_origins WHERE service = $1 AND id = $2"
		err := tx.tx.QueryRow(ctx, query, origin.Service, origin.ID).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return domain.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("find for %s %s: %w", origin.Service, origin.ID, err)
		}
		item, err := tx.Find(ctx, id)
		if err != nil {
			return err
		}
		return change(ctx, tx, item)
	})
}

// AddFor inserts a resource unless the origin has one: events with different ids may be about the same origin.
func (t *Tx) AddFor(ctx context.Context, origin ports.Origin, item domain.@{ unit.params.noun | pascal }@) error {
	var there bool
	const query = "SELECT EXISTS (SELECT FROM @{ unit.params.noun | snake }@_origins WHERE service = $1 AND id = $2)"
	if err := t.tx.QueryRow(ctx, query, origin.Service, origin.ID).Scan(&there); err != nil {
		return fmt.Errorf("look for %s %s: %w", origin.Service, origin.ID, err)
	}
	if there {
		return nil
	}
	if err := t.Add(ctx, item); err != nil {
		return err
	}
	const statement = "INSERT INTO @{ unit.params.noun | snake }@_origins (service, id, subject_id) VALUES ($1, $2, $3)"
	if _, err := t.tx.Exec(ctx, statement, origin.Service, origin.ID, item.ID); err != nil {
		return fmt.Errorf("add for %s %s: %w", origin.Service, origin.ID, err)
	}
	return nil
}

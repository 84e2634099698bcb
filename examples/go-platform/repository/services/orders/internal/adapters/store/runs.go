package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"git.example.com/acme/shop/services/orders/internal/domain"
	"git.example.com/acme/shop/services/orders/internal/ports"
)

const (
	runColumns = "subject_id::text, workflow, status, reason, started_at, begun_at, ended_at"
	findRun    = "SELECT " + runColumns + " FROM order_runs WHERE subject_id = $1 AND workflow = $2"
)

var (
	_ ports.Runs      = (*Store)(nil)
	_ ports.Requested = (*Store)(nil)
)

// Run returns a run, or [domain.ErrNotFound].
func (s *Store) Run(ctx context.Context, subject domain.ID, workflow string) (domain.Run, error) {
	rows, err := s.pool.Query(ctx, findRun, subject, workflow)
	if err != nil {
		return domain.Run{}, fmt.Errorf("find run: %w", err)
	}
	return oneRun(rows)
}

// Take returns requests that nobody else took within patience. Workers that take at the same time get different ones.
func (s *Store) Take(ctx context.Context, patience time.Duration, limit int) ([]ports.Request, error) {
	rows, err := s.pool.Query(ctx,
		`UPDATE order_runs SET taken_at = now() WHERE (subject_id, workflow) IN (
			SELECT subject_id, workflow FROM order_runs
			WHERE begun_at IS NULL AND ended_at IS NULL AND (taken_at IS NULL OR taken_at < now() - $1::interval)
			ORDER BY started_at LIMIT $2 FOR UPDATE SKIP LOCKED)
		RETURNING `+runColumns+", handed", patience, limit)
	if err != nil {
		return nil, fmt.Errorf("take requested runs: %w", err)
	}
	requests, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (request ports.Request, err error) {
		request.Run, err = scanRun(row, &request.Started)
		return request, err
	})
	if err != nil {
		return nil, fmt.Errorf("take requested runs: %w", err)
	}
	return requests, nil
}

// MarkStarted records that the workflow engine has the run.
func (s *Store) MarkStarted(ctx context.Context, subject domain.ID, workflow string) error {
	const statement = "UPDATE order_runs SET handed = true WHERE subject_id = $1 AND workflow = $2"
	if _, err := s.pool.Exec(ctx, statement, subject, workflow); err != nil {
		return fmt.Errorf("mark a run as started: %w", err)
	}
	return nil
}

// WithinRun runs change in one transaction, with the subject's row locked.
func (s *Store) WithinRun(
	ctx context.Context, subject domain.ID,
	change func(ctx context.Context, tx ports.RunTx, subject domain.Order) error,
) error {
	return s.within(ctx, func(tx *Tx) error {
		item, err := tx.Find(ctx, subject)
		if err != nil {
			return err
		}
		return change(ctx, tx, item)
	})
}

// AddRun inserts a run, or returns the existing one. The lock on the subject's row prevents a concurrent insert.
func (t *Tx) AddRun(ctx context.Context, run domain.Run) (domain.Run, error) {
	_, err := t.tx.Exec(ctx,
		`INSERT INTO order_runs (subject_id, workflow, status, reason, started_at, begun_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		run.SubjectID, run.Workflow, run.Status, run.Reason, run.StartedAt, moment(run.BegunAt), moment(run.EndedAt))
	if err != nil {
		return domain.Run{}, fmt.Errorf("add run: %w", err)
	}
	return t.FindRun(ctx, run.SubjectID, run.Workflow)
}

// FindRun returns a run, or [domain.ErrNotFound].
func (t *Tx) FindRun(ctx context.Context, subject domain.ID, workflow string) (domain.Run, error) {
	rows, err := t.tx.Query(ctx, findRun, subject, workflow)
	if err != nil {
		return domain.Run{}, fmt.Errorf("find run: %w", err)
	}
	return oneRun(rows)
}

// SaveRun updates a run's state.
func (t *Tx) SaveRun(ctx context.Context, run domain.Run) error {
	_, err := t.tx.Exec(ctx,
		"UPDATE order_runs SET status = $3, reason = $4, begun_at = $5, ended_at = $6 WHERE subject_id = $1 AND workflow = $2",
		run.SubjectID, run.Workflow, run.Status, run.Reason, moment(run.BegunAt), moment(run.EndedAt))
	if err != nil {
		return fmt.Errorf("save run: %w", err)
	}
	return nil
}

func oneRun(rows pgx.Rows) (domain.Run, error) {
	run, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (domain.Run, error) { return scanRun(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.Run{}, domain.ErrNotFound
	}
	if err != nil {
		return domain.Run{}, fmt.Errorf("find run: %w", err)
	}
	return run, nil
}

// scanRun reads runColumns, and more columns after them.
func scanRun(row pgx.CollectableRow, more ...any) (domain.Run, error) {
	var run domain.Run
	var begun, ended *time.Time
	err := row.Scan(append([]any{&run.SubjectID, &run.Workflow, &run.Status, &run.Reason, &run.StartedAt, &begun, &ended}, more...)...)
	run.StartedAt = run.StartedAt.UTC()
	if begun != nil {
		run.BegunAt = begun.UTC()
	}
	if ended != nil {
		run.EndedAt = ended.UTC()
	}
	return run, err
}

package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Names holds the database names of one service's outbox. They are derived here only: a slot that is created under one
// name and read under another would retain write-ahead log for ever.
type Names struct {
	// Slot names the logical replication slot and the publication that pgoutput requires.
	Slot string
	// Prefix marks messages that are events of this service.
	Prefix string
}

// NamesOf derives the names from a service's name.
func NamesOf(service string) Names {
	name := strings.ReplaceAll(service, "-", "_") + "_outbox"
	return Names{Slot: name, Prefix: name}
}

const duplicateObject = "42710"

// Install creates the publication and the slot if they do not exist. It is part of the migrations: events emitted
// before the slot exists are never published. The slot is a failover slot, so it survives the promotion of a standby.
func (w WAL) Install(ctx context.Context, conn *pgx.Conn) error {
	names := w.Names
	var level string
	if err := conn.QueryRow(ctx, "SHOW wal_level").Scan(&level); err != nil {
		return fmt.Errorf("read wal_level: %w", err)
	}
	if level != "logical" {
		return fmt.Errorf("the outbox needs wal_level logical, the server has %s", level)
	}
	// The publication has no tables: only messages are read, but pgoutput requires a publication.
	publication := pgx.Identifier{names.Slot}.Sanitize()
	if err := unlessThere(conn.Exec(ctx, "CREATE PUBLICATION "+publication)); err != nil {
		return fmt.Errorf("create publication %s: %w", names.Slot, err)
	}
	_, err := conn.Exec(ctx, "SELECT pg_create_logical_replication_slot($1, 'pgoutput', failover => true)", names.Slot)
	if err := unlessThere(pgconn.CommandTag{}, err); err != nil {
		return fmt.Errorf("create slot %s: %w", names.Slot, err)
	}
	_, _, err = w.look(ctx, conn)
	return err
}

// errSlotLost means that unpublished events are gone from the log, so that an operator has to decide.
var errSlotLost = errors.New("the replication slot lost its write-ahead log")

// look returns how much log lies before the slot, and how much the server retains for it.
func (w WAL) look(ctx context.Context, conn *pgx.Conn) (lag, retained int64, err error) {
	var lost bool
	const query = `SELECT wal_status = 'lost', coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn), 0)::bigint,
		coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint
		FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database()`
	err = conn.QueryRow(ctx, query, w.Names.Slot).Scan(&lost, &lag, &retained)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, 0, fmt.Errorf("slot %s is not in this database: run the migrations", w.Names.Slot)
	case err != nil:
		return 0, 0, fmt.Errorf("look at slot %s: %w", w.Names.Slot, err)
	case lost:
		return 0, 0, fmt.Errorf("%w: %s reached max_slot_wal_keep_size. Drop it, migrate again, and publish the missing events from the tables", errSlotLost, w.Names.Slot)
	}
	return lag, retained, nil
}

func unlessThere(_ pgconn.CommandTag, err error) error {
	if known, ok := errors.AsType[*pgconn.PgError](err); ok && known.Code == duplicateObject {
		return nil
	}
	return err
}

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
	// Heartbeat marks messages that only advance an idle slot.
	Heartbeat string
}

// NamesOf derives the names from a service's name.
func NamesOf(service string) Names {
	name := strings.ReplaceAll(service, "-", "_") + "_outbox"
	return Names{Slot: name, Prefix: name, Heartbeat: name + ".heartbeat"}
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
	return usable(ctx, conn, names)
}

// usable rejects a slot that the server has invalidated. Its unread events are lost, so an operator has to decide.
func usable(ctx context.Context, conn *pgx.Conn, names Names) error {
	var lost bool
	const query = "SELECT wal_status = 'lost' FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database()"
	err := conn.QueryRow(ctx, query, names.Slot).Scan(&lost)
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("slot %s belongs to another database of this server", names.Slot)
	}
	if err != nil {
		return fmt.Errorf("look at slot %s: %w", names.Slot, err)
	}
	if lost {
		return fmt.Errorf("slot %s lost its write-ahead log (max_slot_wal_keep_size): drop it, publish what is missing, migrate again", names.Slot)
	}
	return nil
}

func unlessThere(_ pgconn.CommandTag, err error) error {
	if known, ok := errors.AsType[*pgconn.PgError](err); ok && known.Code == duplicateObject {
		return nil
	}
	return err
}

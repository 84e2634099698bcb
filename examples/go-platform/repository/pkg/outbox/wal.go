package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pglogrepl"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"go.opentelemetry.io/otel/metric"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
)

const (
	// statusInterval is how often the server learns how far the relay is. It hangs up after a minute without.
	statusInterval = 5 * time.Second
	// lull is how long the relay waits for more transactions of a batch.
	lull        = 10 * time.Millisecond
	objectInUse = "55006"
)

// The errors are ignored for the same reason as those in relay.go.
var (
	lagBytes, _ = meter.Int64Gauge("outbox_lag_bytes",
		metric.WithDescription("Write-ahead log between the slot's confirmed position and the server's current position."))
	retainedBytes, _ = meter.Int64Gauge("outbox_retained_bytes",
		metric.WithDescription("Write-ahead log that the server retains for the slot."))
	slotLost, _ = meter.Int64Gauge("outbox_slot_lost",
		metric.WithDescription("1 if the server dropped the log that the slot needs: unpublished events are lost."))
)

// WAL is an outbox in the write-ahead log, streamed from a logical replication slot.
type WAL struct{ Names Names }

// Emit writes an event to the write-ahead log as part of tx, with the trace context and request id of ctx.
func (w WAL) Emit(ctx context.Context, tx Executor, event Event) error {
	message, err := encode(ctx, event)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "SELECT pg_logical_emit_message(true, $1, $2::bytea)", w.Names.Prefix, message); err != nil {
		return fmt.Errorf("emit event %s: %w", event.Type, err)
	}
	return nil
}

// session streams the slot over one connection and measures it over another. A slot has one reader at a time.
func (w WAL) session(ctx context.Context, r *Relay) error {
	watching, err := connect(ctx, r.DatabaseURL, nil)
	if err != nil {
		return err
	}
	defer disconnect(ctx, watching)
	if err := w.measure(ctx, watching); err != nil {
		return err
	}
	conn, err := connect(ctx, r.DatabaseURL, map[string]string{"replication": "database"})
	if err != nil {
		return err
	}
	defer disconnect(ctx, conn)
	err = pglogrepl.StartReplication(ctx, conn.PgConn(), w.Names.Slot, 0, pglogrepl.StartReplicationOptions{
		PluginArgs: []string{"proto_version '1'", fmt.Sprintf("publication_names '%s'", w.Names.Slot), "messages 'true'"},
	})
	if known, ok := errors.AsType[*pgconn.PgError](err); ok && known.Code == objectInUse {
		return errHeld
	}
	if err != nil {
		return fmt.Errorf("stream slot %s: %w", w.Names.Slot, err)
	}
	r.held.Store(true)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		s := &stream{relay: r, conn: conn.PgConn(), prefix: w.Names.Prefix}
		for ctx.Err() == nil {
			if err := s.next(ctx); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	group.Go(func() error {
		for {
			sleep(ctx, measureEvery)
			if err := w.measure(ctx, watching); err != nil {
				return err
			}
		}
	})
	return group.Wait()
}

// measure reports how far the slot is. A slot that is lost or missing is an error with a message of its own.
func (w WAL) measure(ctx context.Context, conn *pgx.Conn) error {
	lag, retained, err := w.look(ctx, conn)
	if errors.Is(err, errSlotLost) {
		slotLost.Record(ctx, 1)
	}
	if err != nil {
		return err
	}
	slotLost.Record(ctx, 0)
	lagBytes.Record(ctx, lag)
	retainedBytes.Record(ctx, retained)
	return nil
}

// stream is what was read of the slot and is not confirmed yet.
type stream struct {
	relay  *Relay
	conn   *pgconn.PgConn
	prefix string

	// done is the position up to which everything is published; read is the end of the last transaction that was read.
	done, read pglogrepl.LSN
	open       bool // inside a transaction
	events     []*envelopev1.Envelope
	size       int
	told       time.Time
}

// next reads one message, or publishes and confirms what was read when none comes.
func (s *stream) next(ctx context.Context) error {
	wait := time.Until(s.told.Add(statusInterval))
	if s.read > s.done {
		wait = lull
	}
	receiving, cancel := context.WithTimeout(ctx, max(wait, time.Millisecond))
	defer cancel()
	message, err := s.conn.ReceiveMessage(receiving)
	switch {
	case pgconn.Timeout(err) && ctx.Err() == nil:
		return s.confirm(ctx)
	case err != nil:
		return fmt.Errorf("receive: %w", err)
	}
	switch message := message.(type) {
	case *pgproto3.ErrorResponse:
		return fmt.Errorf("stream: %w", pgconn.ErrorResponseToPgError(message))
	case *pgproto3.CopyData:
		return s.take(ctx, message.Data)
	default:
		return fmt.Errorf("stream: an unexpected %T", message)
	}
}

func (s *stream) take(ctx context.Context, data []byte) error {
	if data[0] == pglogrepl.PrimaryKeepaliveMessageByteID {
		alive, err := pglogrepl.ParsePrimaryKeepaliveMessage(data[1:])
		if err != nil {
			return fmt.Errorf("keepalive: %w", err)
		}
		// Everything before it was sent, so an idle slot moves on and the server can drop others' log.
		if !s.open && s.read <= s.done {
			s.read = max(s.read, alive.ServerWALEnd)
		}
		if alive.ReplyRequested {
			return s.confirm(ctx)
		}
		return nil
	}
	log, err := pglogrepl.ParseXLogData(data[1:])
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	record, err := pglogrepl.Parse(log.WALData)
	if err != nil {
		return fmt.Errorf("record at %s: %w", log.WALStart, err)
	}
	switch record := record.(type) {
	case *pglogrepl.BeginMessage:
		s.open = true
	case *pglogrepl.LogicalDecodingMessage:
		if record.Prefix != s.prefix {
			return nil
		}
		event := new(envelopev1.Envelope)
		if err := proto.Unmarshal(record.Content, event); err != nil {
			return fmt.Errorf("decode the event at %s: %w", log.WALStart, err)
		}
		s.events, s.size = append(s.events, event), s.size+len(record.Content)
	case *pglogrepl.CommitMessage:
		s.open, s.read = false, record.TransactionEndLSN
		if len(s.events) >= batchEvents || s.size >= batchBytes {
			return s.confirm(ctx)
		}
	}
	return nil
}

// confirm publishes whole transactions and then tells the server that they are done.
func (s *stream) confirm(ctx context.Context) error {
	if !s.open {
		if len(s.events) > 0 {
			if err := s.relay.publish(ctx, s.events); err != nil {
				return err
			}
		}
		s.done, s.events, s.size = s.read, nil, 0
		s.relay.advanced(ctx)
	}
	s.told = time.Now()
	if err := pglogrepl.SendStandbyStatusUpdate(ctx, s.conn, pglogrepl.StandbyStatusUpdate{WALWritePosition: s.done}); err != nil {
		return fmt.Errorf("confirm %s: %w", s.done, err)
	}
	return nil
}

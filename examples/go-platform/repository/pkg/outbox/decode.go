package outbox

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// lsn is a position in the write-ahead log.
type lsn uint64

// String formats the position in PostgreSQL's notation.
func (l lsn) String() string { return fmt.Sprintf("%X/%X", uint32(l>>32), uint32(l)) }

// Record types of pgoutput, protocol version 1, that the outbox uses.
const (
	recordBegin   = 'B'
	recordMessage = 'M'
	recordCommit  = 'C'
)

// message is what pg_logical_emit_message wrote.
type message struct {
	prefix  string
	content []byte
}

// batch holds whole transactions in commit order.
type batch struct {
	messages []message
	// end is the position after the last commit. It may be confirmed once everything before it is published.
	end lsn
	// size is the total size of the messages' content.
	size int
}

// full is true only at a commit, so a batch never ends inside a transaction.
func (b *batch) full(record []byte) bool {
	return b.size >= maxBatchBytes && record[0] == recordCommit
}

// add decodes one record.
func (b *batch) add(record []byte) error {
	if len(record) == 0 {
		return fmt.Errorf("empty record")
	}
	r := reader{rest: record[1:]}
	switch record[0] {
	case recordMessage:
		r.take(1 + 8) // flags, position
		m := message{prefix: r.text()}
		m.content = r.take(int(r.uint32()))
		b.messages = append(b.messages, m)
		b.size += len(m.content)
	case recordCommit:
		r.take(1 + 8) // flags, position of the commit record
		b.end = lsn(r.uint64())
		r.take(8) // time
	case recordBegin:
		r.take(8 + 8 + 4) // position of the commit record, time, transaction
	default:
		// Rows and schemas. The publication has no tables, so these are ignored.
		return nil
	}
	if r.short {
		return fmt.Errorf("record %q of %d bytes is cut off", record[0], len(record))
	}
	return nil
}

// reader consumes fields from the front of a record. short is set if the record was too short.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.short, r.rest = true, nil
		return nil
	}
	field := r.rest[:n]
	r.rest = r.rest[n:]
	return field
}

func (r *reader) uint32() uint32 {
	if field := r.take(4); field != nil {
		return binary.BigEndian.Uint32(field)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if field := r.take(8); field != nil {
		return binary.BigEndian.Uint64(field)
	}
	return 0
}

// text reads a NUL-terminated string.
func (r *reader) text() string {
	end := bytes.IndexByte(r.rest, 0)
	if end < 0 {
		r.short, r.rest = true, nil
		return ""
	}
	text := string(r.rest[:end])
	r.rest = r.rest[end+1:]
	return text
}

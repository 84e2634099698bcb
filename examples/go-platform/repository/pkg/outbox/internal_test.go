package outbox

import (
	"context"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"git.example.com/acme/shop/pkg/postgres/postgrestest"
)

// Records captured from PostgreSQL 18 for a transaction with two messages, and a truncated one.
const (
	begin   = "420000000001c00cb0000303c2205d3be5000002fe"
	hello   = "4d010000000001c00c786f72646572735f6f7574626f78000000000568656c6c6f"
	empty   = "4d010000000001c00cb0780000000000"
	commit  = "43000000000001c00cb00000000001c00ce0000303c2205d3be5"
	row     = "4900004000"
	cutText = "4d010000000001c00c786f7264"
)

func TestBatch_Records_AreDecodedOrRejected(t *testing.T) {
	prefix := string([]byte{0x6f, 0x72, 0x64, 0x65, 0x72, 0x73}) + "_outbox"
	for _, test := range []struct {
		name    string
		records []string
		want    batch
		refused string
	}{
		{name: "single transaction", records: []string{begin, hello, empty, commit}, want: batch{
			messages: []message{{prefix: prefix, content: []byte("hello")}, {prefix: "x", content: []byte{}}},
			end:      0x1c00ce0,
			size:     5,
		}},
		{name: "two transactions end at the later commit", records: []string{begin, commit, begin, strings.Replace(commit, "01c00ce0", "01c00dff", 1)}, want: batch{end: 0x1c00dff}},
		{name: "row records are ignored", records: []string{row}},
		{name: "empty record", records: []string{""}, refused: "empty record"},
		{name: "truncated commit", records: []string{commit[:len(commit)-2]}, refused: "cut off"},
		{name: "truncated begin", records: []string{begin[:10]}, refused: "cut off"},
		{name: "truncated prefix", records: []string{cutText}, refused: "cut off"},
		{name: "truncated content", records: []string{hello[:len(hello)-2]}, refused: "cut off"},
		{name: "length exceeds the record", records: []string{strings.Replace(hello, "00000005", "ffffffff", 1)}, refused: "cut off"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got batch
			var err error
			for _, text := range test.records {
				record, broken := hex.DecodeString(text)
				if broken != nil {
					t.Fatal(broken)
				}
				if err = got.add(record); err != nil {
					break
				}
			}
			if test.refused != "" {
				if err == nil || !strings.Contains(err.Error(), test.refused) {
					t.Fatalf("got %v, want %q", err, test.refused)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}

func TestLSN_String_UsesPostgreSQLNotation(t *testing.T) {
	if got := lsn(0x16_b374d848).String(); got != "16/B374D848" {
		t.Errorf("got %s", got)
	}
}

func TestBatch_SizeLimitReached_IsFullAtCommit(t *testing.T) {
	found := batch{size: maxBatchBytes - 1}
	for _, step := range []struct {
		record string
		full   bool
	}{{begin, false}, {commit, false}, {begin, false}, {hello, false}, {empty, false}, {commit, true}} {
		record, err := hex.DecodeString(step.record)
		if err != nil {
			t.Fatal(err)
		}
		if err := found.add(record); err != nil {
			t.Fatal(err)
		}
		if got := found.full(record); got != step.full {
			t.Errorf("after %q: full is %v", record[0], got)
		}
	}
}

// The lag must be reported even if no event can be decoded.
func TestReader_MalformedEvent_StillMeasuresSlot(t *testing.T) {
	pool := postgrestest.New(t, fstest.MapFS{"00001_nothing.sql": {Data: []byte("-- +goose Up\nSELECT 1;\n")}})
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	wal := WAL{Names: NamesOf("test-" + pool.Config().ConnConfig.Database)}
	if err := wal.Install(t.Context(), conn.Conn()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := conn.Exec(context.Background(), "SELECT pg_drop_replication_slot($1)", wal.Names.Slot); err != nil {
			t.Errorf("drop the slot: %v", err)
		}
	}()
	reader, _ := wal.Read(conn.Conn()).(*walReader)
	if _, err := conn.Exec(t.Context(), "SELECT pg_logical_emit_message(true, $1, 'not an event')", wal.Names.Prefix); err != nil {
		t.Fatal(err)
	}
	if _, _, err := reader.Next(t.Context()); err == nil {
		t.Fatal("a malformed event was decoded")
	}
	if reader.measured.IsZero() {
		t.Error("the slot was not measured")
	}
}

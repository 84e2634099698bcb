package outbox

import (
	"testing"
	"testing/fstest"

	"@{ project.module }@/pkg/postgres/postgrestest"
)

func TestBacklog_ManyEvents_IsCappedAtLimit(t *testing.T) {
	pool := postgrestest.New(t, fstest.MapFS{"00001_outbox.sql": {Data: []byte(`-- +goose Up
CREATE TABLE outbox (position bigint, message bytea, created_at timestamptz);
`)}})
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for _, test := range []struct {
		fill    string
		pending int64
		oldest  float64
	}{
		{"SELECT", 0, 0},
		{"INSERT INTO outbox SELECT n, '', now() - n * interval '1 minute' FROM generate_series(2, 4) AS n", 3, 120},
		{"INSERT INTO outbox SELECT n, '', now() FROM generate_series(5, 100100) AS n", maxCounted, 120},
	} {
		if _, err := conn.Exec(t.Context(), test.fill); err != nil {
			t.Fatal(err)
		}
		pending, oldest, err := backlog(t.Context(), conn.Conn())
		if err != nil || pending != test.pending || oldest < test.oldest || oldest > test.oldest+30 {
			t.Errorf("%s: %d events, the first for %f s, %v", test.fill, pending, oldest, err)
		}
	}
}

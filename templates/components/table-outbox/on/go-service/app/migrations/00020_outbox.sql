-- +goose Up
-- Events that are not published yet. The relay deletes a row after the broker has acknowledged it.
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (
    -- Rows come and go, and the table is nearly empty: a share of its rows says nothing about what is dead in it.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000
);

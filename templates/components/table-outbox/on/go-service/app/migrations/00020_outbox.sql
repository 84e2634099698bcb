-- +goose Up
-- Unpublished events. The relay deletes a row once the broker has acknowledged it.
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (
    -- The table is nearly empty but churns, so a scale factor says nothing about its dead rows.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 1000
);

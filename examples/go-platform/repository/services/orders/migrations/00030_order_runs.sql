-- +goose Up
CREATE TABLE order_runs (
    subject_id uuid NOT NULL REFERENCES orders (id),
    workflow text NOT NULL,
    status text NOT NULL CHECK (status IN ('started', 'completed', 'compensated')),
    reason text NOT NULL DEFAULT '',
    started_at timestamptz NOT NULL,
    taken_at timestamptz,
    handed boolean NOT NULL DEFAULT false,
    begun_at timestamptz,
    ended_at timestamptz,
    PRIMARY KEY (subject_id, workflow),
    CHECK ((status = 'started') = (ended_at IS NULL))
);
-- Serves the periodic search for runs that no worker has picked up.
CREATE INDEX order_runs_waiting ON order_runs (started_at) WHERE begun_at IS NULL AND ended_at IS NULL;

-- +goose Up
CREATE TABLE @{ unit.params.noun | snake }@_runs (
    subject_id uuid NOT NULL REFERENCES @{ unit.params.noun | plural | snake }@ (id),
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
CREATE INDEX @{ unit.params.noun | snake }@_runs_waiting ON @{ unit.params.noun | snake }@_runs (started_at) WHERE begun_at IS NULL AND ended_at IS NULL;

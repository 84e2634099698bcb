-- +goose Up
CREATE TABLE @{ unit.params.noun | snake }@_runs (
    subject_id uuid NOT NULL REFERENCES @{ unit.params.noun | plural | snake }@ (id),
    workflow text NOT NULL,
    status text NOT NULL CHECK (status IN ('started', 'completed', 'compensated')),
    reason text NOT NULL DEFAULT '',
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (subject_id, workflow),
    CHECK ((status = 'started') = (ended_at IS NULL))
);

-- +goose Down
DROP TABLE @{ unit.params.noun | snake }@_runs;

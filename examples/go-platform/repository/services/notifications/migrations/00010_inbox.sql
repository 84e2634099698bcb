-- +goose Up
-- Ids of processed events, for deduplication. Expired ones are purged by the indexed time.
CREATE TABLE inbox (
    event_id uuid PRIMARY KEY,
    received_at timestamptz NOT NULL
);
CREATE INDEX inbox_received_at ON inbox (received_at);

-- The resource of another service that each row was created for.
CREATE TABLE notification_origins (
    service text NOT NULL,
    id uuid NOT NULL,
    subject_id uuid NOT NULL UNIQUE REFERENCES notifications (id),
    PRIMARY KEY (service, id)
);

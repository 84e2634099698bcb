-- +goose Up
-- Which events were dealt with. Old ones are forgotten, so the time is indexed.
CREATE TABLE inbox (
    event_id uuid PRIMARY KEY,
    received_at timestamptz NOT NULL
);
CREATE INDEX inbox_received_at ON inbox (received_at);

-- What of another service one was made for.
CREATE TABLE notification_origins (
    service text NOT NULL,
    id uuid NOT NULL,
    subject_id uuid NOT NULL UNIQUE REFERENCES notifications (id),
    PRIMARY KEY (service, id)
);

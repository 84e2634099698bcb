-- +goose Up
CREATE TABLE orders (
    id uuid PRIMARY KEY,
    user_id text NOT NULL,
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 140),
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    status text NOT NULL CHECK (status IN ('pending', 'confirmed')),
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    CHECK ((status = 'confirmed') = (confirmed_at IS NOT NULL))
);
-- Serves the list of a user, newest first: ids are UUIDv7.
CREATE INDEX orders_by_user ON orders (user_id, id DESC);

CREATE TABLE idempotency_keys (
    user_id text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    subject_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
-- Serves the deletion of expired keys.
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

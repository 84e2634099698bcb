-- +goose Up
CREATE TABLE notifications (
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

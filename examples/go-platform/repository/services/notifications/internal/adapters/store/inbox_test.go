package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"git.example.com/acme/shop/pkg/postgres"
	"git.example.com/acme/shop/services/notifications/internal/app"
	"git.example.com/acme/shop/services/notifications/internal/domain"
	"git.example.com/acme/shop/services/notifications/internal/ports"
)

// followed records follow-ups and fails with fail, if set.
type followed struct {
	events []domain.ID
	fail   error
}

func (f *followed) Follow(_ context.Context, event domain.ID, _ ports.Origin) error {
	f.events = append(f.events, event)
	return f.fail
}

// effect is the stored state of a resource.
type effect struct {
	Status    domain.Status
	Confirmed *time.Time
}

func effects(t *testing.T, pool *pgxpool.Pool) []effect {
	t.Helper()
	rows, err := pool.Query(t.Context(), "SELECT status, confirmed_at FROM notifications")
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[effect])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestConsumption_RedeliveredEvent_HasOneEffectAndFollowsUp(t *testing.T) {
	s, pool := open(t)
	next := &followed{fail: errors.New("no broker")}
	consumption := app.NewConsumption(s, next)
	event, origin := domain.NewID(), ports.Origin{Service: "other", ID: domain.NewID()}
	draft := domain.Draft{UserID: "me", Reference: string(origin.ID), Amount: 1, Currency: "EUR"}
	if _, err := consumption.Take(t.Context(), event, origin, draft); !errors.Is(err, next.fail) {
		t.Fatal(err)
	}
	// The transaction committed but the follow-up failed. A redelivery must run it.
	next.fail = nil
	for range 2 {
		if fresh, err := consumption.Take(t.Context(), event, origin, draft); err != nil || fresh {
			t.Errorf("fresh is %t, %v", fresh, err)
		}
	}
	// Another event about the same origin.
	if fresh, err := consumption.Take(t.Context(), domain.NewID(), origin, draft); err != nil || !fresh {
		t.Errorf("fresh is %t, %v", fresh, err)
	}
	if all := effects(t, pool); len(all) != 1 {
		t.Errorf("%d resources", len(all))
	}
	if len(next.events) != 4 {
		t.Errorf("followed %d times", len(next.events))
	}
}

func TestConsumption_ReadOnlyDatabase_ReturnsUnavailable(t *testing.T) {
	s, pool := open(t)
	if _, err := pool.Exec(t.Context(), "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$"); err != nil {
		t.Fatal(err)
	}
	pool.Reset() // new connections have the setting
	draft := domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}
	_, err := app.NewConsumption(s, &followed{}).Take(t.Context(), domain.NewID(), ports.Origin{Service: "other", ID: domain.NewID()}, draft)
	if !postgres.IsUnavailable(err) {
		t.Errorf("got %v", err)
	}
	if err := pool.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

type confirmed []domain.ID

func (c *confirmed) Confirm(_ context.Context, _ string, id domain.ID) error {
	*c = append(*c, id)
	return nil
}

func TestConfirmation_Repeated_ConfirmsOnce(t *testing.T) {
	s, pool := open(t)
	origin := ports.Origin{Service: "orders", ID: domain.NewID()}
	draft := domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}
	if _, err := app.NewConsumption(s, &followed{}).Take(t.Context(), domain.NewID(), origin, draft); err != nil {
		t.Fatal(err)
	}
	peers := new(confirmed)
	confirmation := &app.Confirmation{Inbox: s, Peers: peers}
	var first time.Time
	for range 2 {
		if err := confirmation.Confirm(t.Context(), origin); err != nil {
			t.Fatal(err)
		}
		all := effects(t, pool)
		if len(all) != 1 || all[0].Status != domain.StatusConfirmed || all[0].Confirmed == nil {
			t.Fatalf("resources are %+v", all)
		}
		if first.IsZero() {
			first = *all[0].Confirmed
		}
		if !all[0].Confirmed.Equal(first) {
			t.Error("it was confirmed twice")
		}
	}
	if len(*peers) == 0 || (*peers)[0] != origin.ID {
		t.Errorf("the origin's service got %v", *peers)
	}
}

func TestConfirmation_UnknownOrigin_ReturnsHopelessError(t *testing.T) {
	s, _ := open(t)
	confirmation := &app.Confirmation{Inbox: s}
	err := confirmation.Confirm(t.Context(), ports.Origin{Service: "other", ID: domain.NewID()})
	if !app.Hopeless(err) {
		t.Errorf("got %v", err)
	}
}

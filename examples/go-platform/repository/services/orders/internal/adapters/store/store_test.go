package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"git.example.com/acme/shop/pkg/postgres/postgrestest"
	"git.example.com/acme/shop/services/orders/internal/adapters/store"
	"git.example.com/acme/shop/services/orders/internal/app"
	"git.example.com/acme/shop/services/orders/internal/domain"
	"git.example.com/acme/shop/services/orders/internal/ports"
	"git.example.com/acme/shop/services/orders/migrations"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// emitted is an emitter that fails with fail, if set.
type emitted struct{ fail error }

func (e emitted) Emit(ctx context.Context, tx pgx.Tx, _ domain.Event) error {
	if e.fail != nil {
		return e.fail
	}
	_, err := tx.Exec(ctx, "SELECT 1")
	return err
}

func open(t *testing.T) (*store.Store, *pgxpool.Pool) {
	t.Helper()
	pool := postgrestest.New(t, migrations.Files)
	return store.New(pool, emitted{}), pool
}

func add(t *testing.T, s *store.Store, userID string) domain.Order {
	t.Helper()
	item, err := domain.NewOrder(domain.Draft{UserID: userID, Reference: "a", Amount: 1, Currency: "EUR"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	err = s.Within(t.Context(), func(ctx context.Context, tx ports.Tx) error { return tx.Add(ctx, item) })
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func TestStore_StoredItem_IsReturnedToItsOwner(t *testing.T) {
	s, _ := open(t)
	item := add(t, s, "me")
	if got, err := s.Get(t.Context(), "me", item.ID); err != nil || got != item {
		t.Errorf("got %+v, %v; want %+v", got, err, item)
	}
	if _, err := s.Get(t.Context(), "you", item.ID); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("another user got %v", err)
	}
	confirmed, err := app.New(s).Confirm(t.Context(), item.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), "me", item.ID); err != nil || got != confirmed {
		t.Errorf("got %+v, %v; want %+v", got, err, confirmed)
	}
}

func TestStore_List_ReturnsOwnItemsNewestFirst(t *testing.T) {
	s, _ := open(t)
	first := add(t, s, "me")
	time.Sleep(2 * time.Millisecond) // ids sort by millisecond
	second := add(t, s, "me")
	add(t, s, "you")
	all, err := s.List(t.Context(), "me", "", 10)
	if err != nil || len(all) != 2 || all[0] != second || all[1] != first {
		t.Errorf("got %+v, %v", all, err)
	}
	rest, err := s.List(t.Context(), "me", second.ID, 10)
	if err != nil || len(rest) != 1 || rest[0] != first {
		t.Errorf("after the newest: %+v, %v", rest, err)
	}
}

func TestStore_FailedChange_IsRolledBack(t *testing.T) {
	s, _ := open(t)
	lost := errors.New("lost")
	err := s.Within(t.Context(), func(ctx context.Context, tx ports.Tx) error {
		item, err := domain.NewOrder(domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}, time.Now())
		if err != nil {
			return err
		}
		if err := tx.Add(ctx, item); err != nil {
			return err
		}
		return lost
	})
	if !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
	if all, err := s.List(t.Context(), "me", "", 10); err != nil || len(all) != 0 {
		t.Errorf("left %+v, %v", all, err)
	}
}

func TestStore_ConcurrentRequestsWithSameKey_CreateOneItem(t *testing.T) {
	s, pool := open(t)
	service := app.New(s)
	var group sync.WaitGroup
	ids := make([]domain.ID, 8)
	for i := range ids {
		group.Go(func() {
			item, err := service.Create(t.Context(), domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}, "key")
			if err != nil {
				t.Error(err)
			}
			ids[i] = item.ID
		})
	}
	group.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("made %v", ids)
		}
	}
	var count int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM orders").Scan(&count); err != nil || count != 1 {
		t.Errorf("%d rows, %v", count, err)
	}
}

func TestStore_ExpiredIdempotencyKeys_AreDeleted(t *testing.T) {
	s, pool := open(t)
	_, err := pool.Exec(t.Context(), `INSERT INTO idempotency_keys (user_id, key, fingerprint, subject_id, created_at)
		SELECT 'me', age::text, '', gen_random_uuid(), now() - make_interval(hours => age) FROM unnest(ARRAY[23, 25, 100]) AS age`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := app.New(s).Create(t.Context(), domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}, "new"); err != nil {
		t.Fatal(err)
	}
	rows, err := pool.Query(t.Context(), "SELECT key FROM idempotency_keys ORDER BY key")
	if err != nil {
		t.Fatal(err)
	}
	if keys, err := pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || !slices.Equal(keys, []string{"23", "new"}) {
		t.Errorf("kept are %q, %v", keys, err)
	}
}

func TestStore_FailedEvent_RollsBackItem(t *testing.T) {
	pool := postgrestest.New(t, migrations.Files)
	lost := errors.New("lost")
	s := store.New(pool, emitted{fail: lost})
	_, err := app.New(s).Create(t.Context(), domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}, "key")
	if !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
	if all, err := s.List(t.Context(), "me", "", 10); err != nil || len(all) != 0 {
		t.Errorf("left %+v, %v", all, err)
	}
}

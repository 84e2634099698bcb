package app_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"@{ project.module }@/services/@{ unit.name }@/internal/app"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

// memory is an in-memory store without transactions.
type memory struct {
	items map[domain.ID]domain.@{ params.noun | pascal }@
	keys  map[string]ports.Key
@% if params.publishes %@

	events []domain.Event
@% endif %@
}

func newMemory() *memory {
	return &memory{items: map[domain.ID]domain.@{ params.noun | pascal }@{}, keys: map[string]ports.Key{}}
}

func (m *memory) Within(ctx context.Context, change func(context.Context, ports.Tx) error) error {
	return change(ctx, m)
}

func (m *memory) Get(_ context.Context, userID string, id domain.ID) (domain.@{ params.noun | pascal }@, error) {
	item, known := m.items[id]
	if !known || item.UserID != userID {
		return domain.@{ params.noun | pascal }@{}, domain.ErrNotFound
	}
	return item, nil
}

func (m *memory) List(
	_ context.Context, userID string, before domain.ID, limit int,
) ([]domain.@{ params.noun | pascal }@, error) {
	var found []domain.@{ params.noun | pascal }@
	for _, item := range m.items {
		if item.UserID == userID && (before == "" || item.ID < before) {
			found = append(found, item)
		}
	}
	slices.SortFunc(found, func(a, b domain.@{ params.noun | pascal }@) int {
		if a.ID > b.ID {
			return -1
		}
		return 1
	})
	return found[:min(limit, len(found))], nil
}

func (m *memory) Add(_ context.Context, item domain.@{ params.noun | pascal }@) error {
	m.items[item.ID] = item
	return nil
}

func (m *memory) Find(_ context.Context, id domain.ID) (domain.@{ params.noun | pascal }@, error) {
	item, known := m.items[id]
	if !known {
		return item, domain.ErrNotFound
	}
	return item, nil
}

func (m *memory) Save(_ context.Context, item domain.@{ params.noun | pascal }@) error {
	m.items[item.ID] = item
	return nil
}

func (m *memory) Remember(_ context.Context, key ports.Key) (ports.Key, bool, error) {
	if kept, known := m.keys[key.UserID+"/"+key.Text]; known {
		return kept, false, nil
	}
	m.keys[key.UserID+"/"+key.Text] = key
	return key, true, nil
}
@% if params.publishes %@

func (m *memory) Publish(_ context.Context, event domain.Event) error {
	m.events = append(m.events, event)
	return nil
}
@% endif %@

var draft = domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}

func TestService_RepeatedIdempotencyKey_ReturnsFirstResult(t *testing.T) {
	store := newMemory()
	service := app.New(store)
	first, err := service.Create(t.Context(), draft, "key")
	if err != nil {
		t.Fatal(err)
	}
	again, err := service.Create(t.Context(), draft, "key")
	if err != nil || again != first {
		t.Errorf("got %+v, %v; first was %+v", again, err, first)
	}
	other := draft
	other.Amount = 2
	if _, err := service.Create(t.Context(), other, "key"); !errors.Is(err, domain.ErrKeyReused) {
		t.Errorf("the key with another draft: %v", err)
	}
	other.UserID = "you"
	if theirs, err := service.Create(t.Context(), other, "key"); err != nil || theirs.ID == first.ID {
		t.Errorf("the same key of another user: %+v, %v", theirs, err)
	}
@% if params.publishes %@
	if len(store.events) != 2 || store.events[0].Type != domain.EventCreated || store.events[0].Subject != first {
		t.Errorf("events are %+v", store.events)
	}
@% endif %@
}

func TestService_ConfirmTwice_ConfirmsOnce(t *testing.T) {
	store := newMemory()
	service := app.New(store)
	item, err := service.Create(t.Context(), draft, "key")
	if err != nil {
		t.Fatal(err)
	}
	once, err := service.Confirm(t.Context(), item.ID)
	if err != nil || once.Status != domain.StatusConfirmed {
		t.Fatalf("became %+v, %v", once, err)
	}
	if twice, err := service.Confirm(t.Context(), item.ID); err != nil || twice != once {
		t.Errorf("became %+v, %v", twice, err)
	}
	if _, err := service.Confirm(t.Context(), domain.NewID()); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("an unknown id: %v", err)
	}
@% if params.publishes %@
	if len(store.events) != 2 || store.events[1].Type != domain.EventConfirmed {
		t.Errorf("events are %+v", store.events)
	}
@% endif %@
}

func TestService_ListPages_ReturnsEachItemOnce(t *testing.T) {
	store := newMemory()
	service := app.New(store)
	for i := range 5 {
		item, err := domain.New@{ params.noun | pascal }@(draft, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		item.ID = domain.ID("abcde"[i : i+1])
		store.items[item.ID] = item
	}
	var seen []domain.ID
	next := domain.ID("")
	for {
		page, after, err := service.List(t.Context(), "me", next, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page {
			seen = append(seen, item.ID)
		}
		if after == "" {
			break
		}
		next = after
	}
	if !slices.Equal(seen, []domain.ID{"e", "d", "c", "b", "a"}) {
		t.Errorf("saw %v", seen)
	}
}

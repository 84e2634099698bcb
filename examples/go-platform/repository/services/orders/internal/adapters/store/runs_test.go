package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"git.example.com/acme/shop/services/orders/internal/adapters/store"
	"git.example.com/acme/shop/services/orders/internal/domain"
	"git.example.com/acme/shop/services/orders/internal/ports"
)

func TestStore_RunLifecycle_KeepsOneRun(t *testing.T) {
	s, _ := open(t)
	item := add(t, s, "me")
	if _, err := s.Run(t.Context(), item.ID, "some"); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			err := s.WithinRun(t.Context(), item.ID, func(ctx context.Context, tx ports.RunTx, subject domain.Order) error {
				if subject.ID != item.ID {
					t.Errorf("the subject is %s", subject.ID)
				}
				_, err := tx.AddRun(ctx, domain.NewRun(item.ID, "some", time.Now()))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	started, err := s.Run(t.Context(), item.ID, "some")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name     string
		patience time.Duration
		want     []ports.Request
	}{
		{"requested", time.Hour, []ports.Request{{Run: started}}},
		{"taken just now", time.Hour, nil},
		{"not picked up", 0, []ports.Request{{Run: started, Started: true}}},
	} {
		got, err := s.Take(t.Context(), step.patience, 10)
		if err != nil || !slices.Equal(got, step.want) {
			t.Errorf("%s: %+v, %v", step.name, got, err)
		}
		if err := s.MarkStarted(t.Context(), item.ID, "some"); err != nil {
			t.Fatal(err)
		}
	}
	begun, _ := started.Begun(time.Now())
	save(t, s, begun)
	if none, err := s.Take(t.Context(), 0, 10); err != nil || len(none) > 0 {
		t.Errorf("picked up, but taken: %+v, %v", none, err)
	}
	ended, _ := begun.Ended(domain.RunCompensated, "because", time.Now())
	save(t, s, ended)
	if kept, err := s.Run(t.Context(), item.ID, "some"); err != nil || kept != ended {
		t.Errorf("kept %+v, %v, not %+v", kept, err, ended)
	}
}

func save(t *testing.T, s *store.Store, run domain.Run) {
	t.Helper()
	err := s.WithinRun(t.Context(), run.SubjectID, func(ctx context.Context, tx ports.RunTx, _ domain.Order) error {
		return tx.SaveRun(ctx, run)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStore_RunOfUnknownSubject_ReturnsNotFound(t *testing.T) {
	s, _ := open(t)
	err := s.WithinRun(t.Context(), domain.NewID(), func(context.Context, ports.RunTx, domain.Order) error { return nil })
	if !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

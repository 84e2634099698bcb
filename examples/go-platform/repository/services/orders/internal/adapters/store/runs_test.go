package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"git.example.com/acme/shop/services/orders/internal/domain"
	"git.example.com/acme/shop/services/orders/internal/ports"
)

func TestARunIsThereOnceAndEndsOnce(t *testing.T) {
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
	ended, _ := started.Ended(domain.RunCompensated, "because", time.Now())
	err = s.WithinRun(t.Context(), item.ID, func(ctx context.Context, tx ports.RunTx, _ domain.Order) error {
		return tx.SaveRun(ctx, ended)
	})
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := s.Run(t.Context(), item.ID, "some"); err != nil || kept != ended {
		t.Errorf("kept %+v, %v, not %+v", kept, err, ended)
	}
}

func TestARunNeedsItsSubject(t *testing.T) {
	s, _ := open(t)
	err := s.WithinRun(t.Context(), domain.NewID(), func(context.Context, ports.RunTx, domain.Order) error { return nil })
	if !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

package app_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"@{ project.module }@/services/@{ unit.name }@/internal/app"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

// runStore is the memory with one run.
type runStore struct {
	*memory
	run *domain.Run
}

func (s *runStore) Run(ctx context.Context, subject domain.ID, workflow string) (domain.Run, error) {
	return s.FindRun(ctx, subject, workflow)
}

func (s *runStore) WithinRun(
	ctx context.Context, subject domain.ID, change func(context.Context, ports.RunTx, domain.@{ unit.params.noun | pascal }@) error,
) error {
	item, err := s.Find(ctx, subject)
	if err != nil {
		return err
	}
	return change(ctx, s, item)
}

func (s *runStore) AddRun(_ context.Context, run domain.Run) (domain.Run, error) {
	if s.run == nil {
		s.run = &run
	}
	return *s.run, nil
}

func (s *runStore) FindRun(context.Context, domain.ID, string) (domain.Run, error) {
	if s.run == nil {
		return domain.Run{}, domain.ErrNotFound
	}
	return *s.run, nil
}

func (s *runStore) SaveRun(_ context.Context, run domain.Run) error {
	s.run = &run
	return nil
}

// starter counts what it is asked to start, and fails when it is told to.
type starter struct {
	started []domain.ID
	fail    error
}

func (s *starter) Start(_ context.Context, _ string, subject domain.ID) error {
	s.started = append(s.started, subject)
	return s.fail
}

func TestARunThatWasRecordedAndNotStartedIsStartedWhenItIsAskedForAgain(t *testing.T) {
	store := &runStore{memory: newMemory()}
	item, err := app.New(store).Create(t.Context(), draft, "key")
	if err != nil {
		t.Fatal(err)
	}
	starts := &starter{fail: errors.New("no server")}
	runs := app.NewRuns(store, starts)
	if _, err := runs.Start(t.Context(), "me", item.ID, "some"); !errors.Is(err, starts.fail) {
		t.Fatalf("got %v", err)
	}
	starts.fail = nil
	run, err := runs.Start(t.Context(), "me", item.ID, "some")
	if err != nil || run.Status != domain.RunStarted {
		t.Fatalf("got %+v, %v", run, err)
	}
	if !slices.Equal(starts.started, []domain.ID{item.ID, item.ID}) {
		t.Errorf("started %v", starts.started)
	}
	ended, _ := run.Ended(domain.RunCompleted, "", run.StartedAt)
	store.run = &ended
	if again, err := runs.Start(t.Context(), "me", item.ID, "some"); err != nil || again != ended {
		t.Errorf("after its end: %+v, %v", again, err)
	}
	if len(starts.started) != 2 {
		t.Error("what had ended was started")
	}
}

func TestARunOfSomebodyElseIsNotThere(t *testing.T) {
	store := &runStore{memory: newMemory()}
	item, err := app.New(store).Create(t.Context(), draft, "key")
	if err != nil {
		t.Fatal(err)
	}
	starts := &starter{}
	runs := app.NewRuns(store, starts)
	if _, err := runs.Start(t.Context(), "you", item.ID, "some"); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("starting gave %v", err)
	}
	if _, err := runs.Get(t.Context(), "you", item.ID, "some"); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("asking gave %v", err)
	}
	if _, err := runs.Get(t.Context(), "me", item.ID, "some"); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("before it was started: %v", err)
	}
	if len(starts.started) > 0 {
		t.Errorf("started %v", starts.started)
	}
}

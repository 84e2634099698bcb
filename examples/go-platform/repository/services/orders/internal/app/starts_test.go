package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"git.example.com/acme/shop/services/orders/internal/app"
	"git.example.com/acme/shop/services/orders/internal/domain"
	"git.example.com/acme/shop/services/orders/internal/ports"
)

// runMemory is an in-memory store. Every subject belongs to the user "me".
type runMemory struct {
	subject domain.Order
	kept    map[domain.ID]domain.Run
	handed  map[domain.ID]bool
	events  []domain.Event
}

func newRunMemory() *runMemory {
	return &runMemory{kept: map[domain.ID]domain.Run{}, handed: map[domain.ID]bool{}}
}

func (m *runMemory) Get(_ context.Context, user string, _ domain.ID) (domain.Order, error) {
	if user != "me" {
		return domain.Order{}, domain.ErrNotFound
	}
	return m.subject, nil
}

func (m *runMemory) Run(ctx context.Context, id domain.ID, workflow string) (domain.Run, error) {
	return m.FindRun(ctx, id, workflow)
}

func (m *runMemory) Take(_ context.Context, _ time.Duration, _ int) (requests []ports.Request, err error) {
	for id, run := range m.kept {
		if run.Status == domain.RunStarted && run.BegunAt.IsZero() {
			requests = append(requests, ports.Request{Run: run, Started: m.handed[id]})
		}
	}
	return requests, nil
}

func (m *runMemory) MarkStarted(_ context.Context, id domain.ID, _ string) error {
	m.handed[id] = true
	return nil
}

func (m *runMemory) WithinRun(ctx context.Context, _ domain.ID, change func(context.Context, ports.RunTx, domain.Order) error) error {
	return change(ctx, m, m.subject)
}

func (m *runMemory) AddRun(_ context.Context, run domain.Run) (domain.Run, error) {
	if _, there := m.kept[run.SubjectID]; !there {
		m.kept[run.SubjectID] = run
	}
	return m.kept[run.SubjectID], nil
}

func (m *runMemory) FindRun(_ context.Context, id domain.ID, _ string) (domain.Run, error) {
	run, there := m.kept[id]
	if !there {
		return domain.Run{}, domain.ErrNotFound
	}
	return run, nil
}

func (m *runMemory) SaveRun(_ context.Context, run domain.Run) error {
	m.kept[run.SubjectID] = run
	return nil
}

func (m *runMemory) Publish(_ context.Context, event domain.Event) error {
	m.events = append(m.events, event)
	return nil
}

// engine is a fake starter that fails for some subjects, or for all while away is set.
type engine struct {
	away    error
	refused map[domain.ID]error
	running map[domain.ID]bool
}

func (e *engine) Start(_ context.Context, _ string, id domain.ID) (fresh bool, err error) {
	if err := errors.Join(e.away, e.refused[id]); err != nil {
		return false, err
	}
	fresh = !e.running[id]
	e.running[id] = true
	return fresh, nil
}

func TestStarts_RequestedRun_IsStartedOnceEngineAnswers(t *testing.T) {
	store, away, id := newRunMemory(), errors.New("unavailable"), domain.NewID()
	temporal := &engine{away: away, running: map[domain.ID]bool{}}
	// Accepted once it is stored, whatever the engine does.
	run, err := app.NewRuns(store).Start(t.Context(), "me", id, domain.WorkflowRefund)
	if err != nil || run.Status != domain.RunStarted {
		t.Fatalf("got %+v, %v", run, err)
	}
	starts := app.NewStarts(store, temporal)
	for _, step := range []struct {
		name    string
		prepare func()
		again   int
		err     error
	}{
		{"engine away", func() {}, 0, away},
		{"engine back", func() { temporal.away = nil }, 0, nil},
		{"running already", func() {}, 0, nil},
		{"engine lost it", func() { clear(temporal.running) }, 1, nil},
	} {
		step.prepare()
		if again, err := starts.Start(t.Context()); again != step.again || !errors.Is(err, step.err) || temporal.running[id] != (step.err == nil) {
			t.Errorf("%s: started %d again, %v, running %v", step.name, again, err, temporal.running)
		}
	}
	if err := app.NewSteps(store, nil).Begin(t.Context(), id, domain.WorkflowRefund); err != nil {
		t.Fatal(err)
	}
	clear(temporal.running)
	if _, err := starts.Start(t.Context()); err != nil || temporal.running[id] {
		t.Errorf("a run that a worker had picked up was started: %v", err)
	}
}

func TestStarts_OneRunFails_StartsTheOthers(t *testing.T) {
	store, bad, good := newRunMemory(), domain.NewID(), domain.NewID()
	refusal := errors.New("not this one")
	temporal := &engine{refused: map[domain.ID]error{bad: refusal}, running: map[domain.ID]bool{}}
	for _, id := range []domain.ID{bad, good} {
		store.kept[id] = domain.NewRun(id, domain.WorkflowRefund, time.Now())
	}
	if _, err := app.NewStarts(store, temporal).Start(t.Context()); !errors.Is(err, refusal) || !temporal.running[good] {
		t.Errorf("%v, running %v", err, temporal.running)
	}
}

func TestRuns_RepeatedStart_ReturnsExistingRun(t *testing.T) {
	store, id := newRunMemory(), domain.NewID()
	run, err := app.NewRuns(store).Start(t.Context(), "me", id, domain.WorkflowRefund)
	if err != nil {
		t.Fatal(err)
	}
	ended, _ := run.Ended(domain.RunCompleted, "", run.StartedAt)
	store.kept[id] = ended
	if again, err := app.NewRuns(store).Start(t.Context(), "me", id, domain.WorkflowRefund); err != nil || again != ended {
		t.Errorf("a completed run: %+v, %v", again, err)
	}
}

func TestRuns_SubjectOfAnotherUser_ReturnsNotFound(t *testing.T) {
	store, id := newRunMemory(), domain.NewID()
	runs := app.NewRuns(store)
	if _, err := runs.Start(t.Context(), "you", id, domain.WorkflowRefund); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("start: %v", err)
	}
	if _, err := runs.Get(t.Context(), "you", id, domain.WorkflowRefund); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("get: %v", err)
	}
	if _, err := runs.Get(t.Context(), "me", id, domain.WorkflowRefund); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("before it was requested: %v", err)
	}
}

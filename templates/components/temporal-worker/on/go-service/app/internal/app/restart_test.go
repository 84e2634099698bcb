@% set one = unit.params.noun | pascal %@
@% set Workflow = params.workflows | first | pascal %@
package app_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"@{ project.module }@/services/@{ unit.name }@/internal/app"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

// runMemory is an in-memory store. Every subject belongs to the user "me".
type runMemory struct {
	subject domain.@{ one }@
	kept    map[domain.ID]domain.Run
@% if unit.params.publishes %@
	events  []domain.Event
@% endif %@
}

func newRunMemory() *runMemory { return &runMemory{kept: map[domain.ID]domain.Run{}} }

func (m *runMemory) Get(_ context.Context, user string, _ domain.ID) (domain.@{ one }@, error) {
	if user != "me" {
		return domain.@{ one }@{}, domain.ErrNotFound
	}
	return m.subject, nil
}

func (m *runMemory) Run(ctx context.Context, id domain.ID, workflow string) (domain.Run, error) {
	return m.FindRun(ctx, id, workflow)
}

func (m *runMemory) Waiting(_ context.Context, before time.Time, _ int) ([]domain.Run, error) {
	var waiting []domain.Run
	for _, run := range m.kept {
		if run.Status == domain.RunStarted && run.BegunAt.IsZero() && run.StartedAt.Before(before) {
			waiting = append(waiting, run)
		}
	}
	return waiting, nil
}

func (m *runMemory) WithinRun(ctx context.Context, _ domain.ID, change func(context.Context, ports.RunTx, domain.@{ one }@) error) error {
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
@% if unit.params.publishes %@

func (m *runMemory) Publish(_ context.Context, event domain.Event) error {
	m.events = append(m.events, event)
	return nil
}
@% endif %@

// unsteady is a fake starter that fails for some subjects, or for all while away is set.
type unsteady struct {
	away    error
	refused map[domain.ID]error
	started []domain.ID
}

func (s *unsteady) Start(_ context.Context, _ string, id domain.ID) error {
	if err := errors.Join(s.away, s.refused[id]); err != nil {
		return err
	}
	s.started = append(s.started, id)
	return nil
}

func TestRestart_WaitingRun_IsStartedOnceServerAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, away := newRunMemory(), errors.New("unavailable")
		starts := &unsteady{away: away}
		runs := app.NewRuns(store, starts)
		id := domain.NewID()
		if _, err := runs.Start(t.Context(), "me", id, domain.Workflow@{ Workflow }@); !errors.Is(err, away) {
			t.Fatalf("started, %v", err)
		}
		// Too early: the client may still retry.
		if restarted, err := app.Restart(t.Context(), store, starts); err != nil || restarted != 0 {
			t.Errorf("started %d at once, %v", restarted, err)
		}
		time.Sleep(time.Minute)
		if restarted, err := app.Restart(t.Context(), store, starts); !errors.Is(err, away) || restarted != 0 {
			t.Errorf("started %d while the server is unavailable, %v", restarted, err)
		}
		starts.away = nil
		if restarted, err := app.Restart(t.Context(), store, starts); err != nil || restarted != 1 || !slices.Equal(starts.started, []domain.ID{id}) {
			t.Errorf("started %d, %v: %v", restarted, err, starts.started)
		}
		if err := app.NewSteps(store, nil).Begin(t.Context(), id, domain.Workflow@{ Workflow }@); err != nil {
			t.Fatal(err)
		}
		if restarted, err := app.Restart(t.Context(), store, starts); err != nil || restarted != 0 {
			t.Errorf("a run that had begun was restarted: %d, %v", restarted, err)
		}
	})
}

func TestRestart_OneRunFails_StartsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, bad, good := newRunMemory(), domain.NewID(), domain.NewID()
		refusal := errors.New("not this one")
		starts := &unsteady{refused: map[domain.ID]error{bad: refusal}}
		for _, id := range []domain.ID{bad, good} {
			store.kept[id] = domain.NewRun(id, domain.Workflow@{ Workflow }@, time.Now())
		}
		time.Sleep(time.Minute)
		restarted, err := app.Restart(t.Context(), store, starts)
		if restarted != 1 || !errors.Is(err, refusal) || !slices.Equal(starts.started, []domain.ID{good}) {
			t.Errorf("started %d, %v: %v", restarted, err, starts.started)
		}
	})
}

func TestRuns_StartAfterFailure_StartsRunOnce(t *testing.T) {
	store, id := newRunMemory(), domain.NewID()
	starts := &unsteady{away: errors.New("unavailable")}
	runs := app.NewRuns(store, starts)
	if _, err := runs.Start(t.Context(), "me", id, domain.Workflow@{ Workflow }@); !errors.Is(err, starts.away) {
		t.Fatalf("got %v", err)
	}
	starts.away = nil
	run, err := runs.Start(t.Context(), "me", id, domain.Workflow@{ Workflow }@)
	if err != nil || run.Status != domain.RunStarted {
		t.Fatalf("got %+v, %v", run, err)
	}
	ended, _ := run.Ended(domain.RunCompleted, "", run.StartedAt)
	store.kept[id] = ended
	if again, err := runs.Start(t.Context(), "me", id, domain.Workflow@{ Workflow }@); err != nil || again != ended {
		t.Errorf("a completed run: %+v, %v", again, err)
	}
	if !slices.Equal(starts.started, []domain.ID{id}) {
		t.Errorf("started %v", starts.started)
	}
}

func TestRuns_SubjectOfAnotherUser_ReturnsNotFound(t *testing.T) {
	store, id := newRunMemory(), domain.NewID()
	starts := &unsteady{}
	runs := app.NewRuns(store, starts)
	if _, err := runs.Start(t.Context(), "you", id, domain.Workflow@{ Workflow }@); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("start: %v", err)
	}
	if _, err := runs.Get(t.Context(), "you", id, domain.Workflow@{ Workflow }@); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("get: %v", err)
	}
	if _, err := runs.Get(t.Context(), "me", id, domain.Workflow@{ Workflow }@); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("before it was started: %v", err)
	}
	if len(starts.started) > 0 {
		t.Errorf("started %v", starts.started)
	}
}

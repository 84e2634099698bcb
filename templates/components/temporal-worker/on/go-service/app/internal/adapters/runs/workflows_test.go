@% set one = unit.params.noun | pascal %@
@% set Workflow = params.workflows | first | pascal %@
package runs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
	"go.uber.org/goleak"

	"@{ project.module }@/services/@{ unit.name }@/internal/adapters/runs"
	"@{ project.module }@/services/@{ unit.name }@/internal/app"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
	"@{ project.module }@/services/@{ unit.name }@/internal/ports"
)

func TestMain(m *testing.M) {
	// Temporal's test environment leaks the goroutine that waits to retry a cancelled activity.
	const environment = "go.temporal.io/sdk/internal.(*testWorkflowEnvironmentImpl)."
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction(environment+"executeActivityWithRetryForTest"),
		goleak.IgnoreAnyFunction(environment+"ExecuteActivity.func2"))
}

// memory is a fake store of one subject and a fake performer. Both can be made to fail.
type memory struct {
	mu      sync.Mutex
	subject domain.@{ one }@
	run     *domain.Run
@% if unit.params.publishes %@
	events  []string
@% endif %@
	calls   []string
	fail    func(try int) error
	addable func(try int) error
	savable func(try int) error
	adds    int
	saves   int
}

func (m *memory) Get(context.Context, string, domain.ID) (domain.@{ one }@, error) {
	return m.subject, nil
}

func (m *memory) Run(ctx context.Context, id domain.ID, workflow string) (domain.Run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.FindRun(ctx, id, workflow)
}

func (m *memory) WithinRun(ctx context.Context, _ domain.ID, change func(context.Context, ports.RunTx, domain.@{ one }@) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return change(ctx, m, m.subject)
}

func (m *memory) AddRun(_ context.Context, run domain.Run) (domain.Run, error) {
	if m.adds++; m.addable != nil {
		if err := m.addable(m.adds); err != nil {
			return domain.Run{}, err
		}
	}
	if m.run == nil {
		m.run = &run
	}
	return *m.run, nil
}

func (m *memory) FindRun(context.Context, domain.ID, string) (domain.Run, error) {
	if m.run == nil {
		return domain.Run{}, domain.ErrNotFound
	}
	return *m.run, nil
}

func (m *memory) SaveRun(_ context.Context, run domain.Run) error {
	if m.saves++; m.savable != nil {
		if err := m.savable(m.saves); err != nil {
			return err
		}
	}
	m.run = &run
	return nil
}
@% if unit.params.publishes %@

func (m *memory) Publish(_ context.Context, event domain.Event) error {
	m.events = append(m.events, event.Type)
	return nil
}
@% endif %@

func (m *memory) Perform(context.Context, string, domain.@{ one }@) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, "perform")
	if m.fail == nil {
		return nil
	}
	return m.fail(len(m.calls))
}

func (m *memory) Undo(context.Context, string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, "undo")
	return nil
}

func newMemory(t *testing.T) *memory {
	t.Helper()
	subject, err := domain.New@{ one }@(domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return &memory{subject: subject}
}

// run executes the workflow in Temporal's test environment, which skips time.
func run(t *testing.T, m *memory, prepare func(*testsuite.TestWorkflowEnvironment)) (runs.Result, error) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	runs.Register(environment, runs.NewActivities(app.NewSteps(m, m)))
	if prepare != nil {
		prepare(environment)
	}
	environment.ExecuteWorkflow(runs.@{ Workflow }@Workflow, runs.Input{SubjectID: m.subject.ID})
	var result runs.Result
	err := environment.GetWorkflowError()
	if err == nil {
		err = environment.GetWorkflowResult(&result)
	}
	return result, err
}

func TestWorkflow_SuccessfulWork_CompletesRun(t *testing.T) {
	m := newMemory(t)
	result, err := run(t, m, nil)
	if err != nil || result.Status != domain.RunCompleted || m.run.Status != domain.RunCompleted {
		t.Errorf("ended as %+v, %v; the run is %+v", result, err, m.run)
	}
	if want := []string{"perform"}; !slices.Equal(m.calls, want) {
		t.Errorf("called %q, not %q", m.calls, want)
	}
@% if unit.params.publishes %@
	if want := []string{domain.Event@{ Workflow }@Completed}; !slices.Equal(m.events, want) {
		t.Errorf("published %q, not %q", m.events, want)
	}
@% endif %@
}

func TestWorkflow_RefusedWork_CompensatesWithoutRetry(t *testing.T) {
	m := newMemory(t)
	m.fail = func(int) error { return fmt.Errorf("%w: too much", domain.ErrRefused) }
	result, err := run(t, m, nil)
	if err != nil || result.Status != domain.RunCompensated {
		t.Errorf("ended as %+v, %v", result, err)
	}
	if want := []string{"perform", "undo"}; !slices.Equal(m.calls, want) {
		t.Errorf("called %q, not %q", m.calls, want)
	}
	if m.run.Status != domain.RunCompensated || m.run.Reason != "refused: too much" {
		t.Errorf("the run is %+v", m.run)
	}
@% if unit.params.publishes %@
	if len(m.events) > 0 {
		t.Errorf("published %q", m.events)
	}
@% endif %@
}

func TestWorkflow_TransientError_IsRetried(t *testing.T) {
	m := newMemory(t)
	m.fail = func(try int) error {
		if try < 3 {
			return errors.New("transient")
		}
		return nil
	}
	result, err := run(t, m, nil)
	if err != nil || result.Status != domain.RunCompleted {
		t.Errorf("ended as %+v, %v", result, err)
	}
	if want := []string{"perform", "perform", "perform"}; !slices.Equal(m.calls, want) {
		t.Errorf("called %q, not %q", m.calls, want)
	}
}

func TestWorkflow_RetriesExhausted_CompensatesRun(t *testing.T) {
	m := newMemory(t)
	m.fail = func(int) error { return errors.New("transient") }
	result, err := run(t, m, nil)
	if err != nil || result.Status != domain.RunCompensated || m.calls[len(m.calls)-1] != "undo" {
		t.Errorf("ended as %+v, %v; called %q", result, err, m.calls)
	}
}

func TestWorkflow_CancelledDuringRetries_CompensatesRun(t *testing.T) {
	m := newMemory(t)
	m.fail = func(int) error { return errors.New("transient") }
	_, err := run(t, m, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.RegisterDelayedCallback(environment.CancelWorkflow, 5*time.Second)
	})
	if err == nil || m.run.Status != domain.RunCompensated || m.run.Reason != "cancelled" {
		t.Errorf("ended with %v; the run is %+v", err, m.run)
	}
}

// away fails the given attempts. Retrying them takes longer than the delay until the workflow is cancelled.
func away(from, until int) func(try int) error {
	return func(try int) error {
		if try >= from && try < until {
			return errors.New("the database is away")
		}
		return nil
	}
}

func cancelled(environment *testsuite.TestWorkflowEnvironment) {
	environment.RegisterDelayedCallback(environment.CancelWorkflow, 2*time.Second)
}

func TestWorkflow_CancelledBeforeWork_CompensatesRun(t *testing.T) {
	m := newMemory(t)
	// The run is recorded, but the database is unreachable when a worker picks it up.
	asked := domain.NewRun(m.subject.ID, domain.Workflow@{ Workflow }@, time.Now())
	m.run, m.addable = &asked, away(1, 4)
	_, err := run(t, m, cancelled)
	if err == nil || m.run.Status != domain.RunCompensated || m.run.Reason != "cancelled" {
		t.Errorf("ended with %v; the run is %+v", err, m.run)
	}
	if want := []string{"undo"}; !slices.Equal(m.calls, want) {
		t.Errorf("called %q, not %q", m.calls, want)
	}
}

func TestWorkflow_CancelledAfterWork_CompletesRun(t *testing.T) {
	m := newMemory(t)
	m.savable = away(2, 5) // the first save is Begin's
	result, err := run(t, m, cancelled)
	if err != nil || result.Status != domain.RunCompleted || m.run.Status != domain.RunCompleted {
		t.Errorf("ended as %+v, %v; the run is %+v", result, err, m.run)
	}
	if want := []string{"perform"}; !slices.Equal(m.calls, want) {
		t.Errorf("called %q, not %q", m.calls, want)
	}
}

func TestSteps_Repeated_AreIdempotent(t *testing.T) {
	m := newMemory(t)
	steps := app.NewSteps(m, m)
	for range 2 {
		if err := steps.Begin(t.Context(), m.subject.ID, domain.Workflow@{ Workflow }@); err != nil {
			t.Fatal(err)
		}
	}
	if m.run.BegunAt.IsZero() {
		t.Error("the run has not begun")
	}
	for range 2 {
		if err := steps.Complete(t.Context(), m.subject.ID, domain.Workflow@{ Workflow }@); err != nil {
			t.Fatal(err)
		}
	}
	if err := steps.Compensate(t.Context(), m.subject.ID, domain.Workflow@{ Workflow }@, "too late"); err != nil {
		t.Fatal(err)
	}
	if m.run.Status != domain.RunCompleted {
		t.Errorf("the run is %+v", m.run)
	}
@% if unit.params.publishes %@
	if len(m.events) != 1 {
		t.Errorf("published %q", m.events)
	}
@% endif %@
}

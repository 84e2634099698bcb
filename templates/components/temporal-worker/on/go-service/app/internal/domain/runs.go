package domain

import (
	"errors"
	"time"
)

// ErrRefused means that the work is refused for good: trying again is of no use.
var ErrRefused = errors.New("refused")

@% for workflow in params.workflows %@
// Workflow@{ workflow | pascal }@ is the name of a workflow.
const Workflow@{ workflow | pascal }@ = "@{ workflow }@"
@% if not loop.last %@

@% endif %@
@% endfor %@
@% if unit.params.publishes %@

@% for workflow in params.workflows %@
// Event@{ workflow | pascal }@Completed is what others are told about it.
const Event@{ workflow | pascal }@Completed = "@{ unit.params.noun | snake }@.@{ workflow | snake }@_completed"

@% endfor %@
// completion is the event of a completed workflow.
func completion(workflow string) string {
	switch workflow {
@% for workflow in params.workflows %@
	case Workflow@{ workflow | pascal }@:
		return Event@{ workflow | pascal }@Completed
@% endfor %@
	default:
		return ""
	}
}
@% endif %@

// RunStatus is how far a run has come.
type RunStatus string

// The ways from started lead to one of the others and never back.
const (
	RunStarted     RunStatus = "started"
	RunCompleted   RunStatus = "completed"
	RunCompensated RunStatus = "compensated"
)

// Run is one workflow over one subject. There is at most one.
type Run struct {
	SubjectID ID
	Workflow  string
	Status    RunStatus
	Reason    string    // why it was compensated
	StartedAt time.Time // when it was asked for
	BegunAt   time.Time // zero until a worker has taken it on
	EndedAt   time.Time // zero until it has
}

// NewRun starts one.
func NewRun(subject ID, workflow string, now time.Time) Run {
	return Run{SubjectID: subject, Workflow: workflow, Status: RunStarted, StartedAt: now.UTC().Truncate(time.Microsecond)}
}

// Begun is the run once a worker has taken it on; false when that was so before, or when it has ended.
func (r Run) Begun(now time.Time) (Run, bool) {
	if r.Status != RunStarted || !r.BegunAt.IsZero() {
		return r, false
	}
	r.BegunAt = now.UTC().Truncate(time.Microsecond)
	return r, true
}

// Ended is the run after its end; false when it had ended before.
func (r Run) Ended(status RunStatus, reason string, now time.Time) (Run, bool) {
	if r.Status != RunStarted {
		return r, false
	}
	r.Status, r.Reason, r.EndedAt = status, reason, now.UTC().Truncate(time.Microsecond)
	return r, true
}
@% if unit.params.publishes %@

// Completed is the event that others get about it.
func (r Run) Completed(subject @{ unit.params.noun | pascal }@, now time.Time) Event {
	return NewEvent(completion(r.Workflow), subject, now)
}
@% endif %@

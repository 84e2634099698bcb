package domain

import (
	"errors"
	"time"
)

// ErrRefused means that the work is refused for good: trying again is of no use.
var ErrRefused = errors.New("refused")

// WorkflowRefund is the name of a workflow.
const WorkflowRefund = "refund"

// EventRefundCompleted is what others are told about it.
const EventRefundCompleted = "order.refund_completed"

// completion is the event of a completed workflow.
func completion(workflow string) string {
	switch workflow {
	case WorkflowRefund:
		return EventRefundCompleted
	default:
		return ""
	}
}

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

// Completed is the event that others get about it.
func (r Run) Completed(subject Order, now time.Time) Event {
	return NewEvent(completion(r.Workflow), subject, now)
}

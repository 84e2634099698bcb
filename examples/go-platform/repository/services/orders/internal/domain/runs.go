package domain

import (
	"errors"
	"time"
)

// ErrRefused means that the work was rejected permanently. It is not retried.
var ErrRefused = errors.New("refused")

// WorkflowRefund is the name of a workflow.
const WorkflowRefund = "refund"

// EventRefundCompleted is the event published when it completes.
const EventRefundCompleted = "order.refund_completed"

// completion returns the event type of a completed workflow.
func completion(workflow string) string {
	switch workflow {
	case WorkflowRefund:
		return EventRefundCompleted
	default:
		return ""
	}
}

// RunStatus is the state of a run.
type RunStatus string

// The only transitions are from started to one of the other two.
const (
	RunStarted     RunStatus = "started"
	RunCompleted   RunStatus = "completed"
	RunCompensated RunStatus = "compensated"
)

// Run is a workflow run on one subject. There is at most one per workflow and subject.
type Run struct {
	SubjectID ID
	Workflow  string
	Status    RunStatus
	Reason    string    // why it was compensated
	StartedAt time.Time // when it was requested
	BegunAt   time.Time // zero until a worker has picked it up
	EndedAt   time.Time // zero until it has ended
}

// NewRun creates a run in the state started.
func NewRun(subject ID, workflow string, now time.Time) Run {
	return Run{SubjectID: subject, Workflow: workflow, Status: RunStarted, StartedAt: now.UTC().Truncate(time.Microsecond)}
}

// Begun marks the run as picked up by a worker. It returns false if it was already, or has ended.
func (r Run) Begun(now time.Time) (Run, bool) {
	if r.Status != RunStarted || !r.BegunAt.IsZero() {
		return r, false
	}
	r.BegunAt = now.UTC().Truncate(time.Microsecond)
	return r, true
}

// Ended marks the run as ended. It returns false if it had ended before.
func (r Run) Ended(status RunStatus, reason string, now time.Time) (Run, bool) {
	if r.Status != RunStarted {
		return r, false
	}
	r.Status, r.Reason, r.EndedAt = status, reason, now.UTC().Truncate(time.Microsecond)
	return r, true
}

// Completed returns the event about a completed run.
func (r Run) Completed(subject Order, now time.Time) Event {
	return NewEvent(completion(r.Workflow), subject, now)
}

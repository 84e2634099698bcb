package workflow

import (
	"testing"
	"time"
)

func TestWorker_StalledPolling_FailsLiveness(t *testing.T) {
	w := new(Worker)
	if err := w.Live(t.Context()); err != nil {
		t.Errorf("before it runs: %v", err)
	}
	w.running.Store(true)
	w.polled.Store(time.Now().Add(-stalled / 2).UnixNano())
	if err := w.Live(t.Context()); err != nil {
		t.Errorf("polling recently: %v", err)
	}
	w.polled.Store(time.Now().Add(-2 * stalled).UnixNano())
	if err := w.Live(t.Context()); err == nil {
		t.Error("a stalled worker passes its liveness check")
	}
}

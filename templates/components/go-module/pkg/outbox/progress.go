package outbox

import (
	"context"
	"sync/atomic"
	"time"
)

// progress is what the relay's loop tells the probes, which run in other goroutines.
type progress struct {
	turned atomic.Int64
	held   atomic.Bool
}

func (p *progress) turn() { p.turned.Store(time.Now().UnixNano()) }

// stands is how long the loop has not turned; zero before its first turn.
func (p *progress) stands() time.Duration {
	turned := p.turned.Load()
	if turned == 0 {
		return 0
	}
	return time.Since(time.Unix(0, turned))
}

// advanced marks that nothing is left behind the relay, or less than before.
func advanced(ctx context.Context) { lastAdvance.Record(ctx, float64(time.Now().UnixMilli())/1000) }

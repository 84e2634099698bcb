package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	envelopev1 "@{ project.module }@/gen/envelope/v1"
)

// Handler processes one event synchronously. fresh is false for a duplicate.
type Handler func(ctx context.Context, event *envelopev1.Envelope) (fresh bool, err error)

// Subscription maps the event types of one topic to handlers.
type Subscription struct {
	Topic string
	// Handlers by event type. Other types are ignored.
	Handlers map[string]Handler
}

// HandleTimeout bounds one handler call. A graceful shutdown finishes the records in progress, so the pod's termination
// grace period must exceed this plus the commit.
const HandleTimeout = 15 * time.Second

const (
	commitTimeout    = 5 * time.Second
	pollTimeout      = 10 * time.Second
	pollRecords      = 10
	availableTimeout = 5 * time.Second
	// rebalanceTimeout is how long the group waits for its slowest member, which first finishes its turn and the record
	// in progress.
	rebalanceTimeout = 2 * time.Minute
	defaultTurn      = time.Minute
	// stalled is the time without a turn of a loop after which the consumer fails its liveness check.
	stalled = 5 * time.Minute
)

var errSlow = errors.New("the records of one poll took too long")

// Consumer processes the events of some topics as one member of a consumer group.
//
// A failed record moves to the retry topic, so it does not block the records behind it. After Attempts it moves to the
// dead-letter topic. While a dependency of the handlers is unavailable, nothing is dead-lettered: the consumer leaves
// the group and rejoins later.
type Consumer struct {
	Config Config
	// Name is the consuming service. It is part of the names of the retry and dead-letter topics.
	Name          string
	Group         string
	Subscriptions []Subscription
	// Available checks the handlers' dependencies. It is called after a failure.
	Available func(ctx context.Context) error
	// Unavailable says whether a handler's error is caused by a dependency and not by the event. Available alone does
	// not suffice: a read-only database still answers a ping.
	Unavailable func(err error) bool
	Log         *slog.Logger

	// Attempts is the maximum number of attempts per record. Zero means 10.
	Attempts int
	// Delay is the backoff before the second attempt. It doubles with each further attempt. Zero means 2 seconds.
	Delay time.Duration
	// Turn bounds the time for the records of one poll. Zero means one minute. After it, finished records are committed
	// and the rest is polled again; otherwise the group would reassign them while they are still being processed here.
	Turn time.Duration

	lags lags
	// Retries wait for their backoff, so they have their own loop and client.
	first, again loop
}

// loop consumes some topics as a member of its own group.
type loop struct {
	group  string
	topics []string
	turned atomic.Int64
	// blocked is set by a failure and cleared by the next turn without one.
	blocked atomic.Bool
}

func (l *loop) turn() { l.turned.Store(time.Now().UnixNano()) }

// Run consumes until ctx is cancelled.
func (c *Consumer) Run(ctx context.Context) error {
	c.first.group, c.again.group = c.Group, c.Group+".retry"
	for _, subscription := range c.Subscriptions {
		c.first.topics = append(c.first.topics, subscription.Topic)
		c.again.topics = append(c.again.topics, RetryTopic(subscription.Topic, c.Name))
	}
	registration, err := meter.RegisterCallback(c.observe, lagRecords, blocked)
	if err != nil {
		return fmt.Errorf("register the gauges: %w", err)
	}
	defer func() { _ = registration.Unregister() }()
	var loops errgroup.Group
	loops.Go(func() error { return c.keep(ctx, &c.first) })
	loops.Go(func() error { return c.keep(ctx, &c.again) })
	return loops.Wait()
}

// keep runs sessions until ctx is cancelled. Each resumes at the last commit. It backs off exponentially while sessions
// fail, because each new one triggers a rebalance.
func (c *Consumer) keep(ctx context.Context, l *loop) error {
	for failures := 1; ; failures++ {
		worked, err := c.session(ctx, l)
		if ctx.Err() != nil {
			return nil
		}
		if worked {
			failures = 1
		}
		c.Log.ErrorContext(ctx, "consumer failed, starting again from the last commit", "group", l.group, "error", err)
		pause := c.pause(min(failures, defaultAttempts))
		for wait(ctx, time.Now().Add(pause)) == nil && c.available(ctx) != nil {
			l.turn()
			pause = time.Second
		}
	}
}

// session is one membership in the group. It ends with the first failure; worked is true if any turn succeeded.
func (c *Consumer) session(ctx context.Context, l *loop) (worked bool, err error) {
	var leaving atomic.Bool
	client, err := c.join(l, &leaving)
	if err != nil {
		l.blocked.Store(true)
		return false, err
	}
	defer func() {
		leaving.Store(true)
		client.CloseAllowingRebalance()
	}()
	measuring, cancel := context.WithCancel(ctx)
	var measured sync.WaitGroup
	measured.Go(func() { c.lags.keep(measuring, client, c.Log) })
	defer measured.Wait()
	defer cancel()
	for ctx.Err() == nil {
		l.turn()
		err := c.poll(ctx, client, l)
		// A turn that ran too long is progress, not a failure.
		slow := errors.Is(err, errSlow)
		l.blocked.Store(err != nil && !slow)
		if err != nil {
			return worked || slow, err
		}
		worked = true
	}
	return worked, nil
}

// join creates a client that is a member of the loop's group.
func (c *Consumer) join(l *loop, leaving *atomic.Bool) (*kgo.Client, error) {
	forget := func(_ context.Context, _ *kgo.Client, taken map[string][]int32) {
		// A member that leaves after a failure keeps reporting its lag: there may be no other member to report it.
		if !leaving.Load() {
			c.lags.forget(taken)
		}
	}
	var begin sync.Once
	return kgo.NewClient(c.Config.options(append(producing(),
		kgo.ConsumerGroup(l.group),
		kgo.ConsumeTopics(l.topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.RebalanceTimeout(rebalanceTimeout),
		// The partitions of a crashed consumer are reassigned after this time.
		kgo.SessionTimeout(15*time.Second),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, given map[string][]int32) {
			begin.Do(func() { c.lags.restrict(l.topics, given) })
			c.lags.hold(given)
		}),
		kgo.OnPartitionsRevoked(forget),
		kgo.OnPartitionsLost(forget),
	)...)...)
}

// poll fetches, processes and commits some records. Rebalances are blocked meanwhile.
func (c *Consumer) poll(ctx context.Context, client *kgo.Client, l *loop) error {
	polling, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	fetches := client.PollRecords(polling, pollRecords)
	defer client.AllowRebalance()
	for _, failed := range fetches.Errors() {
		if !errors.Is(failed.Err, context.DeadlineExceeded) && !errors.Is(failed.Err, context.Canceled) {
			c.Log.WarnContext(ctx, "fetching failed", "topic", failed.Topic, "partition", failed.Partition, "error", failed.Err)
		}
	}
	done, failure := c.partitions(ctx, client, l, fetches)
	if len(done) > 0 {
		committing, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
		defer cancel()
		if err := client.CommitRecords(committing, done...); err != nil {
			return errors.Join(failure, fmt.Errorf("commit: %w", err))
		}
	}
	return failure
}

// partitions processes partitions concurrently and the records of each in order. It returns the processed records.
func (c *Consumer) partitions(ctx context.Context, client *kgo.Client, l *loop, fetches kgo.Fetches) ([]*kgo.Record, error) {
	var (
		mu    sync.Mutex
		done  []*kgo.Record
		group errgroup.Group
	)
	end := time.Now().Add(cmp.Or(c.Turn, defaultTurn))
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if len(p.Records) > 0 {
			c.lags.reach(partition{p.Topic, p.Partition}, p.Records[0].Offset, p.HighWatermark)
		}
		group.Go(func() error {
			for i, record := range p.Records {
				if ctx.Err() != nil {
					return nil
				}
				if err := c.deal(ctx, client, record); err != nil {
					return err
				}
				l.turn()
				c.lags.dealt(record)
				c.lags.reach(partition{p.Topic, p.Partition}, -1, p.HighWatermark)
				mu.Lock()
				done = append(done, record)
				mu.Unlock()
				if i+1 < len(p.Records) && time.Now().After(end) {
					return errSlow
				}
			}
			return nil
		})
	})
	err := group.Wait()
	return done, err
}

// available calls Available with a timeout.
func (c *Consumer) available(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, availableTimeout)
	defer cancel()
	return c.Available(ctx)
}

// Live is the liveness check: both loops must turn. An unreachable broker or database does not stop them.
func (c *Consumer) Live(context.Context) error {
	for name, l := range map[string]*loop{"first deliveries": &c.first, "retries": &c.again} {
		turned := l.turned.Load()
		if turned == 0 {
			continue // not started
		}
		if still := time.Since(time.Unix(0, turned)); still > stalled {
			return fmt.Errorf("the consumer's loop of %s stands still for %s", name, still.Round(time.Second))
		}
	}
	return nil
}

// wait returns at the given time, or with an error if ctx is cancelled before.
func wait(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
